// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** An RTSP client of a few lines, blocking, that shares no code with the recorder: asks for one track and reads frames. */
final class PlainClient implements Closeable {
    /** Longer than any answer of a loaded machine; reached only where something is broken. */
    private static final int READ_LIMIT_MILLIS = 30_000;

    private final Socket socket;
    private final DataInputStream in;
    private final String url;
    private int cseq;

    /** One interleaved packet. */
    record Frame(int channel, ByteBuffer packet) {
        boolean isRtp() {
            return channel == 0;
        }

        boolean isMarked() {
            return (packet.get(1) & 0x80) != 0;
        }

        int sequence() {
            return packet.getShort(2) & 0xffff;
        }

        int timestamp() {
            return packet.getInt(4);
        }

        int ssrc() {
            return packet.getInt(8);
        }
    }

    /** What stood where a packet should have begun. */
    static final class NotAFrame extends IOException {
        private static final long serialVersionUID = 1;

        NotAFrame(int octet) {
            super("not a frame: " + octet);
        }
    }

    PlainClient(URI uri) throws IOException {
        url = uri.toString();
        socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout(READ_LIMIT_MILLIS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
    }

    /** DESCRIBE, SETUP and PLAY; returns the session description. */
    PlainClient play() throws IOException {
        ask("SETUP", url + "/trackID=0", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n");
        ask("PLAY", url, "");
        return this;
    }

    String describe() throws IOException {
        return ask("DESCRIBE", url, "Accept: application/sdp\r\n");
    }

    private String ask(String method, String at, String headers) throws IOException {
        String request = method + " " + at + " RTSP/1.0\r\nCSeq: " + ++cseq + "\r\n" + headers + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        String status = line();
        if (!status.startsWith("RTSP/1.0 200")) {
            throw new IOException(method + ": " + status);
        }
        int length = 0;
        for (String header = line(); !header.isEmpty(); header = line()) {
            if (header.startsWith("Content-Length: ")) {
                length = Integer.parseInt(header.substring("Content-Length: ".length()));
            }
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new EOFException("in: " + line);
            }
            line.append((char) octet);
        }
        return line.substring(0, line.length() - 1);
    }

    /** The next packet; {@link EOFException} where the server has ended, {@link NotAFrame} where none begins. */
    Frame frame() throws IOException {
        int dollar = in.readUnsignedByte();
        if (dollar != '$') {
            throw new NotAFrame(dollar);
        }
        int channel = in.readUnsignedByte();
        byte[] packet = new byte[in.readUnsignedShort()];
        in.readFully(packet);
        return new Frame(channel, ByteBuffer.wrap(packet));
    }

    /** The next RTP packet. */
    Frame rtp() throws IOException {
        Frame frame = frame();
        while (!frame.isRtp()) {
            frame = frame();
        }
        return frame;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
