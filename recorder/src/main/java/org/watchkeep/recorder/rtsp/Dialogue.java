// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.rtp.StreamFormatException;
import org.watchkeep.recorder.rtp.StreamOrigin;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * The questions from a new connection to media that flow: OPTIONS, DESCRIBE, SETUP of the video and of nothing else, PLAY.
 * What it comes to is the session's to act on. Used once, for one connection; confined to the session's event loop.
 */
final class Dialogue {
    private static final Logger LOG = LoggerFactory.getLogger(Dialogue.class);

    /** What is recorded; {@code JPEG} by its static payload type too. */
    static final Set<String> CODECS = Set.of("H264", "H265", "JPEG");

    /** What a dialogue comes to. */
    interface Owner {
        /** DESCRIBE was answered with another address. Nothing more comes. */
        void onRedirect(RtspResponse response);

        /** SETUP came to nothing because of the transport. Nothing more comes. */
        void onTransportRefused(String detail);

        /** SETUP was granted; PLAY follows. */
        void onTrack(RtspTrack track);

        /** PLAY was accepted. Nothing more comes. */
        void onPlaying();

        /** Nothing more comes. */
        void onFailure(SessionEnd.Reason reason, String detail);
    }

    /**
     * With whom, and by what.
     *
     * @param camera its id, for errors
     * @param connector opens ports where the transport wants some
     * @param tolerances the session's
     */
    record Sides(
            String camera,
            RtspUrl dialled,
            ClientConnection connection,
            SessionMedia media,
            TransportPolicy policy,
            Connector connector,
            SessionMemory memory,
            Set<Tolerance> tolerances) {}

    private final Sides sides;
    private final Owner owner;

    private List<String> advertised = List.of();
    private Optional<String> tool = Optional.empty();
    private RtspUrl base;
    private RtspUrl aggregateUrl;
    private Optional<String> sessionControl = Optional.empty();
    private SessionHeader session = SessionHeader.NONE;
    private boolean isSetUp;
    private boolean isOver;

    Dialogue(Sides sides, Owner owner) {
        this.sides = sides;
        this.owner = owner;
        this.base = sides.dialled();
        this.aggregateUrl = sides.dialled();
    }

    /** The connection stands. */
    void start() {
        ask(new RtspRequest(RtspRequest.OPTIONS, sides.dialled().toString()), response -> {
            // A camera that does not know OPTIONS may still know the rest.
            advertised = Keepalive.advertised(response.headers());
            describe();
        });
    }

    /** The owner is told nothing more, whatever is answered. */
    void stop() {
        isOver = true;
    }

    /** The methods that the camera says it knows. */
    List<String> advertised() {
        return advertised;
    }

    /** What the camera's SDP calls the program that made it. */
    Optional<String> tool() {
        return tool;
    }

    /** What relative addresses are joined to. */
    RtspUrl base() {
        return base;
    }

    SessionHeader session() {
        return session;
    }

    /** Whether the camera holds a session of ours. */
    boolean isSetUp() {
        return isSetUp;
    }

    /** Where TEARDOWN and keepalive go: never a track's address. */
    RtspRequest.Address aggregate() {
        return new RtspRequest.Address(aggregateUrl, session.id());
    }

    /** Without an answer, or with 401, the session is over. */
    private void ask(RtspRequest request, Consumer<RtspResponse> onReply) {
        sides.connection().send(request, ClientConnection.REPLY_TIMEOUT_NANOS, reply -> {
            if (isOver) {
                return;
            }
            if (reply.isEmpty()) {
                fail(SessionEnd.Reason.UNREACHABLE, request.method() + ": no answer");
            } else if (reply.get().status() == RtspResponse.UNAUTHORIZED) {
                fail(
                        SessionEnd.Reason.LOGIN_REFUSED,
                        request.method() + ": " + sides.connection().loginRefusal());
            } else {
                onReply.accept(reply.get());
            }
        });
    }

    private void fail(SessionEnd.Reason reason, String detail) {
        isOver = true;
        owner.onFailure(reason, detail);
    }

    private void refused(String method, RtspResponse response) {
        fail(SessionEnd.Reason.REFUSED, answered(method, response));
    }

    private static String answered(String method, RtspResponse response) {
        return method + ": answered " + response.status() + " " + MessageReader.printable(response.reason());
    }

    private void describe() {
        RtspRequest request = new RtspRequest(
                        RtspRequest.DESCRIBE, sides.dialled().toString())
                .with(RtspHeaders.ACCEPT, "application/sdp");
        ask(request, response -> {
            if (response.status() == RtspResponse.MOVED_PERMANENTLY
                    || response.status() == RtspResponse.MOVED_TEMPORARILY) {
                isOver = true;
                owner.onRedirect(response);
            } else if (response.isOk()) {
                onDescription(response);
            } else {
                refused(RtspRequest.DESCRIBE, response);
            }
        });
    }

    private void onDescription(RtspResponse response) {
        SessionDescription description;
        try {
            description = SessionDescription.parse(response.body());
        } catch (RtspFormatException e) {
            fail(SessionEnd.Reason.BAD_STREAM, placed(e));
            return;
        }
        sides.tolerances().addAll(description.tolerances());
        base = ControlUrls.base(sides.dialled(), response.headers());
        tool = description.tool();
        sessionControl = description.control();
        for (MediaDescription media : description.media()) {
            Optional<MediaFormat> format = media.firstOf(CODECS);
            if (media.kind().equals("video") && format.isPresent()) {
                if (ControlUrls.isCorrected(base, response.headers(), media.control())) {
                    sides.tolerances().add(Tolerance.ADDRESS_CORRECTED);
                }
                endAbandoned();
                setUp(ControlUrls.ofTrack(base, media.control()), 0, new Video(media, format.get()));
                return;
            }
        }
        fail(
                SessionEnd.Reason.REFUSED,
                "DESCRIBE: no H.264, H.265 or JPEG video among "
                        + description.media().size() + " media");
    }

    /** Hikvision answers 500 to a TEARDOWN that comes over another connection: whatever is said, it was worth a try. */
    private void endAbandoned() {
        for (SessionMemory.Abandoned abandoned : sides.memory().takeAbandoned()) {
            sides.tolerances().add(Tolerance.DEAD_SESSION_TORN_DOWN);
            RtspRequest.Address address = new RtspRequest.Address(abandoned.url(), Optional.of(abandoned.id()));
            sides.connection()
                    .send(
                            address.request(RtspRequest.TEARDOWN),
                            ClientConnection.REPLY_TIMEOUT_NANOS,
                            reply -> LOG.debug("{}: session cut off earlier: {}", sides.camera(), reply));
        }
    }

    /** The section that is recorded, and its format that is. */
    private record Video(MediaDescription media, MediaFormat format) {
        UdpReceiver.Track expected() {
            return new UdpReceiver.Track(media.payloadTypes(), format.clockRate());
        }
    }

    private void setUp(List<RtspUrl> tries, int index, Video video) {
        SessionMedia media = sides.media();
        String transport;
        try {
            transport = sides.policy().asksUdp()
                    ? media.askUdp(sides.connector(), sides.connection().localEnd(), video.expected())
                    : media.askTcp();
        } catch (IOException e) {
            fail(SessionEnd.Reason.UNREACHABLE, "SETUP: " + e.getMessage());
            return;
        }
        RtspRequest request = new RtspRequest.Address(tries.get(index), session.id())
                .request(RtspRequest.SETUP)
                .with(RtspHeaders.TRANSPORT, transport);
        ask(request, response -> {
            if (response.isOk()) {
                onSetUp(response, video.format());
            } else if (response.isAboutAddress() && index + 1 < tries.size()) {
                sides.tolerances().add(Tolerance.ADDRESS_TRIED_AGAIN);
                setUp(tries, index + 1, video);
            } else if (response.status() == RtspResponse.UNSUPPORTED_TRANSPORT) {
                transportRefused(answered(RtspRequest.SETUP, response));
            } else {
                refused(RtspRequest.SETUP, response);
            }
        });
    }

    private void transportRefused(String detail) {
        isOver = true;
        owner.onTransportRefused(detail);
    }

    private void onSetUp(RtspResponse response, MediaFormat format) {
        SessionMedia media = sides.media();
        Optional<String> header = response.headers().first(RtspHeaders.TRANSPORT);
        if (!media.grant(header, sides.connection().cameraEnd())) {
            transportRefused("SETUP: granted " + MessageReader.printable(header.orElse("nothing")) + " (expected: "
                    + (sides.policy().asksUdp() ? "UDP to our ports" : "interleaved over TCP") + ")");
            return;
        }
        session = session.with(response.headers());
        isSetUp = true;
        owner.onTrack(new RtspTrack(
                format,
                sides.dialled().host() + ":" + sides.dialled().port(),
                media.channel(),
                sides.policy().label(media.isUdp()),
                sides.tolerances()));
        if (!isOver) {
            play(ControlUrls.ofSession(sides.dialled(), base, sessionControl), 0);
        }
    }

    private void play(List<RtspUrl> tries, int index) {
        aggregateUrl = tries.get(index);
        sides.media().open();
        ask(aggregate().request(RtspRequest.PLAY).with(RtspHeaders.RANGE, "npt=0.000-"), response -> {
            if (response.isOk()) {
                isOver = true;
                session = session.with(response.headers());
                owner.onPlaying();
            } else if (response.isAboutAddress() && index + 1 < tries.size()) {
                sides.tolerances().add(Tolerance.ADDRESS_TRIED_AGAIN);
                play(tries, index + 1);
            } else {
                refused(RtspRequest.PLAY, response);
            }
        });
    }

    /** Says whose bytes they were. */
    String placed(RtspFormatException e) {
        StreamOrigin origin =
                new StreamOrigin(sides.camera(), sides.dialled().authority(), StreamFormatException.UNKNOWN);
        int offset = (int) Math.min(e.offset(), Integer.MAX_VALUE);
        return String.valueOf(
                new StreamFormatException(e.what(), origin, StreamFormatException.UNKNOWN, offset).getMessage());
    }
}
