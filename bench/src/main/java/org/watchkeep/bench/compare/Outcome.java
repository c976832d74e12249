// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.compare;

import java.util.List;
import java.util.Optional;
import org.watchkeep.bench.fleet.SentByCamera;

/**
 * What one contender did. Immutable.
 *
 * @param measured empty where it did not take part
 * @param reason why not; empty where it did
 */
record Outcome(String name, String how, Optional<Measured> measured, String reason) {
    /**
     * @param overrunPackets that the cameras had to leave out because they were not taken
     * @param lost of each camera by the kill; empty where it could not be measured
     * @param lostReason why not
     */
    record Measured(
            int processes,
            double cpuSecondsPerGb,
            double cores,
            double rssMb,
            double pssMb,
            long overrunPackets,
            List<Lost> lost,
            String lostReason) {
        Measured {
            lost = List.copyOf(lost);
        }
    }

    /** What one camera sent until the kill, and nobody can read any more. */
    record Lost(int camera, long pictures, long bytes, double seconds) {
        /** Framing in the files may make more bytes of what was read than were sent: then none were lost. */
        static Lost of(SentByCamera sent, ReadableFootage read) {
            long pictures = Math.max(0, sent.pictures() - read.pictures());
            double pictureSeconds = sent.pictures() == 0 ? 0 : sent.micros() / 1e6 / sent.pictures();
            return new Lost(
                    sent.camera(),
                    pictures,
                    pictures == 0 ? 0 : Math.max(0, sent.bytes() - read.bytes()),
                    pictures * pictureSeconds);
        }
    }

    static Outcome absent(Contender contender, String reason) {
        return new Outcome(contender.name(), contender.how(), Optional.empty(), reason);
    }
}
