// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A segment whose records are becoming durable one by one, until its row goes into the index. Guarded by its stream's
 * monitor.
 *
 * <p>A record that a failed disk made us write twice counts once: the later copy stands. Records that a failed volume
 * could not take lie on another one, so a segment can have records in more than one ring.
 */
final class SegmentBuilder {
    /** Names a segment within its stream. */
    record Key(long run, int segment) {
        static Key of(RecordHeader header) {
            return new Key(header.run(), header.segment());
        }

        static Key of(Segment segment) {
            return new Key(segment.run(), segment.number());
        }
    }

    final Key key;
    final long epoch;
    final long startUtcMicros;
    private final Map<String, RingPosition> lowest = new HashMap<>();
    private final Map<String, RingPosition> highest = new HashMap<>();
    private final StreamId stream;
    private final String codec;
    private FragmentRef configuration;
    private final TreeMap<Long, FragmentRef> fragments = new TreeMap<>();
    private long cameraOffsetMicros = Fragment.OFFSET_UNKNOWN;
    private long ownLessUtcMicros = Segment.OWN_UNKNOWN;
    private @Nullable FragmentRef seal;
    private @Nullable Digest sealDigest;
    private boolean givenUp;
    private int sealedFragments;
    private boolean leftOpen;

    SegmentBuilder(StreamId stream, String codec, RecordHeader configurationHeader, String ring, FragmentRef at) {
        this.key = new Key(configurationHeader.run(), configurationHeader.segment());
        this.epoch = configurationHeader.epoch();
        this.startUtcMicros = configurationHeader.segmentStartUtcMicros();
        this.stream = stream;
        this.codec = codec;
        this.configuration = at;
        sawAt(ring, at);
    }

    private void sawAt(String ring, FragmentRef at) {
        lowest.merge(ring, at.position(), RingPosition::min);
        highest.merge(ring, at.position(), RingPosition::max);
    }

    /** The reference for a record at this place. */
    static FragmentRef ref(RecordHeader header, String volume, RingPosition at) {
        return new FragmentRef(
                volume,
                at.serial(),
                at.offset(),
                header.recordBytes(),
                header.sequence(),
                Instant.EPOCH.plus(header.startUtcMicros(), ChronoUnit.MICROS),
                header.durationMicros(),
                header.flags());
    }

    void add(RecordHeader header, String ring, FragmentRef ref) {
        sawAt(ring, ref);
        if (header.kind() == RecordHeader.Kind.SEAL) {
            // The seal of a segment that lost a record would name what is not there.
            seal = givenUp ? null : ref;
            sealedFragments = SealText.fragmentsIn(header.payloadBytes());
            return;
        }
        if (fragments.isEmpty() || header.sequence() < fragments.firstKey()) {
            cameraOffsetMicros = header.cameraOffsetMicros();
            ownLessUtcMicros = header.startMonoNanos() == 0
                    ? Segment.OWN_UNKNOWN
                    : BootBook.micros(header.startMonoNanos()) - header.startUtcMicros();
        }
        fragments.put(header.sequence(), ref);
    }

    /** The seal that landed in this process says so; recovery knows it only from the reel. */
    void sealDigest(Digest digest) {
        sealDigest = digest.equals(Digest.ZERO) ? null : digest;
    }

    /** What its seal says of it, once; empty where it is not whole, or was sealed before the start. */
    Optional<Digest> takeSealDigest() {
        Digest digest = isWhole() ? sealDigest : null;
        sealDigest = null;
        return Optional.ofNullable(digest);
    }

    /** It has no seal that holds, none will come: a stop or a failed volume left it so. Other records may still come. */
    void giveUp() {
        givenUp = true;
        seal = null;
    }

    /** At start: a row stands as it is; it was made when all of the segment had landed. */
    void adopt(Segment row) {
        configuration = row.configuration();
        cameraOffsetMicros = row.cameraOffsetMicros();
        ownLessUtcMicros = row.ownLessUtcMicros();
        fragments.clear();
        row.fragments().forEach(fragment -> fragments.put(fragment.sequence(), fragment));
        seal = row.seal().orElse(null);
        givenUp = seal == null;
    }

    /** At start: a seal over more fragments than were found was written for a segment that had lost some. */
    void giveUpIfIncomplete() {
        if (seal != null && fragments.size() < sealedFragments) {
            giveUp();
        }
    }

    /** Whether its seal and everything the seal names is there; says more than {@link #isComplete} before all is read. */
    boolean isWhole() {
        return seal != null && fragments.size() >= sealedFragments;
    }

    /** Where its records begin in each ring, by the ring's name. */
    Map<String, RingPosition> lowest() {
        return lowest;
    }

    /** Where its last records begin in each ring, its seal included. */
    Map<String, RingPosition> highest() {
        return highest;
    }

    /** The generation was cleared: its fragments there are gone, and without its configuration record all is. */
    void cleared(String volume, long serial) {
        boolean all = configuration.isIn(volume, serial);
        if (fragments.values().removeIf(ref -> all || ref.isIn(volume, serial))) {
            giveUp();
        }
    }

    /** Found at start without a seal; recovery tries to write one. */
    void leftOpen() {
        leftOpen = true;
    }

    boolean isLeftOpen() {
        return leftOpen && seal == null && !givenUp;
    }

    /** Whether its row can go into the index, once nothing of it is under way any more. */
    boolean isComplete() {
        return seal != null || givenUp;
    }

    boolean hasFragments() {
        return !fragments.isEmpty();
    }

    Segment toSegment() {
        Segment.State state =
                seal != null ? Segment.State.SEALED : givenUp || leftOpen ? Segment.State.UNSEALED : Segment.State.OPEN;
        List<FragmentRef> inOrder = new ArrayList<>(fragments.values());
        return new Segment(
                stream,
                key.run,
                key.segment,
                epoch,
                state,
                codec,
                cameraOffsetMicros,
                ownLessUtcMicros,
                configuration,
                Optional.ofNullable(seal),
                inOrder);
    }
}
