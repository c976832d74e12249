// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Up to a minute of consecutive fragments of one run. Immutable.
 *
 * @param run number of the run in this store, ascending
 * @param number of the segment in its run, from 0
 * @param epoch key epoch all its records are encrypted under
 * @param state {@code OPEN} while it is being written, {@code SEALED} when its seal record is durable, {@code UNSEALED}
 *     when a stop left it without one
 * @param codec RFC 6381 name
 * @param cameraOffsetMicros camera clock less recorder clock at the start; {@link Fragment#OFFSET_UNKNOWN} where unknown
 * @param ownLessUtcMicros the recorder's monotonic clock less its UTC, the same for all of a run; {@link #OWN_UNKNOWN} in
 *     what older versions have indexed
 * @param fragments in order, never empty
 */
public record Segment(
        StreamId stream,
        long run,
        int number,
        long epoch,
        State state,
        String codec,
        long cameraOffsetMicros,
        long ownLessUtcMicros,
        FragmentRef configuration,
        Optional<FragmentRef> seal,
        List<FragmentRef> fragments) {
    /** Only UTC is known of its times. */
    public static final long OWN_UNKNOWN = Long.MIN_VALUE;

    /** Where a segment is in its life: OPEN to SEALED, or OPEN to UNSEALED (a stop) to SEALED (recovery). */
    public enum State {
        OPEN,
        UNSEALED,
        SEALED
    }

    public Segment {
        fragments = fragments instanceof StoredFragments ? fragments : List.copyOf(fragments);
        if (fragments.isEmpty()) {
            throw new IllegalArgumentException(
                    "segment without fragments: " + stream + " run " + run + " no. " + number);
        }
    }

    /** One of whose times only UTC is known. */
    public Segment(
            StreamId stream,
            long run,
            int number,
            long epoch,
            State state,
            String codec,
            long cameraOffsetMicros,
            FragmentRef configuration,
            Optional<FragmentRef> seal,
            List<FragmentRef> fragments) {
        this(stream, run, number, epoch, state, codec, cameraOffsetMicros, OWN_UNKNOWN, configuration, seal, fragments);
    }

    /** The same with these fragments and no seal: others of it are gone. */
    Segment shortened(List<FragmentRef> left) {
        return new Segment(
                stream,
                run,
                number,
                epoch,
                State.UNSEALED,
                codec,
                cameraOffsetMicros,
                ownLessUtcMicros,
                configuration,
                Optional.empty(),
                left);
    }

    public Instant start() {
        return fragments.get(0).start();
    }

    public Instant end() {
        return fragments.get(fragments.size() - 1).end();
    }

    /** How many of its fragments miss packets of a picture, or may. */
    public int damagedFragments() {
        return fragments instanceof StoredFragments stored
                ? stored.damaged()
                : (int) fragments.stream().filter(FragmentRef::isDamaged).count();
    }

    /** Bytes of all its fragment records. */
    public long sizeBytes() {
        return fragments instanceof StoredFragments stored
                ? stored.sizeBytes()
                : fragments.stream().mapToLong(FragmentRef::recordBytes).sum();
    }
}
