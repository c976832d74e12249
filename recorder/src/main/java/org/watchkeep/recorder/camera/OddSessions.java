// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.watchkeep.recorder.rtsp.Manners;
import org.watchkeep.recorder.rtsp.RtspRequest;

/** Oddities that remember: over the requests of a connection, or over the connections of a camera. Stateless itself. */
final class OddSessions {
    /** Keepalive is due after two seconds, so that a short test sees some. */
    static final String SHORT_TIMEOUT = "timeout=4";

    /** What a camera with {@link #SHORT_TIMEOUT} waits for a sign of life, and two seconds more. */
    private static final int PATIENCE_TICKS = 6 * PictureSource.CLOCK_RATE;

    private static final HexFormat HEX = HexFormat.of();

    /** An RTP packet of nobody's: payload type 96, a piece of a picture. */
    private static final byte[] STRAY_RTP = HEX.parseHex("8060123400005678deadbeef419a0102030405060708090a0b0c0d0e");

    /** A sender report of nobody's. */
    private static final byte[] STRAY_REPORT = HEX.parseHex("80c80006deadbeefe5f0000000000000000056780000000100000010");

    private OddSessions() {}

    static String strayRtp(int channel) {
        return Answers.frame(channel, STRAY_RTP);
    }

    static String strayReport(int channel) {
        return Answers.frame(channel, STRAY_REPORT);
    }

    /** These manners, with sessions that live only seconds without a sign of life. */
    static Manners impatient(Manners manners) {
        return (request, server) -> {
            Manners.Reply reply = manners.answer(request, server);
            return reply.withBytes(reply.bytes().replaceFirst("timeout=\\d+", SHORT_TIMEOUT));
        };
    }

    /**
     * LIVE555 before June 2017: once a session was cut off without TEARDOWN, its media are written into the next connection,
     * until somebody tears it down by its id.
     */
    static Oddity deadSession() {
        AtomicReference<String> living = new AtomicReference<>("");
        AtomicReference<String> haunting = new AtomicReference<>("");
        return Oddity.mannersOf(() -> {
            String cutOff = living.getAndSet("");
            if (!cutOff.isEmpty()) {
                haunting.set(cutOff);
            }
            return (request, server) -> {
                String session = request.headers().first("Session").orElse("");
                if (Answers.isMethod(request, "TEARDOWN") && session.equals(haunting.get())) {
                    haunting.set("");
                    return Answers.status(request, 200);
                }
                Manners.Reply reply = server.answer(request);
                String bytes = reply.bytes();
                if (Answers.isMethod(request, "DESCRIBE")) {
                    bytes = Answers.sdpEdited(
                            bytes,
                            sdp -> sdp.replaceFirst("a=tool:[^\r]*", "a=tool:LIVE555 Streaming Media v2013.04.08"));
                } else if (Answers.isMethod(request, "SETUP")) {
                    living.set(bytes.replaceFirst("(?s).*Session: ([^;\r]*).*", "$1"));
                }
                String ghost = Objects.requireNonNull(haunting.get()).isEmpty() || Answers.isMethod(request, "TEARDOWN")
                        ? ""
                        : strayRtp(0);
                return reply.withBytes(ghost + bytes + (Answers.isMethod(request, "PLAY") ? ghost : ""));
            };
        });
    }

    /** On each connection, the first {@code before} requests that match are served, the next gets this status; and so on. */
    static Oddity refusingAfter(int before, int status, Predicate<RtspRequest> which) {
        return Oddity.mannersOf(() -> {
            AtomicInteger seen = new AtomicInteger();
            return (request, server) -> which.test(request) && seen.getAndIncrement() >= before
                    ? Answers.status(request, status)
                    : server.answer(request);
        });
    }

    /** Media stop when no such request has come for longer than the session's timeout, counted in the media's own time. */
    static Oddity silentWithout(Predicate<RtspRequest> signOfLife) {
        AtomicInteger signs = new AtomicInteger();
        Manners counting = (request, server) -> {
            if (signOfLife.test(request)) {
                signs.incrementAndGet();
            }
            return server.answer(request);
        };
        return Oddity.of(impatient(counting), () -> new Patience(signs));
    }

    /** Media stop when no receiver report has come for so long; each viewer's own count. */
    static PacketShaper silentWithoutReports() {
        return new Patience(new AtomicInteger());
    }

    /** Sends nothing once there was no further sign of life for six seconds of pictures. */
    private static final class Patience implements PacketShaper {
        private final AtomicInteger signs;
        private int seen = -1;
        private int lastSign;

        Patience(AtomicInteger signs) {
            this.signs = signs;
        }

        @Override
        public List<OddPacket> onPicture(List<OddPacket> packets) {
            int now = packets.get(0).timestamp;
            if (signs.get() != seen) {
                seen = signs.get();
                lastSign = now;
            }
            return now - lastSign > PATIENCE_TICKS ? List.of() : packets;
        }

        @Override
        public void onReceiverReport() {
            signs.incrementAndGet();
        }
    }

    /** The id in the answer to PLAY is another than SETUP's, and the only one that is known from then on. */
    static Manners changingSessionId() {
        String later = "ZZ";
        return (request, server) -> {
            boolean isPlay = Answers.isMethod(request, "PLAY");
            String said = request.headers().first("Session").orElse("");
            if (!isPlay && !Answers.isMethod(request, "SETUP") && !said.isEmpty() && !said.startsWith(later)) {
                return Answers.status(request, 454);
            }
            Manners.Reply reply = server.answer(
                    isPlay
                            ? request
                            : Answers.withHeader(
                                    request,
                                    "Session",
                                    id -> id.startsWith(later) ? id.substring(later.length()) : id));
            return isPlay ? reply.withBytes(reply.bytes().replaceFirst("Session: ", "Session: " + later)) : reply;
        };
    }

    /** The first connection is broken at a keepalive, once it was sent a second of pictures; then {@code later} holds. */
    static Oddity breakingTheFirst(Manners later) {
        AtomicInteger connections = new AtomicInteger();
        AtomicInteger pictures = new AtomicInteger();
        Manners first = impatient(Answers.closingOn(
                request -> pictures.get() > StreamQuirk.At.PICTURE && Answers.KEEPALIVE.test(request)));
        return new Oddity() {
            @Override
            public Manners manners() {
                return connections.getAndIncrement() == 0 ? first : later;
            }

            @Override
            public PacketShaper packets() {
                return new PacketShaper() {
                    @Override
                    public List<OddPacket> onPicture(List<OddPacket> packets) {
                        pictures.incrementAndGet();
                        return packets;
                    }
                };
            }
        };
    }

    /** The client's name for the session is not the server's: any blanks before it, hexadecimal, with a dash. */
    static Manners otherSessionId() {
        String prefix = "0xA1-";
        return (request, server) -> {
            Manners.Reply reply = server.answer(
                    Answers.withHeader(request, "Session", id -> id.startsWith(prefix) ? id.substring(5) : "unknown"));
            return reply.withBytes(reply.bytes().replaceFirst("Session: ", "Session:    " + prefix));
        };
    }

    /** RFC 3986 5.2: a relative control takes the place of what stands behind the base's last slash. */
    static Oddity controlResolvedByTheRfc() {
        Manners withoutSlash = Answers.replaced("DESCRIBE", "(Content-Base: [^\r]*)/\r\n", "$1\r\n");
        return Oddity.mannersOf(() -> {
            AtomicReference<String> described = new AtomicReference<>("");
            Manners resolving = (request, server) -> {
                if (Answers.isMethod(request, "DESCRIBE")) {
                    described.set(Answers.plainUri(request));
                }
                if (!Answers.isMethod(request, "SETUP")) {
                    return server.answer(request);
                }
                String base = Objects.requireNonNull(described.get());
                String folder = base.substring(0, base.lastIndexOf('/') + 1);
                String control = "trackID=0";
                return request.uri().equals(folder + control)
                        ? server.answer(Answers.withUri(request, described.get() + "/" + control))
                        : Answers.status(request, 404);
            };
            return Answers.both(withoutSlash, resolving);
        });
    }
}
