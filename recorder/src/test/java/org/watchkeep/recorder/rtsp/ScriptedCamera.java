// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A camera in memory: answers each request as the test says, well unless told otherwise. Nothing runs by itself: after each
 * step the test calls {@link #answer}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // an embedded channel does at once what it is told
public final class ScriptedCamera implements Connector {
    /** Where it is, whatever was dialled. */
    public static final InetAddress ADDRESS = NetUtil.createInetAddressFromIpAddressString("192.0.2.7");

    public static final String SDP = String.join(
            "\r\n",
            "v=0",
            "o=- 1 1 IN IP4 192.0.2.1",
            "s=Media",
            "t=0 0",
            "a=control:*",
            "m=video 0 RTP/AVP 96",
            "a=rtpmap:96 H264/90000",
            "a=fmtp:96 packetization-mode=1",
            "a=control:trackID=1",
            "m=audio 0 RTP/AVP 0",
            "a=control:trackID=2",
            "");

    /** Text sent for a request; empty leaves it unanswered. */
    private final Map<String, Function<RtspRequest, String>> script = new HashMap<>();

    private final List<RtspRequest> requests = new ArrayList<>();
    private final List<RtspResponse> responses = new ArrayList<>();
    private final List<RtspUrl> dialled = new ArrayList<>();
    private @Nullable EmbeddedChannel channel;
    private @Nullable InterleavedDecoder requestReader;
    private final List<Ports> ports = new ArrayList<>();
    private Optional<IOException> unreachable = Optional.empty();

    public ScriptedCamera() {
        on("OPTIONS", ok("Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN\r\n"));
        on("DESCRIBE", request -> described(request, "Content-Type: application/sdp\r\n", SDP));
        on("SETUP", ok("Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 12345678;timeout=60\r\n"));
        on("PLAY", ok("Session: 12345678\r\n"));
        on("GET_PARAMETER", ok(""));
        on("SET_PARAMETER", ok(""));
        on("TEARDOWN", ok(""));
    }

    public ScriptedCamera on(String method, Function<RtspRequest, String> answer) {
        script.put(method, answer);
        return this;
    }

    /** 200, numbered, with these further lines. */
    public static Function<RtspRequest, String> ok(String headerLines) {
        return request -> "RTSP/1.0 200 OK\r\nCSeq: " + request.headers().cseq() + "\r\n" + headerLines + "\r\n";
    }

    public static Function<RtspRequest, String> status(int status, String headerLines) {
        return request ->
                "RTSP/1.0 " + status + " No\r\nCSeq: " + request.headers().cseq() + "\r\n" + headerLines + "\r\n";
    }

    public static Function<RtspRequest, String> silent() {
        return request -> "";
    }

    public static String described(RtspRequest request, String headerLines, String sdp) {
        return "RTSP/1.0 200 OK\r\nCSeq: " + request.headers().cseq() + "\r\n" + headerLines + "Content-Length: "
                + sdp.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + sdp;
    }

    /** Until {@link #reachable}. */
    public void unreachable(String why) {
        unreachable = Optional.of(new IOException(why));
    }

    public void reachable() {
        unreachable = Optional.empty();
    }

    @Override
    public void connect(RtspUrl to, ChannelHandler handler, Consumer<IOException> onFailure) {
        dialled.add(to);
        if (unreachable.isPresent()) {
            onFailure.accept(unreachable.get());
            return;
        }
        release();
        requestReader =
                new InterleavedDecoder(Unpooled.buffer().alloc(), InterleavedDecoder.Junk.REFUSE, new Requests());
        channel = new EmbeddedChannel(handler) {
            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress(ADDRESS, to.port());
            }
        };
    }

    @Override
    public PortPair openPorts(@Nullable SocketAddress localEnd, PortPair.Receiver receiver) {
        Ports opened = new Ports(receiver);
        ports.add(opened);
        return opened;
    }

    /** The pairs of UDP ports that the client has opened, the newest last. */
    public List<Ports> ports() {
        return ports;
    }

    /** The client's UDP ports 40000 and 40001. */
    public static final class Ports implements PortPair {
        private final PortPair.Receiver receiver;
        /** {@code rtp 6970 80…}: what was sent, to which port, in hexadecimal. */
        public final List<String> sent = new ArrayList<>();

        public boolean isClosed;

        Ports(PortPair.Receiver receiver) {
            this.receiver = receiver;
        }

        /** A datagram from the camera's address. */
        public void arrive(boolean isRtp, int fromPort, byte[] packet) {
            arrive(isRtp, new InetSocketAddress(ADDRESS, fromPort), packet);
        }

        public void arrive(boolean isRtp, InetSocketAddress from, byte[] packet) {
            receiver.onBytes();
            ByteBuf bytes = Unpooled.wrappedBuffer(packet);
            if (isRtp) {
                receiver.onRtp(bytes, from);
            } else {
                receiver.onRtcp(bytes, from);
            }
        }

        @Override
        public int rtpPort() {
            return 40_000;
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void sendRtp(ByteBuf packet, InetSocketAddress to) {
            note("rtp", packet, to);
        }

        @Override
        public void sendRtcp(ByteBuf packet, InetSocketAddress to) {
            note("rtcp", packet, to);
        }

        private void note(String what, ByteBuf packet, InetSocketAddress to) {
            sent.add(what + " " + to.getPort() + " " + ByteBufUtil.hexDump(packet));
            packet.release();
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            isClosed = true;
        }
    }

    /** Answers all that was asked, and what is asked upon that. */
    public void answer() {
        while (answerOne()) {
            // The next one.
        }
    }

    /** Answers what was asked first; whether anything was. */
    public boolean answerOne() {
        ByteBuf sent = channel == null ? null : channel.readOutbound();
        if (sent == null) {
            return false;
        }
        int before = requests.size();
        try {
            if (requestReader != null) {
                requestReader.decode(sent);
            }
        } catch (IOException e) {
            throw new AssertionError("the client sent what is not RTSP", e);
        } finally {
            sent.release();
        }
        for (RtspRequest request : List.copyOf(requests.subList(before, requests.size()))) {
            String answer =
                    script.getOrDefault(request.method(), status(501, "")).apply(request);
            send(answer.getBytes(StandardCharsets.UTF_8));
        }
        return true;
    }

    /** Bytes from the camera. */
    public void send(byte[] bytes) {
        if (channel != null && channel.isOpen() && bytes.length > 0) {
            channel.writeOneInbound(Unpooled.wrappedBuffer(bytes));
            channel.runPendingTasks();
        }
    }

    public void sendFrame(int channelNumber, byte[] packet) {
        byte[] frame = new byte[4 + packet.length];
        frame[0] = '$';
        frame[1] = (byte) channelNumber;
        frame[2] = (byte) (packet.length >> 8);
        frame[3] = (byte) packet.length;
        System.arraycopy(packet, 0, frame, 4, packet.length);
        send(frame);
    }

    /** The camera's end of the connection goes. */
    public void hangUp() {
        if (channel != null) {
            channel.close();
            channel.runPendingTasks();
        }
    }

    public boolean isConnected() {
        return channel != null && channel.isOpen();
    }

    public List<RtspRequest> requests() {
        return requests;
    }

    /** What was asked, in order: {@code OPTIONS DESCRIBE SETUP PLAY}. */
    public String methods() {
        return String.join(" ", requests.stream().map(RtspRequest::method).toList());
    }

    public RtspRequest last(String method) {
        return requests.stream()
                .filter(r -> r.method().equals(method))
                .reduce((a, b) -> b)
                .orElseThrow(() -> new AssertionError("no " + method + " among " + methods()));
    }

    /** What the client answered to requests of the camera. */
    public List<RtspResponse> responses() {
        return responses;
    }

    public List<RtspUrl> dialled() {
        return dialled;
    }

    public void release() {
        if (channel != null) {
            channel.finishAndReleaseAll();
            channel = null;
        }
        if (requestReader != null) {
            requestReader.close();
        }
    }

    private final class Requests implements InterleavedDecoder.Sink {
        @Override
        public void onFrame(int channelNumber, ByteBuf packet) {
            throw new AssertionError("the client sent a frame on channel " + channelNumber);
        }

        @Override
        public void onRequest(RtspRequest request) {
            requests.add(request);
        }

        @Override
        public void onResponse(RtspResponse response) {
            responses.add(response);
        }

        @Override
        public boolean isKnownChannel(int channelNumber) {
            return false;
        }
    }
}
