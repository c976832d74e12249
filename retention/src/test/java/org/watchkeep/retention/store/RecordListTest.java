// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults;

/** Lists of records in the open reel: a start reads them and not each record, and believes no more than they prove. */
class RecordListTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final int REELS = 5;

    /** Commits of a record and its padding each: three lists of 32. */
    private static final int SECONDS = 50;

    @TempDir
    private Path folder;

    private FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private StoreSettings settings;
    private long listAt;

    @BeforeEach
    void init() throws IOException {
        settings = SmallReels.init(disk, folder, clock, REELS);
    }

    private StoreRig open() throws IOException {
        return StoreRig.open(disk, settings, clock, GATE);
    }

    private static Ring ring(StoreRig rig) {
        return rig.store.rings().get(0);
    }

    private Map<StoreRig.Acknowledged, Digest> recordAndDie() throws IOException {
        StoreRig rig = open();
        rig.beginRun(GATE);
        for (int i = 1; i <= SECONDS; i++) {
            rig.record(GATE, 1_000);
            rig.awaitAcknowledged(GATE, i);
        }
        listAt = ring(rig).listed().offset();
        Map<StoreRig.Acknowledged, Digest> acknowledged = Map.copyOf(rig.acknowledged);
        StoreRig.await("the mark is in the index", () -> markedAt(rig) == listAt);
        disk.kill();
        rig.abandon();
        disk = disk.restart();
        return acknowledged;
    }

    private static long markedAt(StoreRig rig) {
        try {
            byte[] mark =
                    rig.store.index().marks().get(Keeper.LISTED_MARK + ring(rig).name());
            return mark == null ? 0 : RingPosition.of(mark).offset();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertAllThere(StoreRig rig, Map<StoreRig.Acknowledged, Digest> acknowledged)
            throws IOException {
        int found = 0;
        for (Segment segment : rig.segments(GATE)) {
            for (FragmentRef ref : segment.fragments()) {
                Digest expected = acknowledged.get(new StoreRig.Acknowledged(GATE, segment.run(), ref.sequence()));
                if (expected != null) {
                    assertThat(rig.store.digest(segment, ref)).isEqualTo(expected);
                    found++;
                }
            }
        }
        assertThat(found).isEqualTo(acknowledged.size());
        assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
    }

    @Test
    void start_afterAKill_findsTheSameByListsAsByWalking() throws IOException {
        Map<StoreRig.Acknowledged, Digest> acknowledged = recordAndDie();
        assertThat(listAt).isPositive();
        try (StoreRig rig = open()) {
            Reel head = ring(rig).footage().get(0);
            ReelHeader header = Objects.requireNonNull(head.header());
            ReelScan scan = new ReelScan(ring(rig).volume);
            ReelScan.Walk walked = scan.walk(head, header, ReelScan.Known.NOTHING);
            ReelScan.Walk listed = scan.walk(head, header, new ReelScan.Known(0, listAt));
            while (listed.end() != walked.end()) {
                // The seal of what the kill cut off is written meanwhile.
                walked = scan.walk(head, header, ReelScan.Known.NOTHING);
                listed = scan.walk(head, header, new ReelScan.Known(0, listAt));
            }
            assertThat(listed.listed()).isGreaterThan(60);
            assertThat(listed.entries()).isEqualTo(walked.entries());
            assertThat(listed.footerEntries()).isEqualTo(walked.footerEntries());
            assertThat(listed.link()).isEqualTo(walked.link());
            assertThat(listed.end()).isEqualTo(walked.end());
            assertAllThere(rig, acknowledged);
        }
    }

    @Test
    void start_again_goesOnWithListsAndTheFooterListsAll() throws IOException {
        recordAndDie();
        long first = listAt;
        Map<StoreRig.Acknowledged, Digest> second = recordAndDie();
        assertThat(listAt).isGreaterThan(first);
        try (StoreRig rig = open()) {
            assertAllThere(rig, second);
            rig.beginRun(GATE);
            SmallReels.record(rig, GATE, 2);
        }
        FootageStore.deleteIndex(settings);
        try (StoreRig rig = open()) {
            assertThat(ring(rig).footage().get(0).state()).isEqualTo(Reel.State.FULL);
            assertAllThere(rig, second);
        }
    }

    @Test
    void start_readsNoRecordThatIsListed() throws IOException {
        recordAndDie();
        AtomicLong reads = new AtomicLong();
        disk.faults().before((operation, path) -> {
            if (operation == FakeFaults.Operation.READ && path.equals(SmallReels.reel(folder, 0))) {
                reads.incrementAndGet();
            }
        });
        // What lies in the middle of what is listed cannot be read, and need not be.
        disk.faults().failRange(SmallReels.reel(folder, 0), 16 << 10, 20 << 10, FakeFaults.Operation.READ);
        try (StoreRig rig = open()) {
            assertThat(ring(rig).footage().get(0).state()).isEqualTo(Reel.State.HEAD);
            assertThat(reads).hasPositiveValue();
            disk.faults().heal();
        }
    }

    @Test
    void list_rottenOrOfNothing_reelIsWalkedFromItsFirstRecord() throws IOException {
        Map<StoreRig.Acknowledged, Digest> acknowledged = recordAndDie();
        disk.damage(SmallReels.reel(folder, 0), listAt + 200, (byte) 0x55, (byte) 0xAA);
        try (StoreRig rig = open()) {
            assertThat(ring(rig).footage().get(0).state()).isEqualTo(Reel.State.HEAD);
            assertAllThere(rig, acknowledged);
        }
    }

    @Test
    void read_cutOrFlipped_isNothingOrWhatWasWritten() {
        Random random = new Random(3);
        ByteBuffer entries = ByteBuffer.allocate(5 * ReelFooter.ENTRY_BYTES);
        random.nextBytes(entries.array());
        ByteBuffer list = RecordList.record(7, 8_192, entries, 4_096);
        RecordList.Listed whole = RecordList.read(list, 7);
        assertThat(whole).isEqualTo(new RecordList.Listed(8_192, entries));
        assertThat(RecordList.read(list, 8)).isNull();
        for (int cut = 0; cut < list.capacity(); cut += 37) {
            RecordList.Listed read =
                    RecordList.read(list.duplicate().position(0).limit(cut).slice(), 7);
            assertThat(read).isIn(null, whole);
        }
        for (int i = 0; i < 2_000; i++) {
            int at = RecordHeader.BYTES + random.nextInt(5 * ReelFooter.ENTRY_BYTES + 32);
            byte was = list.get(at);
            list.put(at, (byte) (was ^ (1 << random.nextInt(8))));
            RecordList.Listed read = RecordList.read(list, 7);
            boolean isInBefore = at >= RecordHeader.BYTES + 16 && at < RecordHeader.BYTES + 24;
            assertThat(read == null || isInBefore).isTrue();
            list.put(at, was);
        }
    }
}
