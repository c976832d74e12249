// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.MasterKeystore;

/** What is described is found like what was recorded, and recording goes on behind it. */
class DescribedFootageTest {
    private static final StreamId GATE = StreamId.main("gate");

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private StoreSettings settings;

    @BeforeEach
    void init() throws IOException {
        settings = StoreRig.settings(folder, 6);
        StoreRig.init(disk, settings, clock);
    }

    private EpochKeys keys() throws IOException {
        return EpochKeys.open(
                disk,
                folder.resolve("home-a"),
                folder.resolve("home-b"),
                MasterKeystore.open(disk, folder.resolve("master.p12"), "rig".toCharArray()));
    }

    private static FragmentRef ref(long serial, long offset, long sequence, long startMicros, long durationMicros) {
        return new FragmentRef(
                "v1", serial, offset, 1_000, sequence, StreamState.instant(startMicros), durationMicros, 1);
    }

    private Segment describe(int seconds) throws IOException {
        long start = clock.utcMicros();
        try (EpochKeys keys = keys();
                DescribedFootage footage = DescribedFootage.begin(settings, disk, keys, clock)) {
            footage.stream(GATE, StoreRig.CLASS, start);
            long epoch = keys.openEpoch(StoreRig.CLASS, start, 0).number();
            long serial = footage.reel("v1", StoreRig.CLASS, start);
            assertThat(footage.reelBytes("v1")).isEqualTo(StoreRig.REEL_BYTES);
            Segment segment = new Segment(
                    GATE,
                    footage.run(GATE, "avc1.640028", start),
                    0,
                    epoch,
                    Segment.State.SEALED,
                    "avc1.640028",
                    0,
                    ref(serial, 4_096, 0, start, 0),
                    Optional.of(ref(serial, 9_000, 1, start, 0)),
                    List.of(ref(serial, 5_096, 0, start, seconds * 1_000_000L)));
            footage.add(List.of(segment));
            footage.gap(GATE, start + seconds * 1_000_000L, start + 60_000_000, GapCause.CONNECTION_LOST, "described");
            assertThat(DescribedFootage.rowBytes(segment)).isPositive();
            clock.pass(60, TimeUnit.SECONDS);
            return segment;
        }
    }

    @Test
    void close_thenOpen_isFoundAndRecordingGoesOn() throws IOException {
        Segment described = describe(50);
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            assertThat(rig.segments(GATE)).containsExactly(described);
            assertThat(rig.gaps(GATE).get(0).cause()).isEqualTo(GapCause.CONNECTION_LOST);
            assertThat(rig.store.volumeStatuses().get(0).retired()).isZero();
            rig.beginRun(GATE);
            rig.record(GATE, 20_000);
            rig.awaitAcknowledged(GATE, 1);
            List<Segment> both = rig.segments(GATE);
            assertThat(both).hasSize(2);
            assertThat(both.get(1).run()).isGreaterThan(described.run());
            assertThat(both.get(1).configuration().reelSerial())
                    .isGreaterThan(described.configuration().reelSerial());
        }
    }

    @Test
    void read_describedFragment_isDamagedAndNoFootageIsInvented() throws IOException {
        Segment described = describe(50);
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            assertThatThrownBy(() ->
                            rig.store.read(described, described.fragments().get(0)))
                    .isInstanceOf(DamagedSegmentException.class);
        }
    }

    @Test
    void begin_storeThatHasRecorded_isRefused() throws IOException {
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            assertThat(rig.store.segments(GATE, Instant.MIN, Instant.MAX)).isEmpty();
        }
        try (EpochKeys keys = keys()) {
            assertThatThrownBy(() -> DescribedFootage.begin(settings, disk, keys, clock))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("recorded already");
        }
    }

    @Test
    void reel_volumeUsedUp_isRefused() throws IOException {
        try (EpochKeys keys = keys();
                DescribedFootage footage = DescribedFootage.begin(settings, disk, keys, clock)) {
            for (int i = 0; i < 5; i++) {
                footage.reel("v1", StoreRig.CLASS, clock.utcMicros());
            }
            assertThat(footage.reel("v1", StoreRig.CLASS, clock.utcMicros())).isEqualTo(6);
            assertThatThrownBy(() -> footage.reel("v1", StoreRig.CLASS, clock.utcMicros()))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("no reel left");
            assertThatThrownBy(() -> footage.reel("v2", StoreRig.CLASS, clock.utcMicros()))
                    .isInstanceOf(IllegalArgumentException.class);
        } catch (StoreException e) {
            // Closing wants one more reel for what would be recorded next, and there is none.
            assertThat(e).hasMessageContaining("no reel left");
        }
    }
}
