// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.Set;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * What one track has seen since it began. Immutable snapshot.
 *
 * @param packets RTP packets of this track that could be read
 * @param bytes their payloads
 * @param lostPackets missing by sequence number: over TCP, dropped by the camera itself
 * @param latePackets duplicates, and those too late to be used
 * @param unusablePackets not RTP, or of another payload type
 * @param strayPackets of other sources than the one recorded, left out
 * @param sequenceRestarts numbering begun anew: what was lost then is not known
 * @param ssrcChanges sources that took the place of another
 * @param accessUnits pictures kept
 * @param damagedAccessUnits kept pictures that packets are missing of, or may be
 * @param skippedAccessUnits pictures before the first key picture
 * @param keyPictures key pictures kept
 * @param ignoredNalUnits NAL units that are no part of a stream: unknown type, forbidden bit, nothing inside
 * @param malformedPayloads payloads that could not be taken apart, and parameter sets that could not be read
 * @param senderReports plausible ones
 * @param unusableReports RTCP that is malformed, implausible or of another source
 * @param isGoodbyeSeen whether the source said BYE; cameras do so and go on
 * @param runs runs begun
 * @param fragments fragments handed on
 * @param lastPictureMonoNanos arrival of the newest kept picture; {@code Long.MIN_VALUE} before the first
 * @param cameraOffsetMicros camera clock less ours when its newest report came;
 *     {@link org.watchkeep.retention.store.Fragment#OFFSET_UNKNOWN} where unknown
 * @param codec RFC 6381 name; empty before the first run
 * @param width in luma samples; 0 before the first run
 * @param height in luma samples; 0 before the first run
 * @param tolerances departures from the standards put up with so far
 */
public record TrackStatistics(
        long packets,
        long bytes,
        long lostPackets,
        long latePackets,
        long unusablePackets,
        long strayPackets,
        long sequenceRestarts,
        long ssrcChanges,
        long accessUnits,
        long damagedAccessUnits,
        long skippedAccessUnits,
        long keyPictures,
        long ignoredNalUnits,
        long malformedPayloads,
        long senderReports,
        long unusableReports,
        boolean isGoodbyeSeen,
        long runs,
        long fragments,
        long lastPictureMonoNanos,
        long cameraOffsetMicros,
        String codec,
        int width,
        int height,
        Set<Tolerance> tolerances) {
    public TrackStatistics {
        tolerances = Set.copyOf(tolerances);
    }
}
