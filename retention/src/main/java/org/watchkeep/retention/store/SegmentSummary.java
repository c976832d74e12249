// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.time.Instant;
import java.util.Optional;

/**
 * What a listing says of a {@link Segment}: all but where its fragments lie. Immutable.
 *
 * @param start of its first fragment
 * @param end of its last fragment
 * @param damagedFragments how many of them miss packets of a picture, or may
 * @param sizeBytes of all its fragment records
 * @param volume that its configuration record lies on
 * @param reelSerial generation that its configuration record lies in; with that the segment is gone
 * @param seal where its seal lies; empty while it has none
 */
public record SegmentSummary(
        StreamId stream,
        long run,
        int number,
        long epoch,
        Segment.State state,
        String codec,
        long cameraOffsetMicros,
        Instant start,
        Instant end,
        int fragments,
        int damagedFragments,
        long sizeBytes,
        String volume,
        long reelSerial,
        Optional<Seal> seal) {

    /** Where a seal record lies. */
    public record Seal(String volume, long reelSerial, long offset, int recordBytes) {
        static Seal of(FragmentRef ref) {
            return new Seal(ref.volume(), ref.reelSerial(), ref.offset(), ref.recordBytes());
        }

        /** As a reader wants it. */
        FragmentRef toRef() {
            return new FragmentRef(volume, reelSerial, offset, recordBytes, 0, Instant.EPOCH, 0, 0);
        }
    }

    static SegmentSummary of(Segment segment) {
        return new SegmentSummary(
                segment.stream(),
                segment.run(),
                segment.number(),
                segment.epoch(),
                segment.state(),
                segment.codec(),
                segment.cameraOffsetMicros(),
                segment.start(),
                segment.end(),
                segment.fragments().size(),
                segment.damagedFragments(),
                segment.sizeBytes(),
                segment.configuration().volume(),
                segment.configuration().reelSerial(),
                segment.seal().map(Seal::of));
    }
}
