// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gathers one RTSP message from the bytes of a connection, as they come. Lines may end in CR LF or LF alone; a missing
 * reason phrase, a negative Content-Length (read as 0), header lines without a colon (left out) and folded lines are
 * accepted, for cameras send them. Confined to its connection.
 */
final class MessageReader {
    /** 8 KiB: the longest line seen is a Transport or challenge of under 1 kB; OpenIPC firmware writes oddly long ones. */
    static final int MAX_LINE_BYTES = 8 << 10;
    /** 32 KiB and 128 lines of head: some ten times the wordiest camera. */
    static final int MAX_HEAD_BYTES = 32 << 10;

    static final int MAX_HEADER_LINES = 128;
    /** 256 KiB: an SDP is 0.5 to 3 kB; replay descriptions with many tracks stay under 64 kB. */
    static final int MAX_BODY_BYTES = 256 << 10;

    private static final byte[] NOTHING = new byte[0];

    private byte[] line = new byte[256];
    private int lineLength;
    private int headBytes;
    private @Nullable String startLine;
    private List<RtspHeaders.Header> headers = new ArrayList<>();
    private byte[] body = NOTHING;
    private int bodyLength;
    private int bodyAwaited;
    private boolean inBody;
    private boolean isBent;

    /** Whether a message so far was not in the form of RFC 2326. */
    boolean isBent() {
        return isBent;
    }

    /** Forgets what was gathered and starts a message, some bytes of which were already seen. */
    void begin(byte... seen) {
        lineLength = 0;
        headBytes = 0;
        startLine = null;
        headers = new ArrayList<>();
        body = NOTHING;
        bodyLength = 0;
        bodyAwaited = 0;
        inBody = false;
        for (byte b : seen) {
            line[lineLength++] = b;
        }
    }

    /** True until a start line was understood. */
    boolean isAtStartLine() {
        return startLine == null;
    }

    /** The start line as far as it has come, for error messages: printable, at most 60 characters. */
    String startLineSoFar() {
        String text = startLine != null ? startLine : new String(line, 0, lineLength, StandardCharsets.ISO_8859_1);
        return printable(text);
    }

    /**
     * Takes bytes until the message is whole.
     *
     * @param offset of the first byte, for errors
     * @return the message, or null when it needs more bytes
     */
    @Nullable
    RtspMessage read(ByteBuf in, long offset) throws RtspFormatException {
        int from = in.readerIndex();
        while (!inBody) {
            if (!in.isReadable()) {
                return null;
            }
            byte b = in.readByte();
            if (++headBytes > MAX_HEAD_BYTES) {
                throw new RtspFormatException(
                        "head of " + startLineSoFar() + ": over " + MAX_HEAD_BYTES + " bytes",
                        offset + in.readerIndex() - from);
            }
            if (b == '\n') {
                endLine(offset + in.readerIndex() - from);
            } else {
                put(b, offset + in.readerIndex() - from);
            }
        }
        int length = Math.min(in.readableBytes(), bodyAwaited - bodyLength);
        if (bodyLength + length > body.length) {
            // Room for what has come, never for what is only announced.
            body = Arrays.copyOf(body, Math.min(bodyAwaited, Math.max(bodyLength + length, body.length * 2)));
        }
        in.readBytes(body, bodyLength, length);
        bodyLength += length;
        return bodyLength < bodyAwaited ? null : finish();
    }

    private void put(byte b, long offset) throws RtspFormatException {
        if (startLine == null && b < 0x20 && b != '\r' && b != '\t') {
            // Also catches bytes above 0x7f, negative in Java: a start line is ASCII.
            throw new RtspFormatException("start line " + startLineSoFar() + ": byte " + (b & 0xff), offset);
        }
        if (lineLength == MAX_LINE_BYTES) {
            throw new RtspFormatException(
                    "line of " + startLineSoFar() + ": over " + MAX_LINE_BYTES + " bytes", offset);
        }
        if (lineLength == line.length) {
            line = Arrays.copyOf(line, Math.min(MAX_LINE_BYTES, line.length * 2));
        }
        line[lineLength++] = b;
    }

    private void endLine(long offset) throws RtspFormatException {
        int length = lineLength;
        while (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        isBent |= length == lineLength;
        String text = new String(line, 0, length, StandardCharsets.UTF_8);
        lineLength = 0;
        if (startLine == null) {
            takeStartLine(text.strip(), offset);
        } else if (text.isEmpty()) {
            beginBody(offset);
        } else {
            addHeader(text, offset);
        }
    }

    private void addHeader(String text, long offset) throws RtspFormatException {
        if (headers.size() == MAX_HEADER_LINES) {
            throw new RtspFormatException(
                    "head of " + startLineSoFar() + ": over " + MAX_HEADER_LINES + " lines", offset);
        }
        char first = text.charAt(0);
        if ((first == ' ' || first == '\t') && !headers.isEmpty()) {
            RtspHeaders.Header last = headers.remove(headers.size() - 1);
            headers.add(new RtspHeaders.Header(
                    last.name(), last.value() + " " + clean(text).strip()));
            return;
        }
        int colon = text.indexOf(':');
        if (colon > 0) {
            headers.add(
                    new RtspHeaders.Header(clean(text.substring(0, colon)).strip(), clean(text.substring(colon + 1))));
        } else {
            isBent = true;
        }
    }

    /** A lone CR inside a line is a blank to us: it must not come out again as a line break. */
    private static String clean(String text) {
        return text.replace('\r', ' ');
    }

    private void beginBody(long offset) throws RtspFormatException {
        inBody = true;
        for (RtspHeaders.Header header : headers) {
            if (header.name().equalsIgnoreCase(RtspHeaders.CONTENT_LENGTH)) {
                bodyAwaited = contentLength(header.value(), offset);
                return;
            }
        }
    }

    private int contentLength(String value, long offset) throws RtspFormatException {
        if (value.isEmpty() || value.startsWith("-")) {
            isBent = true;
            return 0;
        }
        int length = RtspHeaders.unsigned(value);
        if (length < 0 || length > MAX_BODY_BYTES) {
            throw new RtspFormatException(
                    "Content-Length: " + printable(value) + " (expected: 0 to " + MAX_BODY_BYTES + ")", offset);
        }
        return length;
    }

    /** Leaves {@link #startLine} unset where the line is neither request nor response. */
    private void takeStartLine(String text, long offset) throws RtspFormatException {
        String[] words = words(text);
        if (text.startsWith("HTTP/")) {
            // A web server listens here: searching on for RTSP would only hide that.
            startLine = text;
        } else if (isStatusLine(words) || isRequestLine(words)) {
            startLine = text;
            isBent |= words.length < 3;
            return;
        }
        throw new RtspFormatException(
                "start line: " + printable(text) + " (expected: RTSP/1.0 and a code of three digits, or a request)",
                offset);
    }

    private RtspMessage finish() {
        String[] words = words(startLine == null ? "" : startLine);
        RtspHeaders read = new RtspHeaders(headers);
        String text = new String(body, 0, bodyLength, StandardCharsets.UTF_8);
        return isStatusLine(words)
                ? new RtspResponse(RtspHeaders.unsigned(words[1]), words.length < 3 ? "" : words[2], read, text)
                : new RtspRequest(words[0], words[1], read, text);
    }

    private static String[] words(String startLine) {
        return startLine.split("[ \t\r]+", 3);
    }

    private static boolean isStatusLine(String[] words) {
        if (words.length < 2 || !words[0].startsWith("RTSP/")) {
            return false;
        }
        int status = RtspHeaders.unsigned(words[1]);
        return status >= 100 && status <= 999;
    }

    private static boolean isRequestLine(String[] words) {
        return words.length == 3 && isMethod(words[0]) && words[2].startsWith("RTSP/");
    }

    /** RFC 2326 6.1: a token; every method is capitals, with an underscore in two of them. */
    private static boolean isMethod(String word) {
        return !word.isEmpty() && word.chars().allMatch(c -> (c >= 'A' && c <= 'Z') || c == '_');
    }

    /** What came from outside, made fit for a log line. */
    static String printable(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length() && i < 60; i++) {
            char c = text.charAt(i);
            out.append(c < 0x20 || c > 0x7e ? '.' : c);
        }
        return text.length() > 60 ? out + "…" : out.toString();
    }
}
