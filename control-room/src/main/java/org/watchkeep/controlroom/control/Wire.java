// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.watchkeep.retention.store.Fragment;

/**
 * The lines of the control socket. Each is one JSON object and a line feed; after {@code {"data":N}} come N raw bytes.
 *
 * <pre>
 * asked     {"schema":"watchkeep/control/1","act":"store-extract","options":{…}}
 * answered  {"progress":"…"}                             any number of times
 *           {"file":{"number":1,"count":2}}              then {"data":N} and N bytes, any number of times,
 *           {"fileEnd":true}                             then this
 *           {"result":{…},"exit":0}                      the end: this
 *           {"error":{"code","message","next"},"exit":2} or this
 * </pre>
 *
 * One act a connection. Confined to one thread.
 */
final class Wire {
    static final String SCHEMA = "watchkeep/control/1";
    /** An act's options are under 1 kB; the rest is room for long paths. */
    static final int MAX_REQUEST_BYTES = 64 << 10;
    /** A year of one camera's segments at 250 bytes each is 131 MB; longer listings are asked for in parts. */
    static final int MAX_ANSWER_BYTES = 256 << 20;
    /** One part of a file is an init segment or a fragment, and comes whole. */
    static final int MAX_DATA_BYTES = Fragment.MAX_BYTES;

    private static final int FIRST_LINE_BYTES = 4 << 10;
    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(32)
                            .maxNumberLength(40)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final ByteChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(64 << 10).limit(0);

    Wire(ByteChannel channel) {
        this.channel = channel;
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    void send(ObjectNode line) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(line);
        ByteBuffer out = ByteBuffer.allocate(bytes.length + 1).put(bytes).put((byte) '\n');
        sendAll(out.flip());
    }

    /** One part, between position and limit. */
    void sendData(ByteBuffer part) throws IOException {
        if (part.remaining() > MAX_DATA_BYTES) {
            throw new IllegalArgumentException(
                    "part of " + part.remaining() + " bytes (expected: at most " + MAX_DATA_BYTES + ")");
        }
        send(object().put("data", part.remaining()));
        sendAll(part);
    }

    private void sendAll(ByteBuffer out) throws IOException {
        while (out.hasRemaining()) {
            if (channel.write(out) < 0) {
                throw new EOFException("the other side is gone");
            }
        }
    }

    /**
     * The next line.
     *
     * @throws EOFException when there is none
     * @throws WireException when it is too long or no JSON object
     */
    ObjectNode receive(int maxBytes) throws IOException {
        byte[] line = new byte[FIRST_LINE_BYTES];
        int length = 0;
        while (true) {
            if (!in.hasRemaining() && !fill()) {
                throw new EOFException("connection ended after " + length + " bytes of a line");
            }
            byte next = in.get();
            if (next == '\n') {
                break;
            }
            if (length == maxBytes) {
                throw new WireException("line longer than " + maxBytes + " bytes");
            }
            if (length == line.length) {
                line = Arrays.copyOf(line, (int) Math.min(maxBytes, line.length * 2L));
            }
            line[length++] = next;
        }
        try {
            if (JSON.readTree(new String(line, 0, length, StandardCharsets.UTF_8)) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new WireException("not JSON: " + e.getOriginalMessage());
        }
        throw new WireException("not a JSON object");
    }

    /** The bytes announced by {@code {"data":N}}. */
    ByteBuffer receiveData(int length) throws IOException {
        if (length < 0 || length > MAX_DATA_BYTES) {
            throw new WireException("data: " + length + " bytes (expected: 0 to " + MAX_DATA_BYTES + ")");
        }
        ByteBuffer data = ByteBuffer.allocate(length);
        while (data.hasRemaining()) {
            if (!in.hasRemaining() && !fill()) {
                throw new EOFException("connection ended in data");
            }
            int count = Math.min(in.remaining(), data.remaining());
            data.put(in.slice(in.position(), count));
            in.position(in.position() + count);
        }
        return data.flip();
    }

    private boolean fill() throws IOException {
        in.clear();
        int count = channel.read(in);
        in.flip();
        return count > 0;
    }

    /** What came over the socket is not what the protocol allows. */
    static final class WireException extends IOException {
        private static final long serialVersionUID = 1L;

        WireException(String message) {
            super(message);
        }
    }
}
