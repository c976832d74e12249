// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.watchkeep.retention.disk.CheckedLine;
import org.watchkeep.retention.disk.Disk;

/**
 * A record kept in a file of its own and written anew as a whole: a {@link CheckedLine} of JSON, whose member
 * {@code version} is that of its format. Confined to one thread at a time.
 *
 * @param <T> a record whose first component is {@code int version}
 */
public final class CheckedJson<T> {
    /** Bytes of a line that a message shows. */
    private static final int SHOWN_BYTES = 80;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private final CheckedLine line;
    private final Form<T> form;

    /**
     * How it is written.
     *
     * @param file its name
     * @param version that this program writes, and the only one it reads
     * @param mostBytes of the file
     */
    public record Form<T>(String file, int version, Class<T> type, int mostBytes) {
        /** The line of this content. */
        public byte[] encode(T content) throws IOException {
            return CheckedLine.encode(JSON.writeValueAsBytes(content));
        }

        /**
         * Reads a line back; empty where it is damaged.
         *
         * @throws IOException when a newer version wrote it
         */
        public Optional<T> parse(byte[] line) throws IOException {
            Optional<byte[]> checked = CheckedLine.body(line);
            if (checked.isEmpty()) {
                return Optional.empty();
            }
            byte[] body = checked.get();
            try {
                int found = JSON.readTree(body).path("version").asInt();
                if (found != version) {
                    throw new IOException(file + ": format version " + found + " (expected: " + version
                            + "; a newer Watchkeep wrote it)");
                }
                return Optional.of(JSON.readValue(body, type));
            } catch (JsonProcessingException e) {
                String start = new String(body, 0, Math.min(SHOWN_BYTES, body.length), UTF_8);
                throw new IOException(file + ": not what this version writes: " + start, e);
            }
        }
    }

    public CheckedJson(Disk disk, Path folder, Form<T> form) {
        this.line = new CheckedLine(disk, folder.resolve(form.file), form.mostBytes);
        this.form = form;
    }

    /** What was written last; empty where nothing was, or what stands there is not what was written. */
    public Optional<T> read() throws IOException {
        Optional<byte[]> written = line.read();
        return written.isEmpty() ? Optional.empty() : form.parse(written.get());
    }

    /** Durable on return. */
    public void write(T content) throws IOException {
        line.write(JSON.writeValueAsBytes(content));
    }
}
