// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Writes messages in the form of RFC 2326 4 to 7. Content-Length is ours to say: never put it in the headers. */
final class RtspEncoder {
    private static final String VERSION = "RTSP/1.0";
    private static final String END_OF_LINE = "\r\n";

    private RtspEncoder() {}

    static void write(RtspMessage message, ByteBuf out) {
        StringBuilder head = new StringBuilder(256);
        if (message instanceof RtspRequest request) {
            head.append(request.method()).append(' ').append(request.uri()).append(' ');
            head.append(VERSION);
        } else if (message instanceof RtspResponse response) {
            head.append(VERSION).append(' ').append(response.status()).append(' ');
            head.append(response.reason());
        }
        head.append(END_OF_LINE);
        for (RtspHeaders.Header line : message.headers().lines()) {
            head.append(line.name()).append(": ").append(line.value()).append(END_OF_LINE);
        }
        byte[] body = message.body().getBytes(StandardCharsets.UTF_8);
        if (body.length > 0) {
            head.append(RtspHeaders.CONTENT_LENGTH).append(": ").append(body.length);
            head.append(END_OF_LINE);
        }
        head.append(END_OF_LINE);
        out.writeCharSequence(head, StandardCharsets.UTF_8);
        out.writeBytes(body);
    }
}
