// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.HeldKey;
import org.watchkeep.retention.keys.HeldKeys;
import org.watchkeep.retention.keys.MasterKeystore;

/**
 * Forty days after a hold, on the very bytes of the reels: what is held opens as it was recorded; of all else on the same
 * reels no key that stands on the disks, or can be derived from what stands there, opens anything.
 */
class HeldKeysOnlyTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final StreamId SQUARE = StreamId.main("square");

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private final Map<StreamId, String> classes = new LinkedHashMap<>();

    private Instant heldFrom = Instant.EPOCH;
    private Instant heldTo = Instant.EPOCH;
    private long heldEpoch;

    @Test
    void fortyDaysAfterAHold_onlyWhatIsHeldOpens() throws IOException {
        classes.put(GATE, StoreRig.CLASS);
        classes.put(SQUARE, StoreRig.CLASS);
        StoreSettings settings = StoreRig.settings(folder, 4);
        StoreRig.init(disk, settings, clock);
        Map<StoreRig.Acknowledged, Digest> receipts;
        List<FragmentRef> before;
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                HoldingRig held = new HoldingRig(disk, settings, clock, trail.entries(), classes)) {
            record(held.rig);
            nextEpoch(held.rig);
            heldEpoch = held.rig.recordingEpoch();
            // Nearer to the change of the hour a hold may keep the key of the hour before: a segment can reach over.
            clock.pass(10, TimeUnit.MINUTES);
            heldFrom = held.now().plusSeconds(2);
            record(held.rig);
            heldTo = held.now().minusSeconds(2);
            nextEpoch(held.rig);
            record(held.rig);
            held.held(heldFrom, heldTo, GATE);
            before = fragments(held.store, heldFrom, heldTo);
            receipts = Map.copyOf(held.rig.acknowledged);
        }
        List<RawRecords.Raw> records = new RawRecords(disk).all();
        List<SecretKey> old = keys();

        clock.pass(40, TimeUnit.DAYS);
        try (TestTrail trail = TestTrail.open(disk, folder, clock);
                HoldingRig held = new HoldingRig(disk, settings, clock, trail.entries(), classes)) {
            held.rig.awaitKept("all is erased", () -> isErased(held.store.keys()));
            assertHeldIsAsRecorded(held.store, before, receipts);
            assertThat(held.rig.segments(SQUARE)).isEmpty();
        }
        assertNothingElseOpens(records, old);
    }

    /** Of both cameras, ten seconds in the same batches. */
    private void record(StoreRig rig) {
        rig.beginRun(GATE);
        rig.beginRun(SQUARE);
        for (int i = 0; i < 10; i++) {
            rig.record(GATE, 2_000);
            rig.append(SQUARE, 2_000);
        }
        StoreRig.await("recorded", () -> rig.isSettled(GATE) && rig.isSettled(SQUARE));
        rig.endRun(GATE, GapCause.CONNECTION_LOST);
        rig.endRun(SQUARE, GapCause.CONNECTION_LOST);
    }

    private void nextEpoch(StoreRig rig) {
        long epoch = rig.recordingEpoch();
        clock.pass(1, TimeUnit.HOURS);
        rig.awaitKept("the next epoch", () -> rig.recordingEpoch() > epoch);
    }

    private static List<FragmentRef> fragments(FootageStore store, Instant from, Instant to) throws IOException {
        List<FragmentRef> found = new ArrayList<>();
        for (Segment segment : store.segments(GATE, from, to)) {
            segment.fragments().stream()
                    .filter(ref -> ref.start().isBefore(to) && ref.end().isAfter(from))
                    .forEach(found::add);
        }
        return found;
    }

    private boolean isErased(EpochKeys keys) {
        return keys.epochs().stream()
                .filter(epoch -> epoch.openedUtcMicros() < clock.utcMicros() - TimeUnit.DAYS.toMicros(1))
                .allMatch(epoch -> epoch.state() == Epoch.State.ERASED);
    }

    private void assertHeldIsAsRecorded(
            FootageStore store, List<FragmentRef> before, Map<StoreRig.Acknowledged, Digest> receipts)
            throws IOException {
        List<FragmentRef> after = new ArrayList<>();
        for (Segment segment : store.segments(GATE, Instant.MIN, Instant.MAX)) {
            for (FragmentRef ref : segment.fragments()) {
                after.add(ref);
                StoreRig.Acknowledged name = new StoreRig.Acknowledged(GATE, segment.run(), ref.sequence());
                assertThat(store.read(segment, ref))
                        .isEqualTo(StoreRig.payload(GATE, segment.run(), ref.sequence(), 2_000));
                assertThat(store.digest(segment, ref)).isEqualTo(receipts.get(name));
                FragmentRef elsewhere = new FragmentRef(
                        ref.volume(), ref.reelSerial(), 0, ref.recordBytes(), 0, ref.start(), 1, ref.flags());
                assertThatThrownBy(() -> store.read(segment, elsewhere)).isInstanceOf(IOException.class);
            }
        }
        assertThat(after).as("the held span, and no neighbour of it").hasSize(6).isEqualTo(before);
    }

    private void assertNothingElseOpens(List<RawRecords.Raw> records, List<SecretKey> old) throws IOException {
        RawRecords raw = new RawRecords(disk);
        assertThat(raw.all().stream().map(RawRecords.Raw::header).toList())
                .as("its bytes still lie there")
                .containsAll(records.stream().map(RawRecords.Raw::header).toList());
        assertThat(records)
                .as("the trial is one")
                .allMatch(record -> old.stream().anyMatch(key -> raw.opens(key, record)));
        int gate = 1;
        List<RawRecords.Raw> kept = records.stream()
                .filter(record -> record.header().epoch() == heldEpoch && record.header().stream() == gate)
                .toList();
        List<RawRecords.Raw> gone =
                records.stream().filter(record -> !kept.contains(record)).toList();
        List<SecretKey> now = keys();
        assertThat(kept)
                .as("what is held has its key")
                .hasSizeGreaterThan(10)
                .allMatch(record -> now.stream().anyMatch(key -> raw.opens(key, record)));
        assertThat(gone).as("the other camera, and the hours beside").hasSizeGreaterThan(50);
        for (SecretKey key : now) {
            assertThat(gone.stream().filter(record -> raw.opens(key, record)).map(RawRecords.Raw::header))
                    .isEmpty();
        }
        raw.assertNothingOnTheDisksOpens(gone);
    }

    /** Every stream key that master, homes and kept keys give. */
    private List<SecretKey> keys() throws IOException {
        Path a = folder.resolve("home-a");
        Path b = folder.resolve("home-b");
        List<SecretKey> all = new ArrayList<>();
        MasterKeystore master = MasterKeystore.open(disk, folder.resolve("master.p12"), "rig".toCharArray());
        try (EpochKeys epochs = EpochKeys.open(disk, a, b, master);
                HeldKeys held = HeldKeys.open(disk, a, b, master)) {
            for (Epoch epoch : epochs.epochs()) {
                for (int stream = 0; stream < 4; stream++) {
                    epochs.streamKey(epoch.number(), stream).ifPresent(all::add);
                }
            }
            for (HeldKey key : held.kept()) {
                held.streamKey(key.epoch(), key.stream()).ifPresent(all::add);
            }
        }
        return all;
    }
}
