// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.watchkeep.recorder.camera.Answers.ANY;
import static org.watchkeep.recorder.camera.Answers.KEEPALIVE;
import static org.watchkeep.recorder.camera.OddSessions.impatient;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.watchkeep.recorder.rtsp.Manners;

/** How messages are written, and how a session is begun, kept alive and ended. Stateless; its oddities may remember. */
public enum DialogueQuirk implements Quirk {
    MEDIA_OF_A_DEAD_SESSION(
            "old LIVE555: a session cut off without TEARDOWN goes on being sent, into the next connection",
            "drop what comes before SETUP, and tear the old session down",
            OddSessions::deadSession),
    SENDER_REPORT_BEFORE_PLAY_ANSWER(
            "an RTCP report comes before PLAY is answered",
            "take it",
            () -> Oddity.of(Answers.onOk("PLAY", text -> OddSessions.strayReport(1) + text))),
    MEDIA_BEFORE_PLAY_ANSWER(
            "media flow before PLAY is answered",
            "record them",
            () -> Oddity.of((request, server) -> {
                Manners.Reply reply = server.answer(request);
                return Answers.isMethod(request, "PLAY") ? new Manners.Reply(reply.bytes(), 1_500, false) : reply;
            })),
    DATA_ON_FOREIGN_CHANNELS(
            "frames on interleaved channels that nobody set up",
            "leave them out and count them",
            () -> Oddity.of(Answers.edited(
                    ANY,
                    text -> OddSessions.strayRtp(8) + OddSessions.strayReport(9) + text + OddSessions.strayRtp(8)))),
    LINE_BREAKS_BETWEEN_MESSAGES(
            "empty lines between messages, and between messages and frames",
            "skip them",
            () -> Oddity.of(Answers.edited(ANY, text -> "\r\n\r\n" + text + "\r\n\n"))),
    JUNK_BETWEEN_MESSAGES(
            "bytes that are nothing stand between messages and frames",
            "find the next message or frame, within limits",
            () -> Oddity.of(Answers.edited(ANY, text -> "\0\1~junk" + text + "\u00ff~~\0$junk"))),
    ASKS_THE_CLIENT(
            "the camera sends requests of its own",
            "answer 200 with the number that was given",
            () -> Oddity.of(Answers.onOk(
                    "PLAY",
                    text -> "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n" + text
                            + "GET_PARAMETER * RTSP/1.0\r\nCSeq: 2\r\n\r\n"))),
    TRAILING_SPACE_IN_CSEQ(
            "a blank behind the number in CSeq",
            "cut it off",
            () -> Oddity.of(Answers.replaced(ANY, "(CSeq: \\d+)", "$1  "))),
    CSEQ_IN_OTHER_CASE(
            "the header is written Cseq",
            "match names of headers in any case",
            () -> Oddity.of(Answers.replaced(ANY, "CSeq:", "Cseq:"))),
    DEMANDS_CSEQ_SPELT_SO(
            "400 unless the header is spelt CSeq",
            "spell it so",
            () -> Oddity.of(Answers.refusing(
                    400,
                    request -> request.headers().lines().stream()
                            .noneMatch(line -> line.name().equals("CSeq"))))),
    STRAY_ANSWER(
            "answers to nothing that was asked",
            "drop them and wait on",
            () -> Oddity.of(Answers.edited(ANY, text -> "RTSP/1.0 404 Not Found\r\nCSeq: 9999\r\n\r\n" + text))),
    ANSWERS_WITHOUT_CSEQ(
            "answers have no CSeq",
            "take one for the only request that waits",
            () -> Oddity.of(Answers.replaced(ANY, "CSeq: \\d+\r\n", ""))),
    NEGATIVE_CONTENT_LENGTH(
            "Content-Length: -1 where there is no body",
            "read it as 0",
            () -> Oddity.of(Answers.edited(
                    ANY,
                    text -> text.contains("Content-Length") ? text : Answers.withLine(text, "Content-Length: -1")))),
    NO_REASON_PHRASE(
            "the status line ends with the number",
            "accept it",
            () -> Oddity.of(Answers.replaced(ANY, "^(RTSP/1.0 \\d+)[^\r]*", "$1"))),
    NO_CONTENT_TYPE(
            "DESCRIBE is answered without Content-Type",
            "take the body for SDP",
            () -> Oddity.of(Answers.replaced("DESCRIBE", "Content-Type: [^\r]*\r\n", ""))),
    REFUSES_NAMELESS_CLIENTS(
            "400 for a request without User-Agent",
            "always give a name",
            () -> Oddity.of(Answers.refusing(
                    400, request -> request.headers().first("User-Agent").isEmpty()))),
    ONE_DESCRIBE_PER_CONNECTION(
            "a second DESCRIBE on a connection is refused",
            "describe once",
            () -> OddSessions.refusingAfter(1, 455, request -> Answers.isMethod(request, "DESCRIBE"))),
    BARE_LINE_FEEDS(
            "lines end in LF alone, and the last one of the SDP in nothing",
            "accept it",
            () -> Oddity.of(Answers.both(
                    Answers.edited(ANY, DialogueQuirk::bareHead),
                    Answers.sdp(sdp -> sdp.replace("\r\n", "\n").stripTrailing())))),
    LONG_AND_SHUFFLED_HEADERS(
            "many headers, one of thousands of bytes, in no order",
            "take any order; limit sizes well above these",
            () -> Oddity.of(Answers.edited(ANY, DialogueQuirk::longHead))),
    SESSION_LOST_IN_MID_STREAM(
            "in mid-session the camera knows the session no more: 454, and it hangs up",
            "call again, less often each time",
            () -> Oddity.of(impatient((request, server) -> KEEPALIVE.test(request)
                    ? new Manners.Reply(Answers.status(request, 454).bytes(), 0, true)
                    : server.answer(request)))),
    REFUSES_SETUP_ALWAYS(
            "455 to each SETUP",
            "say so, and call again less often each time",
            () -> Oddity.of(Answers.refusing(455, request -> Answers.isMethod(request, "SETUP")))),
    ODD_SESSION_ID(
            "the session's id is hexadecimal with a dash, behind several blanks",
            "take it as an opaque word",
            () -> Oddity.of(OddSessions.otherSessionId())),
    SESSION_ID_CHANGES(
            "PLAY is answered with another session id than SETUP, and the first is forgotten",
            "use the one that came last",
            () -> Oddity.of(impatient(OddSessions.changingSessionId()))),
    NO_SESSION_IN_PLAY_ANSWER(
            "PLAY is answered without Session",
            "keep the earlier one",
            () -> Oddity.of(Answers.replaced("PLAY", "Session: [^\r]*\r\n", ""))),
    NO_SESSION_TIMEOUT(
            "Session without a timeout",
            "assume 60 s and ask within 30",
            () -> Oddity.of(Answers.replaced(ANY, "(Session: [^;\r]*)[^\r]*", "$1"))),
    RELATIVE_RTP_INFO("RTP-Info names the track alone", "need nothing of it", rtpInfo("url=trackID=0;seq=1;rtptime=1")),
    WRONG_URL_IN_RTP_INFO(
            "RTP-Info names addresses that are not these streams'",
            "need nothing of it",
            rtpInfo("url=rtsp://192.0.2.9/other;seq=7;rtptime=9,url=rtsp://192.0.2.9/other;seq=8;rtptime=9")),
    FOREIGN_STREAMS_IN_RTP_INFO(
            "RTP-Info names streams that were not set up",
            "need nothing of it",
            rtpInfo("url=trackID=7;seq=4;rtptime=5,url=trackID=0;seq=6;rtptime=7")),
    TRAILING_SEMICOLON_IN_RTP_INFO(
            "RTP-Info ends in a semicolon", "need nothing of it", rtpInfo("url=trackID=0;seq=1;rtptime=1;")),
    RTP_INFO_WITHOUT_NUMBERS(
            "RTP-Info gives neither number nor time", "learn both from the first packet", rtpInfo("url=trackID=0")),
    BAD_RTPTIME(
            "RTP-Info gives a time of -1",
            "learn it from the first packet",
            rtpInfo("url=trackID=0;seq=12;rtptime=-1")),
    CONSTANT_SEQ_0(
            "RTP-Info always says seq=0", "learn it from the first packet", rtpInfo("url=trackID=0;seq=0;rtptime=0")),
    CONSTANT_SEQ_1(
            "RTP-Info always says seq=1", "learn it from the first packet", rtpInfo("url=trackID=0;seq=1;rtptime=0")),
    SPACES_IN_RTP_INFO(
            "blanks, and the session, within RTP-Info",
            "need nothing of it",
            rtpInfo("url= trackID=0 ; seq = 4; session=12345678 ;rtptime=5 , ")),
    DROPS_ON_GET_PARAMETER(
            "the connection breaks upon GET_PARAMETER",
            "keep alive by another method next time",
            () -> Oddity.of(impatient(Answers.closingOn(request -> Answers.isMethod(request, "GET_PARAMETER"))))),
    CLOSES_ON_UNKNOWN_METHOD(
            "knows few methods and hangs up upon any other",
            "use only methods that OPTIONS names",
            () -> Oddity.of(impatient(Answers.both(
                    Answers.replaced("OPTIONS", "Public: [^\r]*", "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"),
                    Answers.closingOn(request -> request.method().endsWith("_PARAMETER")))))),
    WANTS_GET_PARAMETER(
            "only GET_PARAMETER keeps the session alive",
            "prefer it where it is advertised",
            () -> OddSessions.silentWithout(request -> Answers.isMethod(request, "GET_PARAMETER"))),
    NEVER_ANSWERS_KEEPALIVES(
            "keepalives are not answered",
            "go on while media flow",
            () -> Oddity.of(impatient(
                    (request, server) -> KEEPALIVE.test(request) ? Manners.Reply.of("") : server.answer(request)))),
    KEEPALIVE_WANTS_BASE_URL(
            "hangs up upon a keepalive to a track's address",
            "keep alive at the base address",
            () -> Oddity.of(impatient(Answers.closingOn(
                    request -> KEEPALIVE.test(request) && request.uri().contains("trackID"))))),
    SILENT_WITHOUT_KEEPALIVE(
            "media stop when nothing was heard for the session's timeout",
            "ask at half of it",
            () -> OddSessions.silentWithout(KEEPALIVE)),
    REFUSES_GET_PARAMETER(
            "454 to each GET_PARAMETER",
            "change the method, say so seldom",
            () -> Oddity.of(impatient(Answers.refusing(454, request -> Answers.isMethod(request, "GET_PARAMETER"))))),
    REFUSES_TEARDOWN(
            "500 to TEARDOWN",
            "take it as done",
            () -> Oddity.of(Answers.refusing(500, request -> Answers.isMethod(request, "TEARDOWN")))),
    TEARDOWN_UNANSWERED(
            "TEARDOWN is not answered and the stream goes on",
            "wait a moment, then leave",
            () -> Oddity.of((request, server) ->
                    Answers.isMethod(request, "TEARDOWN") ? Manners.Reply.of("") : server.answer(request))),
    SILENT_AFTER_PLAY(
            "PLAY is accepted and no media come, while the connection stands",
            "end the session after some seconds",
            () -> Oddity.packetsOf(() -> new PacketShaper() {
                @Override
                public List<OddPacket> onPicture(List<OddPacket> packets) {
                    return List.of();
                }

                @Override
                public List<byte[]> onReport(byte[] report) {
                    return List.of();
                }
            }));

    @SuppressWarnings("ImmutableEnumChecker") // what it makes is new each time
    private final Recipe recipe;

    DialogueQuirk(String does, String wants, Supplier<Oddity> oddity) {
        recipe = new Recipe(does, wants, oddity);
    }

    @Override
    public Recipe recipe() {
        return recipe;
    }

    private static Supplier<Oddity> rtpInfo(String value) {
        return () -> Oddity.of(Answers.header("PLAY", "RTP-Info: " + value));
    }

    private static String bareHead(String reply) {
        int end = reply.indexOf("\r\n\r\n") + 4;
        return reply.substring(0, end).replace("\r\n", "\n") + reply.substring(end);
    }

    private static String longHead(String reply) {
        int end = reply.indexOf("\r\n\r\n");
        List<String> lines = Arrays.asList(reply.substring(0, end).split("\r\n", -1));
        Collections.reverse(lines.subList(1, lines.size()));
        StringBuilder head = new StringBuilder(lines.get(0)).append("\r\n");
        for (int i = 0; i < 60; i++) {
            head.append("X-Vendor-")
                    .append(i)
                    .append(": ")
                    .append("v".repeat(i == 30 ? 7_000 : 20))
                    .append("\r\n");
        }
        lines.stream().skip(1).forEach(line -> head.append(line).append("\r\n"));
        return head + "\r\n" + reply.substring(end + 4);
    }
}
