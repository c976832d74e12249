// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import org.watchkeep.bench.fleet.CameraGroup;
import org.watchkeep.bench.fleet.FleetFigures;
import org.watchkeep.bench.fleet.FleetPlan;
import org.watchkeep.bench.fleet.StreamPattern;

/**
 * What was lost: what the fleet sent, or had to leave out, less what the recorder acknowledged. Packets that never came are
 * seen in the packets (the picture before them is shown longer instead, so they do not show in time); pictures that came and
 * were not acknowledged are seen in the time.
 */
final class Accounts {
    private Accounts() {}

    /**
     * @param sent all that a fleet sent, from its first picture to its last
     * @param recorder its figures after the last acknowledgement
     */
    static IngestResult.Losses losses(FleetPlan plan, FleetFigures sent, JsonNode recorder) {
        long packetsNotCome = sent.packets()
                + sent.overrunPackets()
                - recorder.path("packets").asLong();
        double pictureMicros = sent.mediaMicros() / (double) Math.max(1, sent.pictures());
        double missingMicros = sent.mediaMicros()
                + sent.overrunMicros()
                - recorder.path("acknowledgedMicros").asLong()
                - toleranceMicros(plan, pictureMicros);
        long missingPictures = Math.max(0, (long) Math.ceil(missingMicros / pictureMicros));
        double packetsPerPicture = sent.packets() / (double) Math.max(1, sent.pictures());
        long lostPackets = Math.max(0, Math.max(packetsNotCome, Math.round(missingPictures * packetsPerPicture)));
        return new IngestResult.Losses(
                sent.packets(),
                lostPackets,
                Math.max(missingPictures, sent.overrunPictures()),
                recorder.path("droppedFragments").asLong(),
                sent.wireLost(),
                recorder.path("lostPackets").asLong());
    }

    /**
     * A recorder cannot know how long the last picture of a stream is shown, and takes it to be like the one before. Where all
     * are alike that is right but for rounding; where they are not, or the last one may itself have been lost on purpose, it
     * may be off by the longest picture of each stream.
     */
    private static double toleranceMicros(FleetPlan plan, double pictureMicros) {
        double micros = pictureMicros / 2;
        for (CameraGroup group : plan.groups()) {
            for (StreamPattern stream : group.streams()) {
                if (!stream.isEven() || group.wire().lost() > 0) {
                    micros += group.cameras() * stream.longestPictureNanos() / 1e3;
                }
            }
        }
        return micros;
    }
}
