// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.BufferUnderflowException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A segment as the value of an index row, and back. Epoch and stream are in the row's key.
 *
 * <pre>
 *   version     1 byte    2; rows of version 1 have no own time
 *   head        1 byte    bits 0-1 state, bit 2 has seal, bit 3 has camera offset, bit 4 has own time
 *   run, number           varints
 *   codec                 length (varint), UTF-8
 *   camera offset         zigzag varint, if it has one
 *   own time less UTC     zigzag varint, if it is known
 *   volumes               count (varint), then length and UTF-8 of each
 *   configuration, seal if it has one, fragment count (varint), fragments:
 *     kind      1 byte    what is as expected from the record before, and so left out
 *     volume, serial      varint, zigzag difference     unless bit 0: same reel
 *     sequence            zigzag difference             unless bit 1: one more
 *     start               zigzag difference from the end before   unless bit 2: none
 *     duration            zigzag difference             unless bit 3: same
 *     flags               varint                        unless bit 4: same
 *     offset              zigzag difference from the end of the record before
 *     record bytes        varint
 * </pre>
 *
 * A minute of a camera among hundreds is about 0.7 kB. Times are whole microseconds. Reading trusts nothing: what is
 * allocated is bounded by the row's own length. Stateless.
 */
final class SegmentRow {
    /** Raised with every change of the layout above. */
    static final int FORMAT_VERSION = 2;

    /** Had no own time; read as it is. */
    private static final int FIRST_VERSION = 1;

    private static final int STATE_MASK = 3;
    private static final int HAS_SEAL = 1 << 2;
    private static final int HAS_OFFSET = 1 << 3;
    private static final int HAS_OWN = 1 << 4;

    private static final int SAME_REEL = 1;
    private static final int NEXT_SEQUENCE = 1 << 1;
    private static final int STARTS_AT_END = 1 << 2;
    private static final int SAME_DURATION = 1 << 3;
    private static final int SAME_FLAGS = 1 << 4;
    private static final int ALL_KINDS = (1 << 5) - 1;

    /** The least a fragment takes: kind, offset, record bytes. */
    private static final int MIN_REF_BYTES = 3;

    /** On disk by position; must stay in this order. */
    static final List<Segment.State> STATES = List.of(Segment.State.OPEN, Segment.State.UNSEALED, Segment.State.SEALED);

    /** What a record is compared with: the one before, at first nothing. */
    private record Before(
            int volume, long serial, long recordEnd, long sequence, long endMicros, long durationMicros, int flags) {
        static final Before NOTHING = new Before(0, 0, 0, -1, 0, 0, 0);
    }

    private SegmentRow() {}

    static byte[] encode(Segment segment) {
        Packed.Writer out = new Packed.Writer();
        boolean hasOffset = segment.cameraOffsetMicros() != Fragment.OFFSET_UNKNOWN;
        boolean hasOwn = segment.ownLessUtcMicros() != Segment.OWN_UNKNOWN;
        out.put(FORMAT_VERSION);
        out.put(STATES.indexOf(segment.state())
                | (segment.seal().isPresent() ? HAS_SEAL : 0)
                | (hasOffset ? HAS_OFFSET : 0)
                | (hasOwn ? HAS_OWN : 0));
        out.varint(segment.run());
        out.varint(segment.number());
        out.text(segment.codec());
        if (hasOffset) {
            out.zigzag(segment.cameraOffsetMicros());
        }
        if (hasOwn) {
            out.zigzag(segment.ownLessUtcMicros());
        }
        List<String> volumes = volumes(segment);
        out.varint(volumes.size());
        volumes.forEach(out::text);
        Before before = write(out, volumes, Before.NOTHING, segment.configuration());
        if (segment.seal().isPresent()) {
            before = write(out, volumes, before, segment.seal().get());
        }
        out.varint(segment.fragments().size());
        for (FragmentRef fragment : segment.fragments()) {
            before = write(out, volumes, before, fragment);
        }
        return out.toBytes();
    }

    private static List<String> volumes(Segment segment) {
        List<FragmentRef> all = new ArrayList<>(segment.fragments());
        all.add(0, segment.configuration());
        segment.seal().ifPresent(all::add);
        return all.stream().map(FragmentRef::volume).distinct().toList();
    }

    private static Before write(Packed.Writer out, List<String> volumes, Before before, FragmentRef ref) {
        int volume = volumes.indexOf(ref.volume());
        long start = micros(ref.start());
        boolean sameReel = volume == before.volume && ref.reelSerial() == before.serial;
        int kind = (sameReel ? SAME_REEL : 0)
                | (ref.sequence() == before.sequence + 1 ? NEXT_SEQUENCE : 0)
                | (start == before.endMicros ? STARTS_AT_END : 0)
                | (ref.durationMicros() == before.durationMicros ? SAME_DURATION : 0)
                | (ref.flags() == before.flags ? SAME_FLAGS : 0);
        out.put(kind);
        if (!sameReel) {
            out.varint(volume);
            out.zigzag(ref.reelSerial() - before.serial);
        }
        if ((kind & NEXT_SEQUENCE) == 0) {
            out.zigzag(ref.sequence() - before.sequence);
        }
        if ((kind & STARTS_AT_END) == 0) {
            out.zigzag(start - before.endMicros);
        }
        if ((kind & SAME_DURATION) == 0) {
            out.zigzag(ref.durationMicros() - before.durationMicros);
        }
        if ((kind & SAME_FLAGS) == 0) {
            out.varint(Integer.toUnsignedLong(ref.flags()));
        }
        out.zigzag(ref.offset() - before.recordEnd);
        out.varint(Integer.toUnsignedLong(ref.recordBytes()));
        return after(volume, ref, start);
    }

    private static Before after(int volume, FragmentRef ref, long start) {
        return new Before(
                volume,
                ref.reelSerial(),
                ref.offset() + ref.recordBytes(),
                ref.sequence(),
                start + ref.durationMicros(),
                ref.durationMicros(),
                ref.flags());
    }

    /** Microseconds since 1970; a finer instant is a caller's mistake, for it would not read back as it was. */
    static long micros(Instant instant) {
        long micros = StreamState.micros(instant);
        if (!StreamState.instant(micros).equals(instant)) {
            throw new IllegalArgumentException("start: " + instant + " (expected: whole microseconds)");
        }
        return micros;
    }

    static Segment decode(byte[] value, long epoch, StreamId stream) throws IndexUnreadableException {
        try {
            return new Reader(value).segment(epoch, stream);
        } catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException e) {
            throw new IndexUnreadableException(
                    "index row of " + stream + " in epoch " + epoch + ": " + value.length
                            + " bytes that are no segment (expected: format " + FORMAT_VERSION + ")",
                    e);
        }
    }

    /** All fragments of a row that {@link #decode} has taken. */
    static List<FragmentRef> fragments(byte[] value) {
        return new Reader(value).fragments();
    }

    /** Throws BufferUnderflowException or IllegalArgumentException where the bytes are no segment. */
    private static final class Reader extends Packed.Reader {
        private final byte[] value;
        private final List<String> volumes = new ArrayList<>(1);

        // The record read last, in the words of Before; fields, for no object is made of a fragment that nobody asks
        // for.
        private int volume;
        private long serial;
        private long offset;
        private int recordBytes;
        private long recordEnd;
        private long sequence = Before.NOTHING.sequence;
        private long start;
        private long endMicros;
        private long durationMicros;
        private int flags;

        Reader(byte[] value) {
            super(value);
            this.value = value;
        }

        Segment segment(long epoch, StreamId stream) throws IndexUnreadableException {
            int version = get() & 0xFF;
            if (version < FIRST_VERSION || version > FORMAT_VERSION) {
                throw new IndexUnreadableException("index row of " + stream + " in epoch " + epoch + ": format version "
                        + version + " (expected: " + FIRST_VERSION + " to " + FORMAT_VERSION + ")");
            }
            int head = get();
            int bits = STATE_MASK | HAS_SEAL | HAS_OFFSET | (version == FIRST_VERSION ? 0 : HAS_OWN);
            check((head & ~bits) == 0, "head");
            long run = varint();
            int number = intVarint();
            String codec = text();
            long cameraOffset = (head & HAS_OFFSET) != 0 ? zigzag() : Fragment.OFFSET_UNKNOWN;
            long ownLessUtc = (head & HAS_OWN) != 0 ? zigzag() : Segment.OWN_UNKNOWN;
            readVolumes();
            readRef();
            FragmentRef configuration = ref();
            Optional<FragmentRef> seal = Optional.empty();
            if ((head & HAS_SEAL) != 0) {
                readRef();
                seal = Optional.of(ref());
            }
            List<FragmentRef> fragments = skimmed();
            check(!hasRemaining(), "more than a segment");
            check((head & STATE_MASK) < STATES.size(), "state");
            return new Segment(
                    stream,
                    run,
                    number,
                    epoch,
                    STATES.get(head & STATE_MASK),
                    codec,
                    cameraOffset,
                    ownLessUtc,
                    configuration,
                    seal,
                    fragments);
        }

        private void readVolumes() {
            int volumeCount = count(1);
            for (int i = 0; i < volumeCount; i++) {
                volumes.add(text());
            }
        }

        /** Reads every fragment, to trust the row to its end, and makes the first and the last. */
        private List<FragmentRef> skimmed() {
            int count = count(MIN_REF_BYTES);
            if (count == 0) {
                return List.of();
            }
            readRef();
            FragmentRef first = ref();
            long sizeBytes = recordBytes;
            int damaged = first.isDamaged() ? 1 : 0;
            for (int i = 1; i < count; i++) {
                readRef();
                sizeBytes += recordBytes;
                damaged += (flags & FragmentFlags.DAMAGED) != 0 ? 1 : 0;
            }
            return new StoredFragments(value, count, first, count == 1 ? first : ref(), sizeBytes, damaged);
        }

        List<FragmentRef> fragments() {
            get();
            int head = get();
            varint();
            varint();
            text();
            if ((head & HAS_OFFSET) != 0) {
                zigzag();
            }
            if ((head & HAS_OWN) != 0) {
                zigzag();
            }
            readVolumes();
            readRef();
            if ((head & HAS_SEAL) != 0) {
                readRef();
            }
            int count = count(MIN_REF_BYTES);
            List<FragmentRef> fragments = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                readRef();
                fragments.add(ref());
            }
            return List.copyOf(fragments);
        }

        private FragmentRef ref() {
            return new FragmentRef(
                    volumes.get(volume),
                    serial,
                    offset,
                    recordBytes,
                    sequence,
                    StreamState.instant(start),
                    durationMicros,
                    flags);
        }

        private void readRef() {
            int kind = get();
            check((kind & ~ALL_KINDS) == 0, "kind of fragment");
            if ((kind & SAME_REEL) == 0) {
                volume = intVarint();
                serial += zigzag();
            }
            sequence += (kind & NEXT_SEQUENCE) != 0 ? 1 : zigzag();
            start = endMicros + ((kind & STARTS_AT_END) != 0 ? 0 : zigzag());
            durationMicros += (kind & SAME_DURATION) != 0 ? 0 : zigzag();
            flags = (kind & SAME_FLAGS) != 0 ? flags : unsignedInt();
            offset = recordEnd + zigzag();
            recordBytes = unsignedInt();
            check(volume < volumes.size(), "volume number");
            recordEnd = offset + recordBytes;
            endMicros = start + durationMicros;
        }
    }
}
