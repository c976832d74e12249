// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.FakeDisk;

/** A ring that a test can fill in a second: reels of half a mebibyte, each filled by one burst of footage. */
final class SmallReels {
    static final long REEL_BYTES = 512 << 10;
    static final int BURST_FRAGMENTS = 4;
    private static final int FRAGMENT_BYTES = 100_000;

    private SmallReels() {}

    /** Makes a store whose volume {@code v1} has this many small reels. */
    static StoreSettings init(FakeDisk disk, Path folder, TestClock clock, int reels) throws IOException {
        return init(disk, folder, clock, 1, reels);
    }

    /** Makes a store whose volumes v1, v2 ... have so many small reels each. */
    static StoreSettings init(FakeDisk disk, Path folder, TestClock clock, int volumes, int reels) throws IOException {
        return init(disk, folder, clock, volumes, reels, REEL_BYTES);
    }

    /** ... with reels of this size: a test that lets footage wait wants them to hold a whole batch, as real ones do. */
    static StoreSettings init(FakeDisk disk, Path folder, TestClock clock, int volumes, int reels, long reelBytes)
            throws IOException {
        StoreSettings settings = StoreRig.settings(folder, volumes, reels, StoreRig.CLASS);
        StoreRig.init(disk, settings, clock);
        for (StoreSettings.VolumeSettings volume : settings.volumes()) {
            Path identity = volume.path().resolve("volume.json");
            String json = new String(disk.contents(identity), UTF_8)
                    .replace(Long.toString(StoreRig.REEL_BYTES), Long.toString(reelBytes));
            disk.delete(identity);
            try (DiskFile file = disk.open(identity, Disk.Mode.WRITE)) {
                file.write(ByteBuffer.wrap(json.getBytes(UTF_8)), 0);
            }
            for (int i = 0; i < reels; i++) {
                Path reel = volume.path().resolve(String.format("reels/reel-%05d.wk", i));
                disk.delete(reel);
                disk.allocate(reel, reelBytes);
            }
        }
        disk.settle();
        return settings;
    }

    static Path reel(Path folder, int index) {
        return folder.resolve(String.format("v1/reels/reel-%05d.wk", index));
    }

    /** Records bursts, each durable before the next: about a reel each. */
    static void record(StoreRig rig, StreamId stream, int bursts) {
        for (int i = 0; i < bursts; i++) {
            long before = rig.status(stream).acknowledgedFragments();
            for (int j = 0; j < BURST_FRAGMENTS; j++) {
                rig.record(stream, FRAGMENT_BYTES);
            }
            rig.awaitAcknowledged(stream, before + BURST_FRAGMENTS);
        }
    }

    static List<Reel> reels(StoreRig rig) {
        return rig.store.volumes().values().iterator().next().reels();
    }

    static long newestSerial(StoreRig rig) {
        return reels(rig).stream().mapToLong(Reel::serial).max().orElse(0);
    }

    static VolumeStatus status(StoreRig rig) {
        return rig.store.volumeStatuses().get(0);
    }
}
