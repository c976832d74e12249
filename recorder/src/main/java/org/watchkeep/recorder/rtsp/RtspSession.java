// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.rtp.StreamFormatException;
import org.watchkeep.recorder.rtp.StreamOrigin;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * One session with one camera, as a client: finds the video track, sets it up and nothing else, plays, keeps alive, tears
 * down. Media come interleaved or over UDP; where the choice is ours, a camera that refuses the one is asked for the other,
 * over a new connection (Hikvision wants a fresh DESCRIBE), and that is remembered.
 *
 * <pre>
 *   connecting ─► OPTIONS ─► DESCRIBE ─► SETUP ─► PLAY ─► playing ─► closing (TEARDOWN) ─► ended
 *                    ▲  redirect │                                      ▲
 *                    └───────────┘            close() at any time ──────┘   failure at any time ─► ended
 * </pre>
 *
 * <p>RTP-Info is not read: cameras write it wrong in every way, and the first packet says all that is in it. Used once.
 * Confined to one event loop, that of the connector and the timers.
 */
public final class RtspSession {
    private static final Logger LOG = LoggerFactory.getLogger(RtspSession.class);

    /** More than one hop has not been seen; this ends a circle. */
    static final int MAX_REDIRECTS = 3;

    /** Datagrams that left the camera before it closed the connection arrive behind that: they are still waited for. */
    static final long LAST_PACKETS_NANOS = 300_000_000L;

    /** What is recorded; {@code JPEG} by its static payload type too. */
    static final Set<String> CODECS = Set.of("H264", "H265", "JPEG");

    /** What the session tells. {@link #onEnd} comes once and last. */
    public interface Listener {
        /** The track is set up; PLAY follows. */
        void onTrack(RtspTrack track);

        /** PLAY was accepted. Packets may have come before. */
        void onPlaying();

        /** Bytes were read from the socket; their packets follow: the moment to look at the clock, once. */
        void onBytes();

        /** The packet is the session's: valid during the call. An exception ends the session as a bad stream. */
        void onRtp(ByteBuf packet) throws IOException;

        /** As {@link #onRtp}. */
        void onRtcp(ByteBuf packet) throws IOException;

        void onEnd(SessionEnd end);
    }

    private enum State {
        NEW,
        DIALOGUE,
        PLAY_SENT,
        PLAYING,
        CLOSING,
        ENDED
    }

    private final RtspSessionSettings settings;
    private final Connector connector;
    private final Timers timers;
    private final RandomGenerator random;
    private final SessionMemory memory;
    private final Listener listener;

    private State state = State.NEW;
    private RtspUrl dialled;
    private ClientConnection connection;
    private int redirects;
    private List<String> advertised = List.of();
    private Optional<String> tool = Optional.empty();
    private RtspUrl base;
    private RtspUrl aggregateUrl;
    private Optional<String> sessionControl = Optional.empty();
    private @Nullable RtspTrack track;
    private SessionMedia media;
    private final TransportPolicy policy;
    private Optional<Credentials> credentials;
    private boolean isTornDown;
    private SessionHeader session = SessionHeader.NONE;
    private @Nullable Keepalive keepalive;
    private @Nullable Teardown teardown;
    private Timers.Timer lastPackets = Timers.Timer.NONE;
    private final Set<Tolerance> tolerances = EnumSet.noneOf(Tolerance.class);

    public RtspSession(
            RtspSessionSettings settings,
            Connector connector,
            Timers timers,
            RandomGenerator random,
            SessionMemory memory,
            Listener listener) {
        this.settings = settings;
        this.connector = connector.trusting(settings.tls());
        this.timers = timers;
        this.random = random;
        this.memory = memory;
        this.listener = listener;
        this.dialled = settings.url();
        this.base = settings.url();
        this.aggregateUrl = settings.url();
        this.policy = new TransportPolicy(settings.transport(), memory);
        this.credentials = settings.credentials();
        this.connection = newConnection();
        this.media = newMedia();
    }

    private SessionMedia newMedia() {
        return new SessionMedia(timers, random, tolerances, listener, new Owner());
    }

    private ClientConnection newConnection() {
        ClientAuth auth = new ClientAuth(credentials, random, memory);
        return new ClientConnection(timers, auth, settings.userAgent(), tolerances, new Owner());
    }

    /** Dials. Once. */
    public void start() {
        if (state != State.NEW) {
            throw new IllegalStateException("session with " + settings.camera() + " was started before");
        }
        state = State.DIALOGUE;
        dial();
    }

    private void dial() {
        policy.onDial(dialled);
        ClientConnection dialling = connection;
        connector.connect(dialled, dialling, failure -> {
            if (dialling == connection) {
                end(
                        SessionEnd.Reason.UNREACHABLE,
                        "no connection to " + dialled.authority() + ": " + failure.getMessage());
            }
        });
    }

    /** {@code none}, {@code basic} or {@code digest-md5}. */
    public String authLabel() {
        return connection.authLabel();
    }

    /** Frames on channels that were not set up, datagrams from elsewhere, and either before PLAY. */
    public long strayFrames() {
        return media.strayFrames();
    }

    /**
     * Ends the session for our own reasons: TEARDOWN where there is something to tear down, then {@link Listener#onEnd}
     * within {@link Teardown#TIMEOUT_NANOS}, over UDP twice that. No packet is handed on after this call.
     */
    public void close(String detail) {
        if (state == State.ENDED || state == State.CLOSING) {
            return;
        }
        boolean established = track != null;
        state = State.CLOSING;
        stopKeepalive(false);
        lastPackets.cancel();
        media.shut();
        if (established) {
            teardown = new Teardown(connection, timers, aggregate().request(RtspRequest.TEARDOWN), isHeard -> {
                isTornDown = isHeard;
                end(SessionEnd.Reason.CLOSED, detail);
            });
            teardown.send(media.isUdp() ? Teardown.SENDINGS_OVER_UDP : 1);
        } else {
            end(SessionEnd.Reason.CLOSED, detail);
        }
    }

    private void end(SessionEnd.Reason reason, String detail) {
        if (state == State.ENDED) {
            return;
        }
        boolean mayLiveOn = media.isUdp()
                ? track != null && !isTornDown
                : reason == SessionEnd.Reason.LOST && Live555.keepsDeadSessions(tool);
        if (mayLiveOn && session.id().isPresent()) {
            memory.abandon(new SessionMemory.Abandoned(session.id().get(), base));
        }
        SessionEnd.Reason told = state == State.CLOSING ? SessionEnd.Reason.CLOSED : reason;
        state = State.ENDED;
        stopKeepalive(reason == SessionEnd.Reason.LOST);
        if (teardown != null) {
            teardown.cancel();
        }
        lastPackets.cancel();
        media.close();
        connection.detach();
        listener.onEnd(new SessionEnd(told, detail));
    }

    private void stopKeepalive(boolean isLost) {
        if (keepalive != null) {
            keepalive.stop(isLost);
            keepalive = null;
        }
    }

    /** Where TEARDOWN and keepalive go: never a track's address. */
    private RtspRequest.Address aggregate() {
        return new RtspRequest.Address(aggregateUrl, session.id());
    }

    /** Sends a request of the dialogue: without an answer, or with 401, the session is over. */
    private void ask(RtspRequest request, Consumer<RtspResponse> onReply) {
        connection.send(request, ClientConnection.REPLY_TIMEOUT_NANOS, reply -> {
            if (state != State.DIALOGUE && state != State.PLAY_SENT) {
                return;
            }
            if (reply.isEmpty()) {
                end(SessionEnd.Reason.UNREACHABLE, request.method() + ": no answer");
            } else if (reply.get().status() == RtspResponse.UNAUTHORIZED) {
                end(SessionEnd.Reason.LOGIN_REFUSED, request.method() + ": " + connection.loginRefusal());
            } else {
                onReply.accept(reply.get());
            }
        });
    }

    private void refused(String method, RtspResponse response) {
        end(SessionEnd.Reason.REFUSED, answered(method, response));
    }

    private static String answered(String method, RtspResponse response) {
        return method + ": answered " + response.status() + " " + MessageReader.printable(response.reason());
    }

    private void options() {
        ask(new RtspRequest(RtspRequest.OPTIONS, dialled.toString()), response -> {
            // A camera that does not know OPTIONS may still know the rest.
            advertised = Keepalive.advertised(response.headers());
            describe();
        });
    }

    private void describe() {
        RtspRequest request =
                new RtspRequest(RtspRequest.DESCRIBE, dialled.toString()).with(RtspHeaders.ACCEPT, "application/sdp");
        ask(request, response -> {
            if (response.status() == RtspResponse.MOVED_PERMANENTLY
                    || response.status() == RtspResponse.MOVED_TEMPORARILY) {
                redirect(response);
            } else if (response.isOk()) {
                onDescription(response);
            } else {
                refused(RtspRequest.DESCRIBE, response);
            }
        });
    }

    /** The login goes along to the same host only. */
    private void redirect(RtspResponse response) {
        RtspUrl target;
        try {
            target =
                    RtspUrl.parse(response.headers().first(RtspHeaders.LOCATION).orElse(""));
        } catch (IllegalArgumentException e) {
            end(SessionEnd.Reason.REFUSED, "redirect: " + e.getMessage());
            return;
        }
        if (++redirects > MAX_REDIRECTS) {
            end(SessionEnd.Reason.REFUSED, "redirect: over " + MAX_REDIRECTS + " in a row");
            return;
        }
        if (dialled.isTls() && !target.isTls()) {
            end(SessionEnd.Reason.REFUSED, "redirect: from rtsps:// to rtsp:// (expected: TLS stays)");
            return;
        }
        tolerances.add(Tolerance.REDIRECTED);
        boolean sameHost = target.host().equalsIgnoreCase(settings.url().host());
        credentials = sameHost ? settings.credentials() : Optional.empty();
        redial(target);
    }

    private void redial(RtspUrl target) {
        connection.detach();
        media.close();
        dialled = target;
        base = target;
        session = SessionHeader.NONE;
        connection = newConnection();
        media = newMedia();
        dial();
    }

    /** SETUP came to nothing because of the transport. */
    private void onTransportRefused(String detail) {
        if (policy.onRefused()) {
            LOG.info("{}: {}; asking for another transport", settings.camera(), detail);
            redial(dialled);
        } else {
            end(SessionEnd.Reason.REFUSED, detail);
        }
    }

    private void onDescription(RtspResponse response) {
        SessionDescription description;
        try {
            description = SessionDescription.parse(response.body());
        } catch (RtspFormatException e) {
            end(SessionEnd.Reason.BAD_STREAM, placed(e));
            return;
        }
        tolerances.addAll(description.tolerances());
        base = ControlUrls.base(dialled, response.headers());
        tool = description.tool();
        sessionControl = description.control();
        for (MediaDescription media : description.media()) {
            Optional<MediaFormat> format = media.firstOf(CODECS);
            if (media.kind().equals("video") && format.isPresent()) {
                if (ControlUrls.isCorrected(base, response.headers(), media.control())) {
                    tolerances.add(Tolerance.ADDRESS_CORRECTED);
                }
                endAbandoned();
                setUp(ControlUrls.ofTrack(base, media.control()), 0, format.get());
                return;
            }
        }
        end(
                SessionEnd.Reason.REFUSED,
                "DESCRIBE: no H.264, H.265 or JPEG video among "
                        + description.media().size() + " media");
    }

    /** Hikvision answers 500 to a TEARDOWN that comes over another connection: whatever is said, it was worth a try. */
    private void endAbandoned() {
        for (SessionMemory.Abandoned abandoned : memory.takeAbandoned()) {
            tolerances.add(Tolerance.DEAD_SESSION_TORN_DOWN);
            RtspRequest.Address address = new RtspRequest.Address(abandoned.url(), Optional.of(abandoned.id()));
            connection.send(
                    address.request(RtspRequest.TEARDOWN),
                    ClientConnection.REPLY_TIMEOUT_NANOS,
                    reply -> LOG.debug("{}: session cut off earlier: {}", settings.camera(), reply));
        }
    }

    private void setUp(List<RtspUrl> tries, int index, MediaFormat format) {
        String transport;
        try {
            transport = policy.asksUdp()
                    ? media.askUdp(connector, connection.localEnd(), format.clockRate())
                    : media.askTcp();
        } catch (IOException e) {
            end(SessionEnd.Reason.UNREACHABLE, "SETUP: " + e.getMessage());
            return;
        }
        RtspRequest request = new RtspRequest.Address(tries.get(index), session.id())
                .request(RtspRequest.SETUP)
                .with(RtspHeaders.TRANSPORT, transport);
        ask(request, response -> {
            if (response.isOk()) {
                onSetUp(response, format);
            } else if (response.isAboutAddress() && index + 1 < tries.size()) {
                tolerances.add(Tolerance.ADDRESS_TRIED_AGAIN);
                setUp(tries, index + 1, format);
            } else if (response.status() == RtspResponse.UNSUPPORTED_TRANSPORT) {
                onTransportRefused(answered(RtspRequest.SETUP, response));
            } else {
                refused(RtspRequest.SETUP, response);
            }
        });
    }

    private void onSetUp(RtspResponse response, MediaFormat format) {
        Optional<String> header = response.headers().first(RtspHeaders.TRANSPORT);
        if (!media.grant(header, connection.cameraEnd())) {
            onTransportRefused("SETUP: granted " + MessageReader.printable(header.orElse("nothing")) + " (expected: "
                    + (policy.asksUdp() ? "UDP to our ports" : "interleaved over TCP") + ")");
            return;
        }
        session = session.with(response.headers());
        track = new RtspTrack(
                format,
                dialled.host() + ":" + dialled.port(),
                media.channel(),
                policy.label(media.isUdp()),
                tolerances);
        listener.onTrack(track);
        if (state == State.DIALOGUE) {
            play(ControlUrls.ofSession(dialled, base, sessionControl), 0);
        }
    }

    private void play(List<RtspUrl> tries, int index) {
        aggregateUrl = tries.get(index);
        state = State.PLAY_SENT;
        media.open();
        ask(aggregate().request(RtspRequest.PLAY).with(RtspHeaders.RANGE, "npt=0.000-"), response -> {
            if (response.isOk()) {
                onPlaying(response);
            } else if (response.isAboutAddress() && index + 1 < tries.size()) {
                tolerances.add(Tolerance.ADDRESS_TRIED_AGAIN);
                play(tries, index + 1);
            } else {
                refused(RtspRequest.PLAY, response);
            }
        });
    }

    private void onPlaying(RtspResponse response) {
        state = State.PLAYING;
        session = session.with(response.headers());
        keepalive = new Keepalive(connection, timers, memory, aggregate(), advertised, session);
        keepalive.start();
        media.playing();
        listener.onPlaying();
    }

    /** Says whose bytes they were. */
    private String placed(RtspFormatException e) {
        StreamOrigin origin = new StreamOrigin(settings.camera(), dialled.authority(), StreamFormatException.UNKNOWN);
        int offset = (int) Math.min(e.offset(), Integer.MAX_VALUE);
        return String.valueOf(
                new StreamFormatException(e.what(), origin, StreamFormatException.UNKNOWN, offset).getMessage());
    }

    /** The connection's side of the session, and the media's. */
    private final class Owner implements ClientConnection.Owner, SessionMedia.Owner {
        @Override
        public void onConnected() {
            if (state == State.DIALOGUE) {
                options();
            }
        }

        @Override
        public void onBytes() {
            listener.onBytes();
        }

        @Override
        public void onFrame(int channel, ByteBuf packet) throws IOException {
            media.onFrame(channel, packet);
        }

        @Override
        public boolean isKnownChannel(int channel) {
            return media.isKnownChannel(channel);
        }

        @Override
        public void onDismissed(RtspRequest request) {
            end(SessionEnd.Reason.LOST, "the camera sent " + request.method());
        }

        @Override
        public void onBadBytes(IOException cause) {
            end(
                    SessionEnd.Reason.BAD_STREAM,
                    cause instanceof RtspFormatException e ? placed(e) : String.valueOf(cause.getMessage()));
        }

        @Override
        public void onClosed(Optional<Throwable> cause) {
            String how =
                    cause.map(c -> "connection broke: " + c.getMessage()).orElse("the camera closed the connection");
            boolean inDialogue = state == State.DIALOGUE || state == State.PLAY_SENT;
            String detail = inDialogue ? how + " during the dialogue" : how;
            if (state == State.PLAYING && media.isUdp()) {
                lastPackets = timers.after(LAST_PACKETS_NANOS, () -> {
                    media.flush();
                    end(SessionEnd.Reason.LOST, detail);
                });
            } else {
                end(SessionEnd.Reason.LOST, detail);
            }
        }

        @Override
        public void onSilence() {
            if (policy.onSilence()) {
                close("no packet over UDP (a firewall?); TCP is asked for next");
            }
        }

        @Override
        public void onGoodbye() {
            media.flush();
            end(SessionEnd.Reason.LOST, "the camera said goodbye");
        }
    }
}
