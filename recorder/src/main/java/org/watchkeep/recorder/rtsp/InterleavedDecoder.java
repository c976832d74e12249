// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Splits an RTSP connection into messages and interleaved frames (RFC 2326 10.12).
 *
 * <pre>
 *   0        1         2        3        4
 *   '$'      channel   length, 16 bits   RTP or RTCP packet
 * </pre>
 *
 * <p>A frame that lies whole in the buffer just read is handed on in place: no copy and nothing allocated. One that
 * straddles two reads is gathered in a buffer of exactly its length. CR LF between messages and frames are skipped.
 *
 * <p>Towards a camera, junk is answered with a bounded search for the next frame on a channel that was set up, or the next
 * response (some cameras lose bytes when their own queue runs over). Towards our clients junk ends the connection, and frames on
 * channels that were not set up are passed over: nothing is reserved for them.
 *
 * <p>Confined to its connection's event loop. {@link #close} releases what is gathered and ends a {@link #decode} under
 * way.
 */
final class InterleavedDecoder implements AutoCloseable {
    /** The longest frame there can be: what one search for a frame may skip. */
    static final int MAX_JUNK_BYTES = 4 + 0xffff;
    /** So many searches without {@link #FRAMES_TO_FORGIVE} good frames between, and it is not a camera's hiccup. */
    static final int MAX_RESYNCS = 8;

    static final int FRAMES_TO_FORGIVE = 1_000;

    private static final int HEADER_BYTES = 4;
    /** The shortest packet worth resuming at: an empty RTCP receiver report. */
    private static final int MIN_PACKET_BYTES = 8;

    private static final long WINDOW = 0xff_ffff_ffffL;
    private static final byte[] RESPONSE_START = {'R', 'T', 'S', 'P', '/'};
    private static final long RESPONSE_START_WINDOW = 0x52_5453_502fL;

    /** What to do with bytes that are neither message nor frame. */
    enum Junk {
        SEARCH,
        REFUSE
    }

    /** Receives what was split. An exception ends the connection. */
    interface Sink {
        /** The packet is what is readable; it is the caller's: valid during the call, retain to keep. */
        void onFrame(int channel, ByteBuf packet) throws IOException;

        void onRequest(RtspRequest request) throws IOException;

        void onResponse(RtspResponse response) throws IOException;

        /** Was this channel set up? Of a camera frames on others are still handed on, but a search does not end at one. */
        boolean isKnownChannel(int channel);
    }

    private enum State {
        BETWEEN,
        FRAME_HEADER,
        FRAME,
        UNKNOWN_FRAME,
        MESSAGE,
        SEARCH
    }

    private final ByteBufAllocator allocator;
    private final Junk junk;
    private final Sink sink;
    private final MessageReader message = new MessageReader();
    private final byte[] header = new byte[HEADER_BYTES];

    private State state = State.BETWEEN;
    private int headerLength;
    private int channel;
    private @Nullable ByteBuf gathered;
    /** Bytes to come of a frame that is passed over. */
    private int unknownLeft;

    private long window;
    private int skipped;
    private int resyncs;
    private int goodFrames;
    private boolean closed;
    /** Bytes of earlier reads, and where this read began, so that errors can name an offset. */
    private long readBefore;

    private int readFrom;

    private long junkBytes;

    InterleavedDecoder(ByteBufAllocator allocator, Junk junk, Sink sink) {
        this.allocator = allocator;
        this.junk = junk;
        this.sink = sink;
    }

    /** Bytes skipped as junk so far. */
    long junkBytes() {
        return junkBytes;
    }

    /** Whether a message so far was not in the form of RFC 2326. */
    boolean hasBentMessages() {
        return message.isBent();
    }

    /** Takes all that is readable; does not release the buffer. */
    void decode(ByteBuf in) throws IOException {
        readFrom = in.readerIndex();
        while (!closed && in.isReadable()) {
            switch (state) {
                case BETWEEN -> between(in);
                case FRAME_HEADER -> frameHeader(in);
                case FRAME -> frame(in);
                case UNKNOWN_FRAME -> unknownFrame(in);
                case MESSAGE -> message(in);
                case SEARCH -> search(in);
            }
        }
        readBefore += in.readerIndex() - readFrom;
    }

    @Override
    public void close() {
        closed = true;
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
    }

    private long offset(ByteBuf in) {
        return readBefore + in.readerIndex() - readFrom;
    }

    private void between(ByteBuf in) throws IOException {
        int at = in.readerIndex();
        if (in.readableBytes() >= HEADER_BYTES) {
            // At once: what comes is a frame, nearly always.
            int head = in.getInt(at);
            if (head >>> 24 == '$') {
                startFrame(in, head >>> 16 & 0xff, head & 0xffff);
                return;
            }
        }
        byte first = in.getByte(at);
        if (first == '$') {
            headerLength = 0;
            state = State.FRAME_HEADER;
        } else if (first == '\r' || first == '\n') {
            in.skipBytes(1);
        } else if (first >= 'A' && first <= 'Z') {
            message.begin();
            state = State.MESSAGE;
        } else {
            startSearch("byte " + (first & 0xff) + " (expected: '$' or a message)", offset(in));
        }
    }

    /** At least the header is readable. */
    private void startFrame(ByteBuf in, int channelNumber, int length) throws IOException {
        int packetAt = in.readerIndex() + HEADER_BYTES;
        int packetEnd = packetAt + length;
        int readEnd = in.writerIndex();
        if (packetEnd > readEnd) {
            in.skipBytes(HEADER_BYTES);
            gather(channelNumber, length);
            return;
        }
        in.setIndex(packetAt, packetEnd);
        try {
            deliver(channelNumber, in);
        } finally {
            in.setIndex(packetEnd, readEnd);
        }
    }

    private void gather(int channelNumber, int length) {
        if (isPassedOver(channelNumber)) {
            unknownLeft = length;
            state = State.UNKNOWN_FRAME;
            return;
        }
        channel = channelNumber;
        gathered = allocator.directBuffer(length, length);
        state = State.FRAME;
    }

    private void frameHeader(ByteBuf in) throws IOException {
        header[headerLength++] = in.readByte();
        if (headerLength == HEADER_BYTES) {
            int length = (header[2] & 0xff) << 8 | (header[3] & 0xff);
            state = State.BETWEEN;
            if (length > 0) {
                gather(header[1] & 0xff, length);
            }
        }
    }

    private void frame(ByteBuf in) throws IOException {
        ByteBuf packet = gathered;
        if (packet == null) {
            throw new IllegalStateException("no frame is being gathered");
        }
        packet.writeBytes(in, Math.min(in.readableBytes(), packet.writableBytes()));
        if (packet.isWritable()) {
            return;
        }
        gathered = null;
        state = State.BETWEEN;
        try {
            deliver(channel, packet);
        } finally {
            packet.release();
        }
    }

    private boolean isPassedOver(int channelNumber) {
        return junk == Junk.REFUSE && !sink.isKnownChannel(channelNumber);
    }

    private void unknownFrame(ByteBuf in) {
        int skipped = Math.min(in.readableBytes(), unknownLeft);
        in.skipBytes(skipped);
        unknownLeft -= skipped;
        if (unknownLeft == 0) {
            state = State.BETWEEN;
        }
    }

    private void deliver(int channelNumber, ByteBuf packet) throws IOException {
        if (++goodFrames >= FRAMES_TO_FORGIVE) {
            goodFrames = 0;
            resyncs = 0;
        }
        if (packet.isReadable() && !isPassedOver(channelNumber)) {
            sink.onFrame(channelNumber, packet);
        }
    }

    private void message(ByteBuf in) throws IOException {
        RtspMessage whole;
        try {
            whole = message.read(in, offset(in));
        } catch (RtspFormatException e) {
            // Binary data may look like the start of a message; a head that has begun well may not.
            if (junk == Junk.REFUSE || !message.isAtStartLine()) {
                throw e;
            }
            startSearch(String.valueOf(e.getMessage()), offset(in));
            return;
        }
        if (whole == null) {
            return;
        }
        state = State.BETWEEN;
        if (whole instanceof RtspRequest request) {
            sink.onRequest(request);
        } else if (whole instanceof RtspResponse response) {
            sink.onResponse(response);
        }
    }

    private void startSearch(String why, long offset) throws RtspFormatException {
        if (junk == Junk.REFUSE) {
            throw new RtspFormatException(why, offset);
        }
        if (++resyncs > MAX_RESYNCS) {
            throw new RtspFormatException(
                    "junk for the " + resyncs + "th time within " + FRAMES_TO_FORGIVE + " frames: " + why, offset);
        }
        goodFrames = 0;
        skipped = 0;
        window = 0;
        state = State.SEARCH;
    }

    /** Looks at the last five bytes: '$', channel, length and the first byte of a packet; or the start of a response. */
    private void search(ByteBuf in) throws RtspFormatException {
        byte next = in.readByte();
        window = (window << 8 | (next & 0xff)) & WINDOW;
        junkBytes++;
        if (++skipped > MAX_JUNK_BYTES) {
            throw new RtspFormatException(
                    "junk: over " + MAX_JUNK_BYTES + " bytes without a frame or message", offset(in));
        }
        if (window == RESPONSE_START_WINDOW) {
            message.begin(RESPONSE_START);
            state = State.MESSAGE;
            return;
        }
        int candidate = (int) (window >>> 24) & 0xff;
        int length = (int) (window >>> 8) & 0xffff;
        boolean versionTwo = (next & 0xc0) == 0x80;
        if (window >>> 32 == '$' && length >= MIN_PACKET_BYTES && versionTwo && sink.isKnownChannel(candidate)) {
            gather(candidate, length);
            if (gathered != null) {
                gathered.writeByte(next);
            }
        }
    }
}
