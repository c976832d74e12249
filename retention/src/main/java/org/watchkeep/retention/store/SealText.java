// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a seal record says: the payload whose SHA-256 is the segment's digest. Immutable.
 *
 * <pre>
 *   label "watchkeep/v1/segment" (20 bytes)
 *   stream (4) | run (8) | segment no. (4) | epoch (8)
 *   previous segment of the stream: run (8) | no. (4) | digest (32), all zero for the first known
 *   digest of the configuration (32)
 *   fragment count (4), then for each: sequence (8) | start UTC us (8) | duration us (8) | digest (32)
 * </pre>
 *
 * So a segment's digest fixes its fragments, their order and times, and through its predecessor all that came before.
 */
record SealText(
        int stream,
        long run,
        int segment,
        long epoch,
        Optional<StreamState.SealedSegment> previous,
        Digest configuration,
        List<Line> lines) {
    private static final byte[] LABEL = "watchkeep/v1/segment".getBytes(UTF_8);
    private static final int HEAD_BYTES = LABEL.length + 4 + 8 + 4 + 8 + 8 + 4 + Digest.BYTES + Digest.BYTES + 4;
    private static final int LINE_BYTES = 24 + Digest.BYTES;

    /** One fragment as the seal names it. */
    record Line(long sequence, long startUtcMicros, long durationMicros, Digest digest) {}

    SealText {
        lines = List.copyOf(lines);
    }

    /** Bytes of a seal over this many fragments. */
    static int bytesFor(int fragments) {
        return HEAD_BYTES + fragments * LINE_BYTES;
    }

    /** How many fragments a seal of this length names. */
    static int fragmentsIn(int bytes) {
        return Math.max(0, bytes - HEAD_BYTES) / LINE_BYTES;
    }

    ByteBuffer toBytes() {
        ByteBuffer to = ByteBuffer.allocate(bytesFor(lines.size()));
        to.put(LABEL).putInt(stream).putLong(run).putInt(segment).putLong(epoch);
        to.putLong(previous.map(StreamState.SealedSegment::run).orElse(0L));
        to.putInt(previous.map(StreamState.SealedSegment::number).orElse(0));
        to.put(previous.map(StreamState.SealedSegment::digest)
                .orElse(Digest.ZERO)
                .toBytes());
        to.put(configuration.toBytes()).putInt(lines.size());
        for (Line line : lines) {
            to.putLong(line.sequence).putLong(line.startUtcMicros).putLong(line.durationMicros);
            to.put(line.digest.toBytes());
        }
        return to.flip();
    }

    /** Reads a seal's payload. */
    static SealText read(ByteBuffer from) throws IOException {
        ByteBuffer in = from.duplicate();
        try {
            byte[] label = new byte[LABEL.length];
            in.get(label);
            if (!java.util.Arrays.equals(label, LABEL)) {
                throw new IOException("seal label: " + new String(label, UTF_8));
            }
            int stream = in.getInt();
            long run = in.getLong();
            int segment = in.getInt();
            long epoch = in.getLong();
            StreamState.SealedSegment previous = new StreamState.SealedSegment(in.getLong(), in.getInt(), digest(in));
            Digest configuration = digest(in);
            int count = in.getInt();
            if (count < 0 || count != in.remaining() / LINE_BYTES || in.remaining() % LINE_BYTES != 0) {
                throw new IOException("seal lines: " + count + " in " + in.remaining() + " bytes");
            }
            List<Line> lines = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                lines.add(new Line(in.getLong(), in.getLong(), in.getLong(), digest(in)));
            }
            boolean first = previous.digest().equals(Digest.ZERO);
            return new SealText(
                    stream,
                    run,
                    segment,
                    epoch,
                    first ? Optional.empty() : Optional.of(previous),
                    configuration,
                    lines);
        } catch (BufferUnderflowException e) {
            throw new IOException("seal bytes: " + from.remaining() + " (too short)", e);
        }
    }

    private static Digest digest(ByteBuffer in) {
        byte[] bytes = new byte[Digest.BYTES];
        in.get(bytes);
        return Digest.of(bytes);
    }
}
