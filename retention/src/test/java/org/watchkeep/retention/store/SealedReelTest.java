// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;

/** A full reel at the next start: read from its footer, and left alone where that has rotted. */
class SealedReelTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final int FRAGMENT_BYTES = 10_000_000;

    /** One reel of 64 MiB and a little of the next. */
    private static final int FRAGMENTS = 8;

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private StoreSettings settings;

    @BeforeEach
    void fillOneReel() throws IOException {
        settings = StoreRig.settings(folder, 4);
        StoreRig.init(disk, settings, clock);
        try (StoreRig rig = open()) {
            rig.beginRun(GATE);
            for (int i = 1; i <= FRAGMENTS; i++) {
                rig.record(GATE, FRAGMENT_BYTES);
                rig.awaitAcknowledged(GATE, i);
            }
        }
    }

    private StoreRig open() throws IOException {
        return StoreRig.open(disk, settings, clock, GATE);
    }

    private static Reel sealed(StoreRig rig) {
        return rig.store.rings().get(0).footage().get(0);
    }

    private static int fragmentsReadable(StoreRig rig) throws IOException {
        int readable = 0;
        for (Segment segment : rig.segments(GATE)) {
            for (FragmentRef fragment : segment.fragments()) {
                rig.store.read(segment, fragment);
                readable++;
            }
        }
        return readable;
    }

    @Test
    void footer_ofAFullReel_listsItsRecords() throws IOException {
        try (StoreRig rig = open()) {
            Reel reel = sealed(rig);
            assertThat(reel.state()).isEqualTo(Reel.State.FULL);
            var records = new ReelScan(rig.store.rings().get(0).volume).footer(reel, reel.serial());
            assertThat(records).isNotNull();
            assertThat(records.stream().filter(r -> r.header().kind() == RecordHeader.Kind.FRAGMENT))
                    .hasSize(6);
        }
    }

    @Test
    void open_footerRotten_reelIsWalkedAndNotWrittenNorRetired() throws IOException {
        Path file;
        try (StoreRig rig = open()) {
            file = sealed(rig).path;
        }
        disk.damage(file, StoreRig.REEL_BYTES - ReelFooter.TRAILER_BYTES, new byte[16]);
        FootageStore.deleteIndex(settings);
        byte[] before = disk.contents(file);
        try (StoreRig rig = open()) {
            assertThat(sealed(rig).state()).isEqualTo(Reel.State.FULL);
            assertThat(fragmentsReadable(rig)).isEqualTo(FRAGMENTS);
            assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
        }
        assertThat(disk.contents(file)).isEqualTo(before);
    }
}
