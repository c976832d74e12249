// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * One volume at one moment. Immutable.
 *
 * @param reelBytes size of each of its reels
 * @param free reels of no ring
 * @param ready reels cleared ahead for a ring
 * @param writing reels being written
 * @param full reels that hold footage
 * @param retired reels that met an I/O error: still read, never written again
 * @param notAnswering what its disk has been asked for ten seconds or more without an answer; empty while it answers
 * @param missing why it was not there at the start: none of its footage is shown, and nothing is known of its reels
 */
public record VolumeStatus(
        String id,
        Path path,
        UUID uuid,
        long reelBytes,
        int free,
        int ready,
        int writing,
        int full,
        int retired,
        Optional<String> notAnswering,
        Optional<String> missing) {

    /** One that was not there. */
    static VolumeStatus missing(StoreSettings.VolumeSettings volume, UUID uuid, String why) {
        return new VolumeStatus(volume.id(), volume.path(), uuid, 0, 0, 0, 0, 0, 0, Optional.empty(), Optional.of(why));
    }

    static VolumeStatus of(Volume volume) {
        Map<Reel.State, Integer> count = new EnumMap<>(Reel.State.class);
        volume.reels().forEach(reel -> count.merge(reel.state(), 1, Integer::sum));
        return new VolumeStatus(
                volume.id,
                volume.path,
                volume.uuid,
                volume.reelBytes,
                count.getOrDefault(Reel.State.FREE, 0),
                count.getOrDefault(Reel.State.READY, 0),
                count.getOrDefault(Reel.State.HEAD, 0),
                count.getOrDefault(Reel.State.FULL, 0),
                count.getOrDefault(Reel.State.RETIRED, 0) + count.getOrDefault(Reel.State.DOUBTFUL, 0),
                volume.watch().notAnswering(),
                Optional.empty());
    }

    /** Whether a volume enrolled with this size would have as many reels of the same size. */
    public boolean isOfSize(long sizeBytes) {
        return Volume.reelBytesFor(sizeBytes) == reelBytes && sizeBytes / reelBytes == reels();
    }

    /** All of its reels. */
    public int reels() {
        return free + ready + writing + full + retired;
    }
}
