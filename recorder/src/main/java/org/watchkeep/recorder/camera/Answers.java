// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.watchkeep.recorder.rtsp.Manners;
import org.watchkeep.recorder.rtsp.RtspHeaders;
import org.watchkeep.recorder.rtsp.RtspRequest;

/** The pieces that odd answers are made of. Bytes are characters here, as in {@link Manners.Reply}. Stateless. */
final class Answers {
    /** Stands for each method. */
    static final String ANY = "";

    /** Stands for the methods by which sessions are kept alive. */
    static final Predicate<RtspRequest> KEEPALIVE =
            request -> request.headers().first("Session").isPresent()
                    && (isMethod(request, "OPTIONS")
                            || isMethod(request, "GET_PARAMETER")
                            || isMethod(request, "SET_PARAMETER"));

    private static final String END_OF_HEAD = "\r\n\r\n";

    private Answers() {}

    static boolean isMethod(RtspRequest request, String method) {
        return method.equals(ANY) || request.method().equals(method);
    }

    /** Every answer to this method is edited. */
    static Manners edited(String method, UnaryOperator<String> edit) {
        return (request, server) -> {
            Manners.Reply reply = server.answer(request);
            return isMethod(request, method) ? reply.withBytes(edit.apply(reply.bytes())) : reply;
        };
    }

    /** Those answers to this method that say 200 are edited. */
    static Manners onOk(String method, UnaryOperator<String> edit) {
        return edited(method, text -> isOk(text) ? edit.apply(text) : text);
    }

    static boolean isOk(String reply) {
        return reply.startsWith("RTSP/1.0 200");
    }

    /** In what is answered to this method, the first that matches is replaced. */
    static Manners replaced(String method, String pattern, String replacement) {
        Pattern compiled = Pattern.compile(pattern);
        return edited(method, text -> compiled.matcher(text).replaceFirst(replacement));
    }

    /** A further header line. */
    static Manners header(String method, String line) {
        return onOk(method, text -> withLine(text, line));
    }

    /** The line last of the head. */
    static String withLine(String reply, String line) {
        int end = reply.indexOf(END_OF_HEAD);
        return end < 0 ? reply : reply.substring(0, end) + "\r\n" + line + reply.substring(end);
    }

    /** The Transport line of SETUP's answer is edited. */
    static Manners transport(UnaryOperator<String> edit) {
        return onOk("SETUP", text -> editLine(text, "Transport: ", edit));
    }

    /** The value behind this name is edited; nothing where there is no such line. */
    static String editLine(String reply, String name, UnaryOperator<String> edit) {
        int at = reply.indexOf("\r\n" + name);
        if (at < 0) {
            return reply;
        }
        int from = at + 2 + name.length();
        int end = reply.indexOf("\r\n", from);
        return reply.substring(0, from) + edit.apply(reply.substring(from, end)) + reply.substring(end);
    }

    /** The session description is edited, and its length said anew. */
    static Manners sdp(UnaryOperator<String> edit) {
        return edited("DESCRIBE", text -> sdpEdited(text, edit));
    }

    static String sdpEdited(String reply, UnaryOperator<String> edit) {
        if (!isOk(reply)) {
            return reply;
        }
        int end = reply.indexOf(END_OF_HEAD) + END_OF_HEAD.length();
        String body = edit.apply(reply.substring(end));
        return editLine(reply.substring(0, end), "Content-Length: ", old -> Integer.toString(body.length())) + body;
    }

    /** The first around the second. */
    static Manners both(Manners outer, Manners inner) {
        return (request, server) -> outer.answer(request, heard -> inner.answer(heard, server));
    }

    /** An answer to this request with this status and no more. */
    static Manners.Reply status(RtspRequest request, int status, String... lines) {
        StringBuilder text = new StringBuilder("RTSP/1.0 " + status + " Odd\r\n");
        request.headers()
                .first("CSeq")
                .ifPresent(cseq -> text.append("CSeq: ").append(cseq).append("\r\n"));
        for (String line : lines) {
            text.append(line).append("\r\n");
        }
        return Manners.Reply.of(text.append("\r\n").toString());
    }

    /** Such requests are refused with this status, and the server does not hear of them. */
    static Manners refusing(int status, Predicate<RtspRequest> which) {
        return (request, server) -> which.test(request) ? status(request, status) : server.answer(request);
    }

    /** Upon such requests the connection is closed without a word. */
    static Manners closingOn(Predicate<RtspRequest> which) {
        return (request, server) -> which.test(request) ? new Manners.Reply("", 0, true) : server.answer(request);
    }

    /** The server hears the request otherwise than it was said. */
    static Manners hearing(UnaryOperator<RtspRequest> misheard) {
        return (request, server) -> server.answer(misheard.apply(request));
    }

    /** The request with another value under this name, where it has one. */
    static RtspRequest withHeader(RtspRequest request, String name, UnaryOperator<String> edit) {
        List<RtspHeaders.Header> lines = new ArrayList<>();
        for (RtspHeaders.Header line : request.headers().lines()) {
            boolean isIt = line.name().equalsIgnoreCase(name);
            lines.add(isIt ? new RtspHeaders.Header(line.name(), edit.apply(line.value())) : line);
        }
        return new RtspRequest(request.method(), request.uri(), new RtspHeaders(lines), request.body());
    }

    static RtspRequest withUri(RtspRequest request, String uri) {
        return new RtspRequest(request.method(), uri, request.headers(), request.body());
    }

    /** The address without the slashes at its end. */
    static String plainUri(RtspRequest request) {
        String uri = request.uri();
        while (uri.endsWith("/")) {
            uri = uri.substring(0, uri.length() - 1);
        }
        return uri;
    }

    /** {@code host:port} of the address that was asked for. */
    static String authority(RtspRequest request) {
        String rest = request.uri().substring(request.uri().indexOf("//") + 2);
        int slash = rest.indexOf('/');
        return slash < 0 ? rest : rest.substring(0, slash);
    }

    /** An interleaved frame: '$', channel, length, packet (RFC 2326 10.12). */
    static String frame(int channel, byte[] packet) {
        return "$" + (char) channel + (char) (packet.length >> 8) + (char) (packet.length & 0xff)
                + new String(packet, ISO_8859_1);
    }
}
