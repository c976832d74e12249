// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class InterleavedDecoderTest {
    private static final String RTP = "80e00001000000010000002a" + "65aabbcc";
    private static final String FRAME = "24" + "00" + "0010" + RTP;
    private static final String RTCP_FRAME = "24" + "01" + "0008" + "80c9000100000001";
    private static final String OK = "RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Length: 5\r\n\r\nhello";

    /** Writes down what it is given. */
    private static class Notes implements InterleavedDecoder.Sink {
        final List<String> seen = new ArrayList<>();
        ByteBuf lastPacket = Unpooled.EMPTY_BUFFER;
        ByteBuf given = Unpooled.EMPTY_BUFFER;

        @Override
        public void onFrame(int channel, ByteBuf packet) {
            lastPacket = packet;
            seen.add(channel + ":" + ByteBufUtil.hexDump(packet));
        }

        @Override
        public void onRequest(RtspRequest request) {
            seen.add(request.method() + " " + request.uri() + " "
                    + request.headers().cseq());
        }

        @Override
        public void onResponse(RtspResponse response) {
            seen.add(response.status() + " " + response.headers().cseq() + " " + response.body());
        }

        @Override
        public boolean isKnownChannel(int channel) {
            return channel < 2;
        }
    }

    private final Notes notes = new Notes();

    private InterleavedDecoder decoder(InterleavedDecoder.Junk junk) {
        return new InterleavedDecoder(ByteBufAllocator.DEFAULT, junk, notes);
    }

    private static byte[] hex(String hex) {
        return ByteBufUtil.decodeHexDump(hex);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private List<String> decode(InterleavedDecoder.Junk junk, byte[]... reads) throws IOException {
        try (InterleavedDecoder decoder = decoder(junk)) {
            for (byte[] read : reads) {
                ByteBuf bytes = Unpooled.wrappedBuffer(read);
                notes.given = bytes;
                decoder.decode(bytes);
                assertThat(bytes.isReadable()).isFalse();
            }
        }
        return notes.seen;
    }

    @Test
    void decode_wholeFrame_isHandedOnInPlace() throws IOException {
        assertThat(decode(InterleavedDecoder.Junk.SEARCH, hex(FRAME + RTCP_FRAME)))
                .containsExactly("0:" + RTP, "1:80c9000100000001");
        assertThat(notes.lastPacket).isSameAs(notes.given);
    }

    /** One reading of 64 KiB after another: what is allocated does not grow with the packets. */
    @Test
    void decode_manyWholeFrames_allocatesNothingForAPacket() throws IOException {
        byte[] frame = hex(FRAME);
        byte[] reading = new byte[3_000 * frame.length];
        for (int i = 0; i < reading.length; i += frame.length) {
            System.arraycopy(frame, 0, reading, i, frame.length);
        }
        ByteBuf bytes = Unpooled.wrappedBuffer(reading);
        long[] packets = new long[1];
        InterleavedDecoder decoder =
                new InterleavedDecoder(ByteBufAllocator.DEFAULT, InterleavedDecoder.Junk.SEARCH, new Notes() {
                    @Override
                    public void onFrame(int channel, ByteBuf packet) {
                        packets[0]++;
                    }
                });
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        decoder.decode(bytes);
        long before = thread.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 50; i++) {
            bytes.readerIndex(0);
            decoder.decode(bytes);
        }
        long allocated = thread.getCurrentThreadAllocatedBytes() - before;
        assertThat(packets[0]).isEqualTo(51 * 3_000);
        assertThat(allocated).as("bytes for 150,000 packets").isLessThan(150_000);
    }

    @Test
    void decode_everySplitInTwo_givesTheSame() throws IOException {
        byte[] all = join(
                hex(FRAME), ascii("\r\n" + OK), hex(RTCP_FRAME), ascii("OPTIONS * RTSP/1.0\nCseq: 9 \n\n"), hex(FRAME));
        for (int cut = 0; cut <= all.length; cut++) {
            notes.seen.clear();
            byte[] first = Arrays.copyOfRange(all, 0, cut);
            byte[] second = Arrays.copyOfRange(all, cut, all.length);
            assertThat(decode(InterleavedDecoder.Junk.REFUSE, first, second))
                    .as("cut at %d", cut)
                    .containsExactly("0:" + RTP, "200 3 hello", "1:80c9000100000001", "OPTIONS * 9", "0:" + RTP);
        }
    }

    @Property(tries = 200)
    void decode_anySplits_giveTheSame(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        byte[] all = join(hex(FRAME), hex("240a000411223344"), ascii(OK), hex(RTCP_FRAME + FRAME));
        List<byte[]> reads = new ArrayList<>();
        int at = 0;
        while (at < all.length) {
            int length = Math.min(all.length - at, 1 + random.nextInt(7));
            reads.add(Arrays.copyOfRange(all, at, at + length));
            at += length;
        }
        notes.seen.clear();
        assertThat(decode(InterleavedDecoder.Junk.REFUSE, reads.toArray(new byte[0][])))
                .containsExactly("0:" + RTP, "200 3 hello", "1:80c9000100000001", "0:" + RTP);
    }

    @Test
    void decode_channelNotSetUp_isPassedOverOfAClientAndHandedOnOfACamera() throws IOException {
        byte[][] reads = {hex("240a0004"), hex("1122"), hex("3344"), hex("240a000411223344" + FRAME)};
        assertThat(decode(InterleavedDecoder.Junk.REFUSE, reads)).containsExactly("0:" + RTP);
        notes.seen.clear();
        assertThat(decode(InterleavedDecoder.Junk.SEARCH, reads))
                .containsExactly("10:11223344", "10:11223344", "0:" + RTP);
    }

    /** Who has not logged in says the longest frame there is, and no more. */
    @Test
    void decode_longFrameThatIsNotAwaited_reservesNothing() throws IOException {
        ByteBufAllocator none = new AbstractByteBufAllocator() {
            @Override
            protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
                throw new AssertionError("reserved: " + initialCapacity);
            }

            @Override
            protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
                throw new AssertionError("reserved: " + initialCapacity);
            }

            @Override
            public boolean isDirectBufferPooled() {
                return false;
            }
        };
        try (InterleavedDecoder decoder = new InterleavedDecoder(none, InterleavedDecoder.Junk.REFUSE, notes)) {
            decoder.decode(Unpooled.wrappedBuffer(hex("240affff11")));
            decoder.decode(Unpooled.wrappedBuffer(hex("22")));
        }
        assertThat(notes.seen).isEmpty();
    }

    /** go2rtc's and ours: cameras that lose bytes in the middle of a frame. */
    @Test
    void decode_junkBetweenFrames_resumesAtTheNextKnownFrame() throws IOException {
        // The '$' with channel 9, and the one whose packet is not version 2, are no frames.
        byte[] junk = hex("00112233" + "2409001080e00001" + "2400001040");
        assertThat(decode(InterleavedDecoder.Junk.SEARCH, join(hex(FRAME), junk, hex(FRAME))))
                .containsExactly("0:" + RTP, "0:" + RTP);
    }

    @Test
    void decode_junkBeforeResponse_resumesAtTheResponse() throws IOException {
        assertThat(decode(InterleavedDecoder.Junk.SEARCH, join(hex("ff00ff"), ascii(OK), hex(FRAME))))
                .containsExactly("200 3 hello", "0:" + RTP);
    }

    @Test
    void decode_junkThatBeginsLikeAMessage_isSearchedThrough() throws IOException {
        assertThat(decode(InterleavedDecoder.Junk.SEARCH, join(ascii("GARBAGE line\r\n"), hex("4142ff00"), hex(FRAME))))
                .containsExactly("0:" + RTP);
    }

    @Test
    void decode_junkFromAClient_isRefused() {
        assertThatThrownBy(() -> decode(InterleavedDecoder.Junk.REFUSE, join(hex(FRAME), hex("00"), hex(FRAME))))
                .isInstanceOf(RtspFormatException.class)
                .hasMessageContaining("byte 0")
                .hasMessageContaining("offset=20");
    }

    @Test
    void decode_junkWithoutEnd_isRefusedWithinOneFrame() {
        byte[] zeros = new byte[InterleavedDecoder.MAX_JUNK_BYTES + 10];
        assertThatThrownBy(() -> decode(InterleavedDecoder.Junk.SEARCH, zeros))
                .isInstanceOf(RtspFormatException.class)
                .hasMessageContaining("without a frame or message");
    }

    @Test
    void decode_junkAgainAndAgain_isRefused() {
        byte[] one = join(hex("00"), hex(FRAME));
        byte[][] reads = new byte[InterleavedDecoder.MAX_RESYNCS + 1][];
        Arrays.fill(reads, one);
        assertThatThrownBy(() -> decode(InterleavedDecoder.Junk.SEARCH, reads))
                .isInstanceOf(RtspFormatException.class)
                .hasMessageContaining("9th time");
    }

    @Test
    void decode_junkNowAndThen_isForgiven() throws IOException {
        List<byte[]> reads = new ArrayList<>();
        for (int i = 0; i < 3 * InterleavedDecoder.MAX_RESYNCS; i++) {
            reads.add(hex("00"));
            for (int frame = 0; frame < InterleavedDecoder.FRAMES_TO_FORGIVE; frame++) {
                reads.add(hex(FRAME));
            }
        }
        assertThat(decode(InterleavedDecoder.Junk.SEARCH, reads.toArray(new byte[0][])))
                .hasSize(3 * InterleavedDecoder.MAX_RESYNCS * InterleavedDecoder.FRAMES_TO_FORGIVE);
    }

    @Test
    void decode_webServer_saysSo() {
        assertThatThrownBy(() -> decode(InterleavedDecoder.Junk.SEARCH, ascii("HTTP/1.1 400 Bad Request\r\n\r\n")))
                .isInstanceOf(RtspFormatException.class)
                .hasMessageContaining("HTTP/1.1 400 Bad Request");
    }

    @Test
    void decode_lineHeadAndBodyBeyondLimits_areRefused() {
        String start = "RTSP/1.0 200 OK\r\n";
        String longLine = start + "X: " + "a".repeat(MessageReader.MAX_LINE_BYTES);
        String manyLines = start + "X: 1\r\n".repeat(MessageReader.MAX_HEADER_LINES + 1);
        String longHead = start + ("X: " + "a".repeat(4_000) + "\r\n").repeat(9);
        String longBody = start + "Content-Length: " + (MessageReader.MAX_BODY_BYTES + 1) + "\r\n\r\n";
        String oddBody = start + "Content-Length: 12monkeys\r\n\r\n";
        for (String text : List.of(longLine, manyLines, longHead, longBody, oddBody)) {
            assertThatThrownBy(() -> decode(InterleavedDecoder.Junk.SEARCH, ascii(text)))
                    .isInstanceOf(RtspFormatException.class)
                    .hasMessageContaining("offset=");
        }
    }

    @Test
    void decode_emptyFrame_isPassedOver() throws IOException {
        assertThat(decode(
                        InterleavedDecoder.Junk.REFUSE,
                        hex("24000000" + FRAME),
                        hex("24"),
                        hex("00"),
                        hex("0000" + FRAME)))
                .containsExactly("0:" + RTP, "0:" + RTP);
    }

    @Test
    void close_duringDecode_handsNothingOn() throws IOException {
        List<Integer> frames = new ArrayList<>();
        InterleavedDecoder[] self = new InterleavedDecoder[1];
        self[0] = new InterleavedDecoder(
                ByteBufAllocator.DEFAULT, InterleavedDecoder.Junk.REFUSE, new InterleavedDecoder.Sink() {
                    @Override
                    public void onFrame(int channel, ByteBuf packet) {
                        frames.add(channel);
                        self[0].close();
                    }

                    @Override
                    public void onRequest(RtspRequest request) {}

                    @Override
                    public void onResponse(RtspResponse response) {}

                    @Override
                    public boolean isKnownChannel(int channel) {
                        return true;
                    }
                });
        self[0].decode(Unpooled.wrappedBuffer(hex(FRAME + FRAME)));
        assertThat(frames).hasSize(1);
    }

    /** Cut, flip, reorder, drop, nonsense: only our exception, whatever comes. */
    @Property(tries = 500)
    void decode_nonsense_throwsOnlyOurException(@ForAll long seed, @ForAll @IntRange(max = 4) int damage) {
        Random random = new Random(seed);
        byte[] all =
                join(hex(FRAME), ascii(OK), hex(RTCP_FRAME + FRAME), ascii("OPTIONS * RTSP/1.0\r\n\r\n"), hex(FRAME));
        byte[] damaged = Nonsense.damage(all, damage, random);
        for (InterleavedDecoder.Junk junk : InterleavedDecoder.Junk.values()) {
            try {
                decode(junk, damaged);
            } catch (IOException e) {
                assertThat(e).isInstanceOf(RtspFormatException.class);
            }
        }
    }
}
