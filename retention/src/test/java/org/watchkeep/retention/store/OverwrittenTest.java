// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults.Operation;

/** Rings of several volumes come round at different paces: what one overwrites on purpose is no loss. */
class OverwrittenTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final StreamId SQUARE = StreamId.main("square");
    private static final int REELS = 8;

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();

    private Path acknowledgementLog(StoreRig rig) throws IOException {
        Path log = folder.resolve("acknowledged");
        Files.writeString(
                log,
                rig.acknowledged.entrySet().stream()
                        .map(entry -> entry.getKey().stream() + " "
                                + entry.getKey().run() + " " + entry.getKey().sequence() + " " + entry.getValue())
                        .collect(Collectors.joining("\n", "", "\n")));
        return log;
    }

    /** Gate is written on its own volume, then on square's while its own fails, then on its own again. */
    private Path away(StoreRig rig) throws IOException {
        rig.beginRun(GATE);
        rig.beginRun(SQUARE);
        String home = rig.volumeOf(GATE);
        SmallReels.record(rig, GATE, 1);
        disk.faults().failPath(folder.resolve(home), Operation.WRITE, Operation.SYNC);
        rig.append(GATE, 1_000);
        StoreRig.await("gate is written elsewhere", () -> !rig.volumeOf(GATE).equals(home));
        SmallReels.record(rig, GATE, 1);
        disk.faults().heal();
        rig.pace.skip(11, TimeUnit.SECONDS);
        StoreRig.await("gate is back", () -> rig.volumeOf(GATE).equals(home));
        SmallReels.record(rig, GATE, 1);
        rig.endRun(SQUARE, GapCause.CONNECTION_LOST);
        return folder.resolve(home);
    }

    @Test
    void otherVolumeComesRoundFirst_whatItTakesFromTheMiddleIsExplained() throws IOException {
        StoreSettings settings = SmallReels.init(disk, folder, clock, 2, REELS);
        Path log;
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE, SQUARE)) {
            away(rig);
            long there = fragments(rig);
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
            rig.beginRun(SQUARE);
            SmallReels.record(rig, SQUARE, 2 * REELS);
            assertThat(fragments(rig)).isLessThan(there);
            log = acknowledgementLog(rig);
            CheckReport report = rig.store.check(true, Optional.of(log));
            assertThat(report.findings()).isEmpty();
            assertThat(rig.gaps(GATE)).extracting(Gap::cause).contains(GapCause.OVERWRITTEN);
            assertThat(rig.gaps(SQUARE)).extracting(Gap::cause).doesNotContain(GapCause.OVERWRITTEN);
        }
        FootageStore.deleteIndex(settings);
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE, SQUARE)) {
            assertThat(rig.store.check(true, Optional.of(log)).findings()).isEmpty();
        }
    }

    @Test
    void ownVolumeComesRoundFirst_whatIsLeftElsewhereIsOlderAndTheRestExplained() throws IOException {
        StoreSettings settings = SmallReels.init(disk, folder, clock, 2, REELS);
        Path log;
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE, SQUARE)) {
            away(rig);
            SmallReels.record(rig, GATE, 3 * REELS);
            log = acknowledgementLog(rig);
            assertThat(rig.store.check(true, Optional.of(log)).findings()).isEmpty();
            assertThat(rig.gaps(GATE)).extracting(Gap::cause).contains(GapCause.OVERWRITTEN);
            // One gap that grows, not one a reel.
            assertThat(rig.gaps(GATE).stream().filter(gap -> gap.cause() == GapCause.OVERWRITTEN))
                    .hasSizeLessThanOrEqualTo(3);
        }
    }

    @Test
    void fragmentLost_withinWhatIsLeft_isStillMissing() throws IOException {
        StoreSettings settings = SmallReels.init(disk, folder, clock, 2, REELS);
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE, SQUARE)) {
            away(rig);
            SmallReels.record(rig, GATE, 3 * REELS);
            Path log = acknowledgementLog(rig);
            long run = rig.acknowledged.keySet().stream()
                    .mapToLong(StoreRig.Acknowledged::run)
                    .max()
                    .orElseThrow();
            long last = rig.acknowledged.keySet().stream()
                    .filter(key -> key.stream().equals(GATE))
                    .mapToLong(StoreRig.Acknowledged::sequence)
                    .max()
                    .orElseThrow();
            Map<StoreRig.Acknowledged, Digest> all = rig.acknowledged;
            Digest digest = all.values().iterator().next();
            Files.writeString(log, GATE + " 1 " + (last + 1) + " " + digest + "\n");
            assertThat(run).isPositive();
            assertThat(rig.store.check(true, Optional.of(log)).missing()).isEqualTo(1);
        }
    }

    private static long fragments(StoreRig rig) throws IOException {
        return rig.segments(GATE).stream().mapToLong(s -> s.fragments().size()).sum();
    }
}
