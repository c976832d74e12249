// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * One TCP connection to a camera: numbers and signs requests, brings each answer to whoever asked, renews a login that the
 * camera finds too old, answers the camera's own requests, hands on frames. Confined to the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close or write that fails shows in the pipeline: channelInactive
final class ClientConnection extends ChannelInboundHandlerAdapter implements InterleavedDecoder.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    /** An old camera under load takes 3 to 4 s over DESCRIBE. */
    static final long REPLY_TIMEOUT_NANOS = 10_000_000_000L;

    /**
     * Unsigned; the strongest login, and once more because its nonce was old; two weaker ones. No camera offers more kinds,
     * and each further one would bring us nearer to being locked out.
     */
    static final int MAX_SENDINGS = 5;

    /** Keepalives and TEARDOWN may be under way at once; a camera that answers nothing must not grow this. */
    static final int MAX_OUTSTANDING = 8;

    /** What the connection tells its session. After {@link #onClosed} nothing more comes. */
    interface Owner {
        void onConnected();

        /** Bytes were read; frames of this reading follow. */
        void onBytes();

        void onFrame(int channel, ByteBuf packet) throws IOException;

        boolean isKnownChannel(int channel);

        /** The camera asks us to leave: TEARDOWN or REDIRECT. */
        void onDismissed(RtspRequest request);

        /** What came cannot be understood; the connection has been closed. */
        void onBadBytes(IOException cause);

        /** @param cause empty when the other end closed it politely */
        void onClosed(Optional<Throwable> cause);
    }

    /** Who gets the answer; empty when none came in time. */
    interface ReplyHandler extends Consumer<Optional<RtspResponse>> {}

    private record Outstanding(
            RtspRequest request,
            int sendings,
            Optional<ClientAuth.Login> signedWith,
            Timers.Timer timer,
            ReplyHandler handler) {}

    /**
     * What is to be sent when the nonce in use has proved itself.
     *
     * @param refusal what the camera said to it, where it was sent before
     */
    private record Waiting(
            RtspRequest request,
            int sendings,
            long timeoutNanos,
            Optional<RtspResponse> refusal,
            ReplyHandler handler) {}

    private final Timers timers;
    private final ClientAuth auth;
    private final String userAgent;
    private final Set<Tolerance> tolerances;
    private final Owner owner;
    private final Map<Integer, Outstanding> outstanding = new TreeMap<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private @Nullable Channel channel;
    private @Nullable InterleavedDecoder decoder;
    private @Nullable ReadPace pace;
    private int lastCseq;
    private boolean detached;
    private @Nullable Throwable failure;

    ClientConnection(Timers timers, ClientAuth auth, String userAgent, Set<Tolerance> tolerances, Owner owner) {
        this.timers = timers;
        this.auth = auth;
        this.userAgent = userAgent;
        this.tolerances = tolerances;
        this.owner = owner;
    }

    /** How requests are signed at present. */
    String authLabel() {
        return auth.label();
    }

    /** From now on requests go out without the login: the camera has refused it, and would count each further try. */
    void signs(boolean isToSign) {
        auth.signs(isToSign);
    }

    /** Whether requests are signed at present. */
    boolean signs() {
        return auth.signs();
    }

    /** Why the login came to nothing, for people. */
    String loginRefusal() {
        return auth.refusal();
    }

    /** The session's: departures from the standards that were put up with. */
    Set<Tolerance> tolerances() {
        return tolerances;
    }

    /**
     * Sends it, numbered and signed; the handler is called once, unless the connection closes first. While a new nonce is
     * being tried it waits, unless it is a TEARDOWN, after which nobody waits.
     */
    void send(RtspRequest request, long timeoutNanos, ReplyHandler handler) {
        if (outstanding.size() + waiting.size() >= MAX_OUTSTANDING && !outstanding.isEmpty()) {
            int oldest = outstanding.keySet().iterator().next();
            onNoReply(oldest);
        }
        if (waiting.isEmpty() || request.method().equals(RtspRequest.TEARDOWN)) {
            send(request, 1, timeoutNanos, handler);
        } else {
            waiting.add(new Waiting(request, 1, timeoutNanos, Optional.empty(), handler));
        }
    }

    /**
     * Each in its turn, and what was refused before, or while the nonce is not proven, only when nothing else that is signed
     * is under way: what was signed with an older one will be refused, and brings a newer one still; some cameras take a
     * nonce once only; and if it is the password that is refused, one request has found it out.
     */
    private void sendWaiting() {
        while (!waiting.isEmpty() && mayTry(waiting.element())) {
            Waiting next = waiting.remove();
            send(next.request(), next.sendings(), next.timeoutNanos(), next.handler());
        }
    }

    private boolean mayTry(Waiting next) {
        Optional<ClientAuth.Login> current = auth.current();
        boolean isSure = next.refusal().isEmpty() && auth.isProven();
        return outstanding.values().stream()
                .map(Outstanding::signedWith)
                .noneMatch(login -> login.isPresent() && !(isSure && login.equals(current)));
    }

    /** One was refused with the nonce they wait for: that is their answer too, or each would count as a wrong login. */
    private void refuseWaiting() {
        List<Waiting> refused =
                waiting.stream().filter(w -> w.refusal().isPresent()).toList();
        waiting.removeAll(refused);
        refused.forEach(w -> w.handler().accept(w.refusal()));
    }

    private void send(RtspRequest asked, int sendings, long timeoutNanos, ReplyHandler handler) {
        RtspRequest request = asked.sendable();
        Channel open = channel;
        if (open == null || !open.isActive()) {
            return;
        }
        int cseq = ++lastCseq;
        RtspHeaders headers = RtspHeaders.EMPTY.with(RtspHeaders.CSEQ, Integer.toString(cseq));
        // Always said: some cameras answer 400 or 401 to a client without a name.
        headers = headers.with(RtspHeaders.USER_AGENT, userAgent);
        Optional<String> authorization = auth.authorize(request.method(), request.uri());
        if (authorization.isPresent()) {
            headers = headers.with(RtspHeaders.AUTHORIZATION, authorization.get());
        }
        for (RtspHeaders.Header line : request.headers().lines()) {
            headers = headers.with(line.name(), line.value());
        }
        Timers.Timer timer = timers.after(timeoutNanos, () -> onNoReply(cseq));
        outstanding.put(cseq, new Outstanding(request, sendings, auth.current(), timer, handler));
        notePace();
        write(open, new RtspRequest(request.method(), request.uri(), headers, request.body()));
    }

    /** Whether each packet is to be read when it comes, rather than with others. */
    void readAtOnce(boolean isWanted) {
        if (pace != null) {
            pace.holdAtOnce(isWanted);
        }
    }

    private void notePace() {
        if (pace != null) {
            pace.awaitsAnswer(!outstanding.isEmpty());
        }
    }

    private static void write(Channel open, RtspMessage message) {
        ByteBuf out = open.alloc().buffer();
        RtspEncoder.write(message, out);
        open.writeAndFlush(out);
    }

    private void onNoReply(int cseq) {
        Outstanding late = outstanding.remove(cseq);
        notePace();
        if (late != null) {
            late.timer().cancel();
            late.handler().accept(Optional.empty());
            sendWaiting();
        }
    }

    /** Our end; null before it is connected. */
    @Nullable
    SocketAddress localEnd() {
        return channel == null ? null : channel.localAddress();
    }

    /** The camera's end; null before it is connected. */
    @Nullable
    SocketAddress cameraEnd() {
        return channel == null ? null : channel.remoteAddress();
    }

    /** Tells the owner nothing more, and closes. */
    void detach() {
        detached = true;
        close();
    }

    private void close() {
        outstanding.values().forEach(o -> o.timer().cancel());
        outstanding.clear();
        waiting.clear();
        if (pace != null) {
            pace.stop();
        }
        if (decoder != null) {
            decoder.close();
        }
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        pace = ReadPace.of(timers, ctx.channel());
        decoder = new InterleavedDecoder(ctx.alloc(), InterleavedDecoder.Junk.SEARCH, this);
        if (detached) {
            close();
        } else {
            owner.onConnected();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        ByteBuf bytes = (ByteBuf) read;
        try {
            if (!detached && decoder != null) {
                if (pace != null) {
                    pace.onRead(bytes.readableBytes());
                }
                owner.onBytes();
                decoder.decode(bytes);
                noteForms(decoder);
            }
        } catch (IOException e) {
            if (!detached) {
                detach();
                owner.onBadBytes(e);
            }
        } finally {
            bytes.release();
        }
    }

    private void noteForms(InterleavedDecoder decoded) {
        if (decoded.junkBytes() > 0) {
            tolerances.add(Tolerance.JUNK_ON_THE_CONNECTION);
        }
        if (decoded.hasBentMessages()) {
            tolerances.add(Tolerance.MESSAGES_BENT);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        boolean told = detached;
        detach();
        if (!told) {
            owner.onClosed(Optional.ofNullable(failure));
        }
    }

    /** A camera that asks and does not take the answers: what it sends waits with it, and the media watchdog sees to the rest. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        ctx.channel().config().setAutoRead(ctx.channel().isWritable());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failure = cause;
        if (!(cause instanceof IOException)) {
            LOG.error("{}: closing this connection", ctx.channel().remoteAddress(), cause);
        }
        ctx.close();
    }

    @Override
    public void onFrame(int channelNumber, ByteBuf packet) throws IOException {
        if (pace != null) {
            pace.onMedia();
        }
        owner.onFrame(channelNumber, packet);
    }

    @Override
    public boolean isKnownChannel(int channelNumber) {
        return owner.isKnownChannel(channelNumber);
    }

    /** Servers ask OPTIONS or GET_PARAMETER to see whether we live: 200 with their number. */
    @Override
    public void onRequest(RtspRequest request) {
        RtspResponse ok = RtspResponse.of(RtspResponse.OK);
        int cseq = request.headers().cseq();
        if (channel != null) {
            write(channel, cseq < 0 ? ok : ok.with(RtspHeaders.CSEQ, Integer.toString(cseq)));
        }
        if (request.method().equals(RtspRequest.TEARDOWN) || request.method().equals(RtspRequest.REDIRECT)) {
            owner.onDismissed(request);
        }
    }

    @Override
    public void onResponse(RtspResponse response) {
        if (response.status() < 200) {
            // RFC 2326 7.1.1: 1xx says that the answer is still to come.
            return;
        }
        int cseq = response.headers().cseq();
        if (cseq < 0 && outstanding.size() == 1) {
            tolerances.add(Tolerance.ANSWERS_WITHOUT_CSEQ);
            LOG.debug("response without CSeq, one request outstanding: taken as its answer");
            cseq = outstanding.keySet().iterator().next();
        }
        Outstanding asked = outstanding.remove(cseq);
        if (asked == null) {
            if (cseq < 0 || cseq > lastCseq) {
                // Otherwise it was asked, and is late.
                tolerances.add(Tolerance.ANSWERS_TO_NOTHING);
            }
            LOG.debug("stray response {} to CSeq {}: dropped", response.status(), cseq);
            return;
        }
        asked.timer().cancel();
        notePace();
        onAnswer(asked, response);
        sendWaiting();
    }

    private void onAnswer(Outstanding asked, RtspResponse response) {
        Optional<RtspResponse> answer = Optional.of(response);
        if (response.status() != RtspResponse.UNAUTHORIZED) {
            auth.onAccepted(asked.signedWith());
            asked.handler().accept(answer);
        } else if (auth.onUnauthorized(response, asked.signedWith()) && asked.sendings() < MAX_SENDINGS) {
            int sendings = asked.sendings() + 1;
            waiting.add(new Waiting(asked.request(), sendings, REPLY_TIMEOUT_NANOS, answer, asked.handler()));
        } else {
            asked.handler().accept(answer);
            refuseWaiting();
        }
    }
}
