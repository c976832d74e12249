// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A segment whose records are becoming durable one by one, until its row goes into the index. Guarded by its stream's
 * monitor.
 *
 * <p>A record that a failed disk made us write twice counts once: the later copy stands.
 */
final class SegmentBuilder {
    /** Names a segment within its stream. */
    record Key(long run, int segment) {}

    /** A segment given up waits this long for records still on their way. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(10);

    final Key key;
    final long epoch;
    final long startUtcMicros;
    final String ring;
    final RingPosition first;
    private final StreamId stream;
    private final String codec;
    private final FragmentRef configuration;
    private final TreeMap<Long, FragmentRef> fragments = new TreeMap<>();
    private long cameraOffsetMicros = Fragment.OFFSET_UNKNOWN;
    private @Nullable FragmentRef seal;
    private boolean givenUp;
    private boolean leftOpen;
    private long givenUpMonoNanos;
    private boolean graceOver;

    SegmentBuilder(StreamId stream, String codec, RecordHeader configurationHeader, String ring, FragmentRef at) {
        this.key = new Key(configurationHeader.run(), configurationHeader.segment());
        this.epoch = configurationHeader.epoch();
        this.startUtcMicros = configurationHeader.segmentStartUtcMicros();
        this.stream = stream;
        this.codec = codec;
        this.ring = ring;
        this.first = new RingPosition(at.reelSerial(), at.offset());
        this.configuration = at;
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

    void add(RecordHeader header, FragmentRef ref) {
        if (header.kind() == RecordHeader.Kind.SEAL) {
            seal = ref;
            return;
        }
        if (fragments.isEmpty()) {
            cameraOffsetMicros = header.cameraOffsetMicros();
        }
        fragments.put(header.sequence(), ref);
    }

    /** No seal will come: a stop or a failed volume left it so. Records on their way to the disk may still come. */
    void giveUp() {
        givenUp = true;
    }

    /** The keeper came by. */
    void aged(long monoNanos) {
        if (givenUp && givenUpMonoNanos == 0) {
            givenUpMonoNanos = monoNanos;
        }
        graceOver = givenUp && monoNanos - givenUpMonoNanos >= GRACE_NANOS;
    }

    /** Found at start without a seal; recovery tries to write one. */
    void leftOpen() {
        leftOpen = true;
    }

    boolean isLeftOpen() {
        return leftOpen && seal == null && !givenUp;
    }

    /** Whether its row can go into the index. */
    boolean isComplete() {
        return seal != null || (givenUp && graceOver);
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
                configuration,
                Optional.ofNullable(seal),
                inOrder);
    }
}
