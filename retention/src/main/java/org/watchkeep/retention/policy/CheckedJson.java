// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
     * @param version that this program writes
     * @param mostBytes of the file
     * @param older makes what an older version wrote, with its members, what this one would have written but for the
     *     version; false where there was no such version
     */
    public record Form<T>(String file, int version, Class<T> type, int mostBytes, Older older) {
        /** Of which there is one version only. */
        public Form(String file, int version, Class<T> type, int mostBytes) {
            this(file, version, type, mostBytes, (members, found) -> false);
        }

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
                JsonNode members = JSON.readTree(body);
                int found = members.path("version").asInt();
                if (found == version) {
                    return Optional.of(JSON.readValue(body, type));
                }
                if (found < version && members instanceof ObjectNode old && older.bring(old, found)) {
                    old.put("version", version);
                    return Optional.of(JSON.treeToValue(old, type));
                }
                String why = found > version ? "; a newer Watchkeep wrote it)" : ")";
                throw new IOException(file + ": format version " + found + " (expected: " + version + why);
            } catch (JsonProcessingException e) {
                String start = new String(body, 0, Math.min(SHOWN_BYTES, body.length), UTF_8);
                throw new IOException(file + ": not what this version writes: " + start, e);
            }
        }
    }

    /** Reads what older versions wrote. */
    @FunctionalInterface
    public interface Older {
        boolean bring(ObjectNode members, int version);
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
