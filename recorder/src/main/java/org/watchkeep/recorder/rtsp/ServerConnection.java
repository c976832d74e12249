// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of the {@link RtspServer}: reads requests, answers them in order, holds at most one session. The session dies
 * with the connection, as an interleaved one must. Confined to the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close or write that fails shows in the pipeline: channelInactive,
// exceptionCaught
final class ServerConnection extends ChannelInboundHandlerAdapter implements InterleavedDecoder.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(ServerConnection.class);

    static final String METHODS = String.join(
            ", ",
            RtspRequest.OPTIONS,
            RtspRequest.DESCRIBE,
            RtspRequest.SETUP,
            RtspRequest.PLAY,
            RtspRequest.PAUSE,
            RtspRequest.GET_PARAMETER,
            RtspRequest.SET_PARAMETER,
            RtspRequest.ANNOUNCE,
            RtspRequest.RECORD,
            RtspRequest.TEARDOWN);

    private final RtspServer server;
    private final Channel channel;
    private final Door.Place place;
    private final InterleavedDecoder decoder;
    private final ServerLogin login;
    private final ServerPublisher publisher;
    private @Nullable ServerSession session;
    private @Nullable Manners manners;
    private boolean isPlayAccepted;
    private boolean isInDialogue;
    private long lastHeardNanos;

    ServerConnection(RtspServer server, Channel channel, Door.Place place) {
        this.server = server;
        this.channel = channel;
        this.place = place;
        this.decoder = new InterleavedDecoder(channel.alloc(), InterleavedDecoder.Junk.REFUSE, this);
        this.login = new ServerLogin(server, channel, place);
        this.publisher = new ServerPublisher(server, channel, login::label, this::heard, this::decideReading);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        lastHeardNanos = server.monoNanos();
        server.tally().connected();
        isInDialogue = true;
        scheduleTimeout(TimeUnit.SECONDS.toNanos(server.settings().sessionTimeoutSeconds()));
        int loginSeconds = server.settings().door().loginSeconds();
        if (loginSeconds > 0) {
            channel.eventLoop().schedule(() -> closeStranger(loginSeconds), loginSeconds, TimeUnit.SECONDS);
        }
    }

    /** Who says something now and then, and never who it is, holds a place that others need. */
    private void closeStranger(int loginSeconds) {
        if (channel.isOpen() && place.isStranger()) {
            server.strangers().note(channel.remoteAddress(), "no login in " + loginSeconds + " s, closing");
            channel.close();
        }
    }

    /** RTCP and even RTP count as a sign of life: FFmpeg sends nothing else while it records from us. */
    private void scheduleTimeout(long delayNanos) {
        EventLoop loop = channel.eventLoop();
        loop.schedule(
                () -> {
                    long limit = TimeUnit.SECONDS.toNanos(server.settings().sessionTimeoutSeconds());
                    long silent = server.monoNanos() - lastHeardNanos;
                    if (!channel.isOpen()) {
                        return;
                    }
                    if (silent >= limit) {
                        tell("nothing heard for " + TimeUnit.NANOSECONDS.toSeconds(silent) + " s, closing");
                        channel.close();
                    } else {
                        scheduleTimeout(limit - silent);
                    }
                },
                delayNanos,
                TimeUnit.NANOSECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        heard();
        ByteBuf bytes = (ByteBuf) read;
        try {
            decoder.decode(bytes);
        } catch (IOException e) {
            tell(String.valueOf(e.getMessage()));
            reply(RtspResponse.of(RtspResponse.BAD_REQUEST)).addListener(ChannelFutureListener.CLOSE);
            decoder.close();
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        endDialogue();
        decoder.close();
        endSession();
        publisher.end("the publisher closed the connection");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A client that does not believe our certificate breaks off the handshake: a DecoderException.
        if (cause instanceof IOException || cause instanceof DecoderException) {
            LOG.debug("{}: {}", channel.remoteAddress(), cause.getMessage());
        } else {
            LOG.error("{}: closing this connection", channel.remoteAddress(), cause);
        }
        channel.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        decideReading();
        if (session != null && channel.isWritable()) {
            session.onWritable();
        }
    }

    /**
     * The one place where reading is switched. Who does not take our answers is not asked for more questions; where media
     * fill the line the questions are few, and one of them may be to end it. Nor is a publisher whose packets wait.
     */
    private void decideReading() {
        boolean isAnswerTaken = channel.isWritable() || (session != null && session.isPlaying());
        if (channel.isActive()) {
            channel.config().setAutoRead(isAnswerTaken && !publisher.isPaused());
        }
    }

    /** What anybody can cause is told seldom; what a client that is logged in does, always. */
    private void tell(String what) {
        if (place.isStranger()) {
            server.strangers().note(channel.remoteAddress(), what);
        } else {
            LOG.info("{}: {}", channel.remoteAddress(), what);
        }
    }

    private void heard() {
        lastHeardNanos = server.monoNanos();
    }

    private void endDialogue() {
        if (isInDialogue) {
            isInDialogue = false;
            server.tally().dialogueOver();
        }
    }

    void onUnmounted(RtspServer.Mount mount) {
        if (session != null && session.mount().equals(mount)) {
            channel.close();
        }
    }

    /** What clients send us who do not push is RTCP receiver reports: a sign of life, no more. */
    @Override
    public void onFrame(int channelNumber, ByteBuf packet) {
        publisher.onFrame(channelNumber, packet);
        if (session != null) {
            session.onReport();
        }
    }

    /** Players report on whichever channel; what else comes of strangers is nobody's. */
    @Override
    public boolean isKnownChannel(int channelNumber) {
        return session != null || publisher.isKnownChannel(channelNumber);
    }

    /** We ask clients nothing, so a response is a stray one. */
    @Override
    public void onResponse(RtspResponse response) {
        LOG.debug("{}: stray response {}", channel.remoteAddress(), response.status());
    }

    @Override
    public void onRequest(RtspRequest request) {
        isPlayAccepted = false;
        Manners.Reply reply = mannersTowards(request).answer(request, this::plainAnswer);
        if (reply.delayMillis() > 0) {
            channel.eventLoop().schedule(() -> write(reply), reply.delayMillis(), TimeUnit.MILLISECONDS);
        } else {
            write(reply);
        }
        if (isPlayAccepted && session != null) {
            endDialogue();
            session.play();
        }
    }

    /** The buffer is made here and not before a delay: an event loop that ends in the meantime would never release it. */
    private void write(Manners.Reply reply) {
        ByteBuf bytes = channel.alloc().buffer();
        bytes.writeCharSequence(reply.bytes(), StandardCharsets.ISO_8859_1);
        ChannelFuture written = channel.writeAndFlush(bytes);
        if (reply.closes()) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** A connection keeps the manners of the first mount it asks for, as it keeps to that camera. */
    private Manners mannersTowards(RtspRequest request) {
        if (manners == null) {
            if (request.uri().length() > RtspUrl.MAX_LENGTH) {
                return Manners.PLAIN;
            }
            Optional<RtspServer.Mount> mount = server.mountAt(request.uri());
            if (mount.isEmpty()) {
                return Manners.PLAIN;
            }
            manners = mount.get().source().manners();
        }
        return manners;
    }

    private Manners.Reply plainAnswer(RtspRequest request) {
        RtspResponse answer = answer(request);
        isPlayAccepted = request.method().equals(RtspRequest.PLAY) && answer.isOk();
        int cseq = request.headers().cseq();
        ByteBuf out = encoded(cseq < 0 ? answer : answer.with(RtspHeaders.CSEQ, Integer.toString(cseq)));
        try {
            return Manners.Reply.of(out.toString(StandardCharsets.ISO_8859_1));
        } finally {
            out.release();
        }
    }

    private RtspResponse answer(RtspRequest request) {
        if (request.headers().cseq() < 0 || request.uri().length() > RtspUrl.MAX_LENGTH) {
            return RtspResponse.of(RtspResponse.BAD_REQUEST);
        }
        if (request.method().equals(RtspRequest.OPTIONS)) {
            return RtspResponse.of(RtspResponse.OK).with(RtspHeaders.PUBLIC, METHODS);
        }
        Optional<RtspServer.PushMount> push = server.pushMountAt(request.uri());
        if (push.isPresent()) {
            return answerPublisher(push.get(), request);
        }
        Optional<RtspServer.Mount> found = server.mountAt(request.uri())
                .or(() -> Optional.ofNullable(session)
                        .map(ServerSession::mount)
                        .filter(m -> request.uri().equals("*")));
        if (found.isEmpty()) {
            return RtspResponse.of(RtspResponse.NOT_FOUND);
        }
        RtspServer.Mount mount = found.get();
        if (!isReachable(mount)) {
            return RtspResponse.of(RtspResponse.FORBIDDEN);
        }
        Optional<RtspResponse> refusal = login.refusal(mount.path(), mount.access(), request);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        return switch (request.method()) {
            case RtspRequest.DESCRIBE -> describe(mount, request);
            case RtspRequest.SETUP -> setUp(mount, request);
            case RtspRequest.PLAY, RtspRequest.PAUSE, RtspRequest.TEARDOWN -> inSession(mount, request);
            case RtspRequest.GET_PARAMETER, RtspRequest.SET_PARAMETER -> parameter(request);
            default -> RtspResponse.of(RtspResponse.NOT_IMPLEMENTED).with(RtspHeaders.PUBLIC, METHODS);
        };
    }

    private RtspResponse answerPublisher(RtspServer.PushMount mount, RtspRequest request) {
        Optional<RtspResponse> refusal = login.refusal(mount.path(), mount.access(), request);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        RtspResponse answer = publisher.answer(mount, request);
        if (request.method().equals(RtspRequest.RECORD) && answer.isOk()) {
            endDialogue();
        }
        return answer;
    }

    /** A mount may be served inside TLS only, or never. */
    private boolean isReachable(RtspServer.Mount mount) {
        Set<MediaTransport> offered = mount.source().transports();
        return isTls()
                ? offered.contains(MediaTransport.RTSPS)
                : offered.contains(MediaTransport.TCP) || offered.contains(MediaTransport.UDP);
    }

    private static RtspResponse describe(RtspServer.Mount mount, RtspRequest request) {
        String base = request.uri().endsWith("/") ? request.uri() : request.uri() + "/";
        return RtspResponse.of(RtspResponse.OK)
                .with(RtspHeaders.CONTENT_BASE, base)
                .withBody("application/sdp", mount.source().sdp());
    }

    private RtspResponse setUp(RtspServer.Mount mount, RtspRequest request) {
        ServerSession current = session;
        if (current != null && (!current.mount().equals(mount) || current.isPlaying())) {
            return RtspResponse.of(RtspResponse.METHOD_NOT_VALID_IN_STATE);
        }
        Set<MediaTransport> offered = mount.source().transports();
        Optional<TransportHeader> transport = request.headers()
                .first(RtspHeaders.TRANSPORT)
                .flatMap(header -> TransportHeader.parse(header, t -> isServed(offered, t)));
        if (transport.isEmpty()) {
            return RtspResponse.of(RtspResponse.UNSUPPORTED_TRANSPORT);
        }
        int track = trackAt(mount, request.uri());
        if (track < 0) {
            return RtspResponse.of(RtspResponse.NOT_FOUND);
        }
        if (current == null) {
            current = new ServerSession(server.newSessionId(), mount, channel);
            session = current;
        }
        return transport.get().isUdp()
                ? setUpDatagrams(current, track, transport.get().clientPorts().orElseThrow())
                : setUpInterleaved(
                        current,
                        track,
                        transport.get().channels().orElseGet(() -> TransportHeader.Channels.ofTrack(track)));
    }

    private boolean isTls() {
        return channel.pipeline().get(SslHandler.class) != null;
    }

    /** Media of a TLS connection stay inside it. */
    private boolean isServed(Set<MediaTransport> offered, TransportHeader asked) {
        if (asked.isUdp()) {
            return !isTls()
                    && offered.contains(MediaTransport.UDP)
                    && asked.clientPorts().isPresent();
        }
        return isTls() || offered.contains(MediaTransport.TCP);
    }

    private RtspResponse setUpInterleaved(ServerSession current, int track, TransportHeader.Channels channels) {
        if (!current.setUp(track, new ServerLane.Interleaved(channel, channels))) {
            return RtspResponse.of(RtspResponse.BAD_REQUEST);
        }
        return server.withSession(current.id(), RtspResponse.of(RtspResponse.OK))
                .with(RtspHeaders.TRANSPORT, TransportHeader.request(channels));
    }

    private RtspResponse setUpDatagrams(ServerSession current, int track, TransportHeader.Ports asked) {
        ServerDatagrams opened;
        try {
            opened = ServerDatagrams.open(
                    server.transport(), channel, asked, server.settings().udpPorts(), new SignsOfLife(current));
        } catch (IOException e) {
            LOG.warn("{}: {}", channel.remoteAddress(), e.getMessage());
            return RtspResponse.of(RtspResponse.SERVICE_UNAVAILABLE);
        }
        if (!current.setUp(track, opened.lane())) {
            opened.lane().close();
            return RtspResponse.of(RtspResponse.BAD_REQUEST);
        }
        return server.withSession(current.id(), RtspResponse.of(RtspResponse.OK))
                .with(RtspHeaders.TRANSPORT, TransportHeader.grant(asked, opened.ports()));
    }

    /** The media section whose control ends this address; the only one where the address is the mount's own. */
    private static int trackAt(RtspServer.Mount mount, String uri) {
        List<MediaDescription> media;
        try {
            media = SessionDescription.parse(mount.source().sdp()).media();
        } catch (RtspFormatException e) {
            throw new IllegalStateException("the source mounted at " + mount.path() + " has no valid SDP", e);
        }
        String path = RtspUrl.pathOf(uri);
        for (int i = 0; i < media.size(); i++) {
            String control = media.get(i).control().orElse("*");
            if (path.endsWith("/" + control)) {
                return i;
            }
        }
        return media.size() == 1 && path.equals(mount.path()) ? 0 : -1;
    }

    private RtspResponse inSession(RtspServer.Mount mount, RtspRequest request) {
        ServerSession current = session;
        if (current == null || !current.mount().equals(mount) || !isMine(current, request)) {
            return RtspResponse.of(RtspResponse.SESSION_NOT_FOUND);
        }
        RtspResponse ok = server.withSession(current.id(), RtspResponse.of(RtspResponse.OK));
        switch (request.method()) {
            case RtspRequest.PLAY -> ok = ok.with(RtspHeaders.RANGE, "npt=now-");
            case RtspRequest.PAUSE -> current.pause();
            default -> endSession();
        }
        return ok;
    }

    private RtspResponse parameter(RtspRequest request) {
        ServerSession current = session;
        if (current == null) {
            return RtspResponse.of(RtspResponse.OK);
        }
        return isMine(current, request)
                ? server.withSession(current.id(), RtspResponse.of(RtspResponse.OK))
                : RtspResponse.of(RtspResponse.SESSION_NOT_FOUND);
    }

    private static boolean isMine(ServerSession current, RtspRequest request) {
        return request.headers().session().map(current.id()::equals).orElse(true);
    }

    private void endSession() {
        if (session != null) {
            session.close();
            session = null;
        }
    }

    private ChannelFuture reply(RtspResponse response) {
        return channel.writeAndFlush(encoded(response));
    }

    private ByteBuf encoded(RtspResponse response) {
        ByteBuf out = channel.alloc().buffer();
        RtspEncoder.write(response.with(RtspHeaders.SERVER, server.settings().product()), out);
        return out;
    }

    /** What a client over UDP sends back. */
    private final class SignsOfLife implements ServerDatagrams.Client {
        private final ServerSession of;

        SignsOfLife(ServerSession of) {
            this.of = of;
        }

        @Override
        public void onHeard() {
            heard();
        }

        @Override
        public void onReport() {
            of.onReport();
        }

        @Override
        public void onWritable() {
            of.onWritable();
        }
    }
}
