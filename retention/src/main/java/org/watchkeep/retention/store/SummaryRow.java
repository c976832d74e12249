// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.BufferUnderflowException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The summaries of a stream's segments in one epoch as the value of an index row, and back. Stream and epoch are in the
 * row's key.
 *
 * <pre>
 *   version       1 byte    1
 *   codecs        count (varint), then length and UTF-8 of each
 *   volumes       the same
 *   count         varint; of each segment, earliest first, what differs from the one before:
 *     kind        1 byte    bits 0-1 state, bit 2 has seal, bit 3 same run and next number, bit 4 same codec, bit 5 same
 *                           reel, bit 6 same camera offset
 *     run, number           zigzag difference, varint       unless bit 3
 *     codec                 varint                          unless bit 4
 *     volume, serial        varint, zigzag difference       unless bit 5
 *     camera offset         zigzag difference               unless bit 6
 *     start                 zigzag difference from the end before
 *     length                zigzag
 *     fragments, damaged    varints
 *     bytes                 varint
 *     seal                  varint volume, zigzag difference of serial and offset, varint bytes    if bit 2
 * </pre>
 *
 * An hour of a camera is about 1.5 kB. Reading trusts nothing: what is allocated is bounded by the row's own length.
 * Stateless.
 */
final class SummaryRow {
    /** Raised with every change of the layout above. */
    static final int FORMAT_VERSION = 1;

    private static final int STATE_MASK = 3;
    private static final int HAS_SEAL = 1 << 2;
    private static final int NEXT_IN_RUN = 1 << 3;
    private static final int SAME_CODEC = 1 << 4;
    private static final int SAME_REEL = 1 << 5;
    private static final int SAME_OFFSET = 1 << 6;
    private static final int ALL_KINDS = (1 << 7) - 1;

    /** The least a segment takes: kind, start, length, fragments, damaged, bytes. */
    private static final int MIN_SEGMENT_BYTES = 6;

    private SummaryRow() {}

    /** What a segment is compared with; at first nothing. Confined to one thread. */
    private static final class Before {
        long run;
        int number = -1;
        int codec;
        int volume;
        long serial;
        long cameraOffset;
        long endMicros;
        long sealSerial;
        long sealOffset;
    }

    /** @param segments of one stream and epoch, earliest first */
    static byte[] encode(List<SegmentSummary> segments) {
        List<String> codecs =
                segments.stream().map(SegmentSummary::codec).distinct().toList();
        List<String> volumes = volumes(segments);
        Packed.Writer out = new Packed.Writer();
        out.put(FORMAT_VERSION);
        out.varint(codecs.size());
        codecs.forEach(out::text);
        out.varint(volumes.size());
        volumes.forEach(out::text);
        out.varint(segments.size());
        Before before = new Before();
        for (SegmentSummary segment : segments) {
            write(out, before, segment, codecs.indexOf(segment.codec()), volumes);
        }
        return out.toBytes();
    }

    private static List<String> volumes(List<SegmentSummary> segments) {
        List<String> all = new ArrayList<>();
        for (SegmentSummary segment : segments) {
            all.add(segment.volume());
            segment.seal().ifPresent(seal -> all.add(seal.volume()));
        }
        return all.stream().distinct().toList();
    }

    private static void write(
            Packed.Writer out, Before before, SegmentSummary segment, int codec, List<String> volumes) {
        int volume = volumes.indexOf(segment.volume());
        boolean isNext = segment.run() == before.run && segment.number() == before.number + 1;
        boolean isSameReel = volume == before.volume && segment.reelSerial() == before.serial;
        boolean isSameOffset = segment.cameraOffsetMicros() == before.cameraOffset;
        out.put(SegmentRow.STATES.indexOf(segment.state())
                | (segment.seal().isPresent() ? HAS_SEAL : 0)
                | (isNext ? NEXT_IN_RUN : 0)
                | (codec == before.codec ? SAME_CODEC : 0)
                | (isSameReel ? SAME_REEL : 0)
                | (isSameOffset ? SAME_OFFSET : 0));
        if (!isNext) {
            out.zigzag(segment.run() - before.run);
            out.varint(segment.number());
        }
        if (codec != before.codec) {
            out.varint(codec);
        }
        if (!isSameReel) {
            out.varint(volume);
            out.zigzag(segment.reelSerial() - before.serial);
        }
        if (!isSameOffset) {
            out.zigzag(segment.cameraOffsetMicros() - before.cameraOffset);
        }
        long start = SegmentRow.micros(segment.start());
        long end = SegmentRow.micros(segment.end());
        out.zigzag(start - before.endMicros);
        out.zigzag(end - start);
        out.varint(segment.fragments());
        out.varint(segment.damagedFragments());
        out.varint(segment.sizeBytes());
        before.run = segment.run();
        before.number = segment.number();
        before.codec = codec;
        before.volume = volume;
        before.serial = segment.reelSerial();
        before.cameraOffset = segment.cameraOffsetMicros();
        before.endMicros = end;
        segment.seal().ifPresent(seal -> writeSeal(out, before, seal, volumes));
    }

    private static void writeSeal(Packed.Writer out, Before before, SegmentSummary.Seal seal, List<String> volumes) {
        out.varint(volumes.indexOf(seal.volume()));
        out.zigzag(seal.reelSerial() - before.sealSerial);
        out.zigzag(seal.offset() - before.sealOffset);
        out.varint(Integer.toUnsignedLong(seal.recordBytes()));
        before.sealSerial = seal.reelSerial();
        before.sealOffset = seal.offset();
    }

    static List<SegmentSummary> decode(byte[] value, long epoch, StreamId stream) throws IndexUnreadableException {
        try {
            return new Reader(value, epoch, stream).segments();
        } catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException e) {
            throw unreadable(value, epoch, stream, e);
        }
    }

    /** What a summary adds up to. */
    record Totals(long segments, long fragments, long bytes) {
        static Totals of(List<Segment> rows) {
            return new Totals(
                    rows.size(),
                    rows.stream().mapToLong(row -> row.fragments().size()).sum(),
                    rows.stream().mapToLong(Segment::sizeBytes).sum());
        }
    }

    /** The same without making an object of each segment: an erasure asks it of every stream. */
    static Totals totals(byte[] value, long epoch, StreamId stream) throws IndexUnreadableException {
        try {
            return new Reader(value, epoch, stream).totals();
        } catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException e) {
            throw unreadable(value, epoch, stream, e);
        }
    }

    private static IndexUnreadableException unreadable(
            byte[] value, long epoch, StreamId stream, RuntimeException cause) {
        return new IndexUnreadableException(
                "index summary of " + stream + " in epoch " + epoch + ": " + value.length
                        + " bytes that are none (expected: format " + FORMAT_VERSION + ")",
                cause);
    }

    /** Throws BufferUnderflowException or IllegalArgumentException where the bytes are no summary. */
    private static final class Reader extends Packed.Reader {
        private final long epoch;
        private final StreamId stream;
        private final List<String> codecs = new ArrayList<>(1);
        private final List<String> volumes = new ArrayList<>(1);
        private final Before before = new Before();

        Reader(byte[] value, long epoch, StreamId stream) {
            super(value);
            this.epoch = epoch;
            this.stream = stream;
        }

        Totals totals() throws IndexUnreadableException {
            int count = begin();
            long fragments = 0;
            long bytes = 0;
            for (int i = 0; i < count; i++) {
                int kind = kind();
                before.endMicros += zigzag() + zigzag();
                fragments += intVarint();
                intVarint();
                bytes += varint();
                if ((kind & HAS_SEAL) != 0) {
                    seal();
                }
            }
            check(!hasRemaining(), "more than a summary");
            return new Totals(count, fragments, bytes);
        }

        List<SegmentSummary> segments() throws IndexUnreadableException {
            int count = begin();
            List<SegmentSummary> segments = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                segments.add(segment());
            }
            check(!hasRemaining(), "more than a summary");
            return segments;
        }

        /** Reads what stands before the segments; returns how many there are. */
        private int begin() throws IndexUnreadableException {
            int version = get() & 0xFF;
            if (version != FORMAT_VERSION) {
                throw new IndexUnreadableException("index summary of " + stream + " in epoch " + epoch
                        + ": format version " + version + " (expected: " + FORMAT_VERSION + ")");
            }
            readTexts(codecs);
            readTexts(volumes);
            return count(MIN_SEGMENT_BYTES);
        }

        private int kind() {
            int kind = get();
            check((kind & ~ALL_KINDS) == 0, "kind of segment");
            check((kind & STATE_MASK) < SegmentRow.STATES.size(), "state");
            readNames(kind);
            return kind;
        }

        private void readTexts(List<String> texts) {
            int count = count(1);
            for (int i = 0; i < count; i++) {
                texts.add(text());
            }
        }

        private SegmentSummary segment() {
            int kind = kind();
            long start = before.endMicros + zigzag();
            before.endMicros = start + zigzag();
            int fragments = intVarint();
            int damaged = intVarint();
            long bytes = varint();
            return new SegmentSummary(
                    stream,
                    before.run,
                    before.number,
                    epoch,
                    SegmentRow.STATES.get(kind & STATE_MASK),
                    codecs.get(before.codec),
                    before.cameraOffset,
                    StreamState.instant(start),
                    StreamState.instant(before.endMicros),
                    fragments,
                    damaged,
                    bytes,
                    volumes.get(before.volume),
                    before.serial,
                    (kind & HAS_SEAL) == 0 ? Optional.empty() : Optional.of(seal()));
        }

        private void readNames(int kind) {
            if ((kind & NEXT_IN_RUN) == 0) {
                before.run += zigzag();
                before.number = intVarint();
            } else {
                before.number++;
            }
            before.codec = (kind & SAME_CODEC) == 0 ? intVarint() : before.codec;
            if ((kind & SAME_REEL) == 0) {
                before.volume = intVarint();
                before.serial += zigzag();
            }
            before.cameraOffset += (kind & SAME_OFFSET) == 0 ? zigzag() : 0;
            check(before.codec < codecs.size(), "codec number");
            check(before.volume < volumes.size(), "volume number");
        }

        private SegmentSummary.Seal seal() {
            int volume = intVarint();
            check(volume < volumes.size(), "volume number of a seal");
            before.sealSerial += zigzag();
            before.sealOffset += zigzag();
            return new SegmentSummary.Seal(volumes.get(volume), before.sealSerial, before.sealOffset, unsignedInt());
        }
    }
}
