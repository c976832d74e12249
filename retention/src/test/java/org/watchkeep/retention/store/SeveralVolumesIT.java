// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults.Operation;

/**
 * Random lives of a store with two or three volumes, of which some fail, hang and come back while it records, and which
 * ends by a power cut, a kill or a stop; some starts find no index. The model is the book of what was acknowledged: each
 * of it is found and reads right, and every other second is a gap with its cause.
 */
class SeveralVolumesIT {
    private static final int REELS = 10;
    private static final int ACTS = 14;

    @Property(tries = 6, shrinking = ShrinkingMode.OFF)
    void anyLife_acknowledgedIsFoundAndTheRestExplained(@ForAll long seed) throws IOException {
        new Life(seed).live();
    }

    @Property(tries = 30, shrinking = ShrinkingMode.OFF)
    @Tag("campaign")
    void manyLives_acknowledgedIsFoundAndTheRestExplained(@ForAll long seed) throws IOException {
        new Life(seed).live();
    }

    /** One store from its making to its last look. */
    private static final class Life {
        private final long seed;
        private final Random random;
        private final Path folder;
        private final StoreSettings settings;
        private final TestClock clock = new TestClock();
        private final List<StreamId> streams = new ArrayList<>();
        private final Map<Path, CountDownLatch> hanging = new ConcurrentHashMap<>();
        private final Map<StoreRig.Acknowledged, Digest> acknowledged = new HashMap<>();
        private final List<String> acts = new ArrayList<>();
        private FakeDisk disk = new FakeDisk();

        Life(long seed) throws IOException {
            this.seed = seed;
            this.random = new Random(seed);
            this.folder = Files.createTempDirectory("several-volumes");
            this.settings = StoreRig.settings(folder, 2 + random.nextInt(2), REELS, StoreRig.CLASS);
            for (int i = 0; i < 4; i++) {
                streams.add(StreamId.main("cam-" + i));
            }
        }

        void live() throws IOException {
            try {
                StoreRig.init(disk, settings, clock);
                disk.settle();
                int starts = 2 + random.nextInt(2);
                for (int i = 0; i < starts; i++) {
                    day();
                }
                look();
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + acts + ": " + e, e);
            } finally {
                hanging.values().forEach(CountDownLatch::countDown);
                StoreParts.deleteFolder(folder);
            }
        }

        private StoreRig open() throws IOException {
            disk.faults().before((operation, path) -> {
                CountDownLatch release = operation == Operation.WRITE || operation == Operation.SYNC
                        ? hanging.get(volumeOf(path))
                        : null;
                if (release != null) {
                    StoreRig.await(release);
                }
            });
            return StoreRig.open(disk, settings, clock, streams.toArray(StreamId[]::new));
        }

        private Path volumeOf(Path path) {
            return folder.resolve(folder.relativize(path).getName(0));
        }

        private void day() throws IOException {
            act("open");
            StoreRig rig = open();
            for (StreamId stream : streams) {
                rig.beginRun(stream);
            }
            for (int i = 0; i < ACTS; i++) {
                act(rig);
            }
            int end = random.nextInt(4);
            if (end == 0) {
                comeBack();
                act("close");
                rig.close();
            } else if (end == 1) {
                act("kill");
                disk.kill();
                abandon(rig);
            } else {
                act("power cut");
                disk.powerCut(random.nextInt(1_000));
                abandon(rig);
            }
            acknowledged.putAll(rig.acknowledged);
            clock.pass(7, TimeUnit.SECONDS);
            clock.reboot("boot-" + acts.size());
            if (random.nextInt(3) == 0) {
                act("index deleted");
                FootageStore.deleteIndex(settings);
            }
        }

        private void abandon(StoreRig rig) {
            hanging.values().forEach(CountDownLatch::countDown);
            hanging.clear();
            rig.abandon();
            disk = disk.restart();
        }

        private void act(String what) {
            acts.add(what);
        }

        private void act(StoreRig rig) {
            StoreSettings.VolumeSettings volume =
                    settings.volumes().get(random.nextInt(settings.volumes().size()));
            switch (random.nextInt(8)) {
                case 0 -> {
                    act("fail " + volume.id());
                    disk.faults()
                            .failPath(
                                    volume.path(),
                                    random.nextBoolean()
                                            ? new Operation[] {Operation.SYNC}
                                            : new Operation[] {Operation.WRITE, Operation.SYNC});
                }
                case 1 -> {
                    act("hang " + volume.id());
                    hanging.putIfAbsent(volume.path(), new CountDownLatch(1));
                }
                case 2 -> {
                    act("come back");
                    comeBack();
                    rig.pace.skip(11, TimeUnit.SECONDS);
                }
                case 3 -> {
                    act("new runs");
                    for (StreamId stream : streams) {
                        rig.endRun(stream, GapCause.CONNECTION_LOST);
                        rig.beginRun(stream);
                    }
                    record(rig);
                }
                default -> record(rig);
            }
        }

        private void comeBack() {
            disk.faults().heal();
            hanging.values().forEach(CountDownLatch::countDown);
            hanging.clear();
        }

        /** Some seconds; now and then waits until those who can have acknowledged. */
        private void record(StoreRig rig) {
            int seconds = 1 + random.nextInt(3);
            act("record " + seconds);
            int bytes = random.nextInt(3) == 0 ? 2_000_000 : 20_000;
            for (int i = 0; i < seconds; i++) {
                clock.pass(1, TimeUnit.SECONDS);
                for (StreamId stream : streams) {
                    rig.append(stream, bytes + random.nextInt(1_000));
                }
            }
            if (random.nextBoolean() && hanging.isEmpty()) {
                long before = rig.acknowledged.size();
                rig.pace.skip(1, TimeUnit.SECONDS);
                long lost = dropped(rig);
                StoreRig.await(
                        "something is acknowledged or lost",
                        () -> rig.acknowledged.size() > before || dropped(rig) > lost || settled(rig));
            }
        }

        private long dropped(StoreRig rig) {
            return streams.stream()
                    .mapToLong(stream -> rig.status(stream).droppedFragments())
                    .sum();
        }

        /** Everything appended was acknowledged or lost before we asked. */
        private boolean settled(StoreRig rig) {
            return streams.stream().allMatch(rig::isSettled);
        }

        private void look() throws IOException {
            act("look");
            try (StoreRig rig = open()) {
                assertThat(rig.store.check(true, Optional.empty()).findings()).isEmpty();
                Map<StoreRig.Acknowledged, Digest> there = new HashMap<>();
                for (StreamId stream : rig.store.streams()) {
                    for (Segment segment : rig.segments(stream)) {
                        assertThat(rig.store.configuration(segment)).isEqualTo(StoreRig.configurationOf(stream));
                        for (FragmentRef ref : segment.fragments()) {
                            there.put(
                                    new StoreRig.Acknowledged(stream, segment.run(), ref.sequence()),
                                    rig.store.digest(segment, ref));
                        }
                    }
                }
                assertThat(there).containsAllEntriesOf(acknowledged);
                for (StreamId stream : streams) {
                    rig.beginRun(stream);
                    rig.record(stream, 1_000);
                    rig.awaitAcknowledged(stream, 1);
                }
            }
        }
    }
}
