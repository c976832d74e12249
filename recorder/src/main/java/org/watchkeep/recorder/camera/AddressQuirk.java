// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.watchkeep.recorder.rtsp.Manners;
import org.watchkeep.recorder.rtsp.RtspRequest;

/** Which addresses the camera names, and which it wants to hear. Stateless. */
public enum AddressQuirk implements Quirk {
    REDIRECTS(
            "DESCRIBE is redirected to another address of the camera",
            "follow it, with the login on the same host only",
            () -> Oddity.of(redirecting(request -> !request.uri().contains("moved")))),
    REDIRECTS_IN_A_CIRCLE(
            "each DESCRIBE is redirected", "give up after a few", () -> Oddity.of(redirecting(request -> true))),
    PLAY_WANTS_BASE_URL(
            "400 to PLAY at the address that the SDP gives for the whole",
            "try the base next",
            () -> Oddity.of(Answers.both(
                    Answers.sdp(sdp -> sdp.replaceFirst("a=control:\\*", "a=control:whole")),
                    Answers.refusing(
                            400,
                            request ->
                                    isMethod(request, "PLAY") && request.uri().contains("whole"))))),
    PLAY_WANTS_PLAIN_URL(
            "400 to PLAY unless the address is the one that was described",
            "try that last",
            () -> Oddity.of(Answers.refusing(
                    400, request -> isMethod(request, "PLAY") && request.uri().endsWith("/")))),
    CONTENT_BASE_WITHOUT_SCHEME(
            "Content-Base begins with the host",
            "keep our host, take the path",
            base(request -> Answers.authority(request) + path(request) + "/")),
    DOUBLED_SCHEME(
            "Content-Base begins with rtsp:// twice", "take one away", base(request -> "rtsp://" + request.uri())),
    UNBRACKETED_IPV6_IN_CONTENT_BASE(
            "an IPv6 address without brackets in Content-Base",
            "keep our host, take the path",
            base(request -> "rtsp://::ffff:192.0.2.1:554" + path(request) + "/")),
    RELATIVE_CONTENT_BASE(
            "Content-Base is a path alone", "keep our host, take the path", base(request -> path(request) + "/")),
    OPAQUE_CONTENT_BASE(
            "Content-Base is a word",
            "resolve it against what was asked for",
            base(request -> path(request).substring(1) + "/")),
    PRIVATE_HOST_IN_CONTENT_BASE(
            "Content-Base names a host that cannot be reached",
            "keep the host and port that were dialled",
            base(request -> "rtsp://10.255.255.1:8554" + path(request) + "/")),
    NO_CONTENT_BASE(
            "no Content-Base",
            "take the address that was asked for",
            () -> Oddity.of(Answers.replaced("DESCRIBE", "Content-Base: [^\r]*\r\n", ""))),
    CONTROL_RESOLVED_BY_THE_RFC(
            "a control stands in place of the base's last part, as RFC 3986 has it",
            "try that where plain joining is refused",
            OddSessions::controlResolvedByTheRfc),
    CONTROL_WITH_OTHER_HOST(
            "the control is a whole address on a host that cannot be reached",
            "keep the host and port that were dialled",
            control(request -> "rtsp://10.255.255.1" + path(request) + "/trackID=0")),
    BASE_URL_AS_CONTROL(
            "the video's control is the base address itself",
            "set that up",
            control(request -> Answers.plainUri(request))),
    CONTROL_BEHIND_QUERY(
            "the address has a query, and the control is wanted behind it",
            "join the control to the whole address",
            () -> Oddity.of(Answers.refusing(
                    404, request -> isMethod(request, "SETUP") && !request.uri().matches(".*[?].*/trackID=0"))));

    @SuppressWarnings("ImmutableEnumChecker") // what it makes is new each time
    private final Recipe recipe;

    AddressQuirk(String does, String wants, Supplier<Oddity> oddity) {
        recipe = new Recipe(does, wants, oddity);
    }

    @Override
    public Recipe recipe() {
        return recipe;
    }

    private static boolean isMethod(RtspRequest request, String method) {
        return Answers.isMethod(request, method);
    }

    /** {@code /cam1}. */
    private static String path(RtspRequest request) {
        String uri = Answers.plainUri(request);
        return uri.substring(uri.indexOf('/', "rtsp://".length()));
    }

    private static Manners redirecting(Predicate<RtspRequest> which) {
        return (request, server) -> isMethod(request, "DESCRIBE") && which.test(request)
                ? Answers.status(request, 302, "Location: " + Answers.plainUri(request) + "?moved=1")
                : server.answer(request);
    }

    private static Supplier<Oddity> base(Function<RtspRequest, String> value) {
        return () ->
                Oddity.of(describing(value, (text, base) -> Answers.editLine(text, "Content-Base: ", old -> base)));
    }

    private static Supplier<Oddity> control(Function<RtspRequest, String> value) {
        return () -> Oddity.of(describing(
                value,
                (text, control) -> Answers.sdpEdited(
                        text, sdp -> sdp.replaceFirst("a=control:trackID=0", "a=control:" + control))));
    }

    /** What is written depends on what was asked for. */
    private static Manners describing(Function<RtspRequest, String> value, BinaryOperator<String> edit) {
        return (request, server) -> {
            Manners.Reply reply = server.answer(request);
            return isMethod(request, "DESCRIBE")
                    ? reply.withBytes(edit.apply(reply.bytes(), value.apply(request)))
                    : reply;
        };
    }
}
