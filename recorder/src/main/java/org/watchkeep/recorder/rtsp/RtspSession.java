// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * One session with one camera, as a client: calls it, holds the {@link Dialogue}, keeps alive, tears down. Media come interleaved or over UDP; where the choice is ours, a camera that refuses the one is asked for the other,
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

    /** What the session tells. {@link #onEnd} comes once and last. */
    public interface Listener extends KeepaliveListener {
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
    /** Why our side has asked for the end, once it has: whatever becomes of the connection after that explains nothing. */
    private Optional<SessionEnd> closedFor = Optional.empty();

    private RtspUrl dialled;
    private ClientConnection connection;
    private int redirects;
    private SessionMedia media;
    private Dialogue dialogue;
    private final TransportPolicy policy;
    private Optional<Credentials> credentials;
    private boolean isTornDown;
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
        this.policy = new TransportPolicy(settings.transport(), memory, settings.habits());
        this.credentials = settings.credentials();
        this.connection = newConnection();
        this.media = newMedia();
        this.dialogue = newDialogue();
    }

    private SessionMedia newMedia() {
        return new SessionMedia(timers, random, tolerances, listener, new Owner());
    }

    private ClientConnection newConnection() {
        ClientAuth auth = new ClientAuth(credentials, random, memory);
        return new ClientConnection(timers, auth, settings.userAgent(), tolerances, new Owner());
    }

    private Dialogue newDialogue() {
        Dialogue.Sides sides = new Dialogue.Sides(
                settings.camera(), dialled, connection, media, policy, connector, memory, tolerances);
        return new Dialogue(sides, new Owner());
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

    /** What became of datagrams that did not come as they should; zeros where media are interleaved. */
    public DatagramCounts datagrams() {
        return media.datagrams();
    }

    /** Whether the time of a packet's arrival matters: interleaved ones are read together otherwise ({@link ReadPace}). */
    public void readAtOnce(boolean isWanted) {
        connection.readAtOnce(isWanted);
    }

    /** Frames on channels that were not set up, datagrams that were refused, and either before PLAY. */
    public long strayFrames() {
        return media.strayFrames();
    }

    /**
     * Ends the session for our own reasons: TEARDOWN where there is something to tear down, then {@link Listener#onEnd}
     * within {@link Teardown#TIMEOUT_NANOS}, over UDP twice that. No packet is handed on after this call.
     */
    public void close(String detail) {
        close(SessionEnd.Reason.CLOSED, detail);
    }

    private void close(SessionEnd.Reason reason, String detail) {
        if (state == State.ENDED || state == State.CLOSING) {
            return;
        }
        state = State.CLOSING;
        closedFor = Optional.of(new SessionEnd(reason, detail));
        dialogue.stop();
        stopKeepalive(false);
        lastPackets.cancel();
        media.shut();
        if (dialogue.isSetUp()) {
            RtspRequest request = dialogue.aggregate().request(RtspRequest.TEARDOWN);
            teardown = new Teardown(connection, timers, request, isHeard -> {
                isTornDown = isHeard;
                end(reason, detail);
            });
            teardown.send(media.isUdp() ? Teardown.SENDINGS_OVER_UDP : 1);
        } else {
            end(reason, detail);
        }
    }

    private void end(SessionEnd.Reason reason, String detail) {
        if (state == State.ENDED) {
            return;
        }
        boolean mayLiveOn = media.isUdp()
                ? dialogue.isSetUp() && !isTornDown
                : reason == SessionEnd.Reason.LOST && Live555.keepsDeadSessions(dialogue.tool());
        Optional<String> id = dialogue.session().id();
        if (mayLiveOn && id.isPresent()) {
            memory.abandon(new SessionMemory.Abandoned(id.get(), dialogue.base()));
        }
        state = State.ENDED;
        dialogue.stop();
        stopKeepalive(reason == SessionEnd.Reason.LOST);
        if (teardown != null) {
            teardown.cancel();
        }
        lastPackets.cancel();
        media.close();
        connection.detach();
        listener.onEnd(closedFor.orElseGet(() -> new SessionEnd(reason, detail)));
    }

    private void stopKeepalive(boolean isLost) {
        if (keepalive != null) {
            keepalive.stop(isLost);
            keepalive = null;
        }
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
        dialogue.stop();
        dialled = target;
        connection = newConnection();
        media = newMedia();
        dialogue = newDialogue();
        dial();
    }

    /** What connection, media and dialogue tell the session. */
    private final class Owner implements ClientConnection.Owner, SessionMedia.Owner, Dialogue.Owner {
        @Override
        public void onConnected() {
            if (state == State.DIALOGUE) {
                dialogue.start();
            }
        }

        @Override
        public void onRedirect(RtspResponse response) {
            redirect(response);
        }

        @Override
        public void onTransportRefused(String detail) {
            if (policy.onRefused()) {
                LOG.info("{}: {}; asking for another transport", settings.camera(), detail);
                redial(dialled);
            } else {
                end(SessionEnd.Reason.REFUSED, detail);
            }
        }

        @Override
        public void onTrack(RtspTrack track) {
            listener.onTrack(track);
        }

        @Override
        public void onPlaying() {
            state = State.PLAYING;
            Keepalive.Terms terms = new Keepalive.Terms(
                    dialogue.aggregate(), dialogue.advertised(), dialogue.session(), settings.habits());
            keepalive = new Keepalive(connection, timers, memory, terms, listener);
            keepalive.start();
            media.playing();
            listener.onPlaying();
        }

        @Override
        public void onFailure(SessionEnd.Reason reason, String detail) {
            end(reason, detail);
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
                    cause instanceof RtspFormatException e ? dialogue.placed(e) : String.valueOf(cause.getMessage()));
        }

        @Override
        public void onClosed(Optional<Throwable> cause) {
            String how =
                    cause.map(c -> "connection broke: " + c.getMessage()).orElse("the camera closed the connection");
            String detail = state == State.DIALOGUE ? how + " during the dialogue" : how;
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
                String refusals = media.refusals();
                close(
                        SessionEnd.Reason.SILENT,
                        "no packet over UDP (" + (refusals.isEmpty() ? "a firewall?" : refusals)
                                + "); TCP is asked for next");
            }
        }

        @Override
        public void onGoodbye() {
            media.flush();
            end(SessionEnd.Reason.LOST, "the camera said goodbye");
        }
    }
}
