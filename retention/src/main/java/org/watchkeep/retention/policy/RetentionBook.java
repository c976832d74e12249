// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.policy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/**
 * The retention clock as it is written down, each minute and when an epoch is opened: {@code retention.clock}, one line.
 *
 * <pre>
 *   3f8a01bc {"version":1,"clock":{"elapsedMicros":...},"stamps":{"17":...},"marks":{"ordinary":{...}}}
 *   crc32c   JSON, UTF-8                                                                             LF
 * </pre>
 *
 * Written beside, synced and renamed: a power cut leaves the one before or this one. Confined to the keeper's thread.
 */
public final class RetentionBook {
    public static final String FILE = "retention.clock";
    static final int VERSION = 1;

    /** 32 classes of 366 days of epochs, each some 30 bytes: 9 MB. */
    static final int MAX_BYTES = 16 << 20;

    private static final int CRC_DIGITS = 8;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    /**
     * What is written down. Immutable.
     *
     * @param stamps of the clock, by number of the epoch that was opened then
     * @param marks how far each class had been erased
     */
    public record Content(
            int version, RetentionClock.State clock, Map<Long, Long> stamps, Map<String, Brake.Mark> marks) {
        public Content {
            stamps = Map.copyOf(stamps);
            marks = Map.copyOf(marks);
        }

        public Content(RetentionClock.State clock, Map<Long, Long> stamps, Map<String, Brake.Mark> marks) {
            this(VERSION, clock, stamps, marks);
        }
    }

    private final Disk disk;
    private final Path file;

    public RetentionBook(Disk disk, Path folder) {
        this.disk = disk;
        this.file = folder.resolve(FILE);
    }

    /** What was written last; empty where nothing was, or what stands there is not what was written. */
    public Optional<Content> read() throws IOException {
        if (!disk.exists(file)) {
            return Optional.empty();
        }
        try (DiskFile open = disk.open(file, Disk.Mode.READ)) {
            long size = open.size();
            if (size > MAX_BYTES) {
                throw new IOException(file + ": " + size + " bytes (expected: at most " + MAX_BYTES + ")");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            open.read(bytes, 0);
            return parse(Arrays.copyOf(bytes.array(), bytes.position()));
        }
    }

    /** Durable on return. */
    public void write(Content content) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException("not in a folder: " + file);
        }
        Path temporary = folder.resolve(FILE + ".new");
        if (disk.exists(temporary)) {
            disk.delete(temporary);
        }
        try (DiskFile open = disk.open(temporary, Disk.Mode.WRITE)) {
            open.write(ByteBuffer.wrap(encode(content)), 0);
            open.sync();
        }
        disk.rename(temporary, file);
        disk.syncFolder(folder);
    }

    static byte[] encode(Content content) throws IOException {
        Content sorted = new Content(content.version, content.clock, content.stamps, content.marks);
        byte[] body = JSON.writeValueAsBytes(Map.of(
                "version",
                sorted.version,
                "clock",
                sorted.clock,
                "stamps",
                new TreeMap<>(sorted.stamps),
                "marks",
                new TreeMap<>(sorted.marks)));
        return ByteBuffer.allocate(CRC_DIGITS + 1 + body.length + 1)
                .put(crc(body))
                .put((byte) ' ')
                .put(body)
                .put((byte) '\n')
                .array();
    }

    /**
     * Reads it back; empty where it is damaged.
     *
     * @throws IOException when a newer version wrote it
     */
    static Optional<Content> parse(byte[] line) throws IOException {
        if (line.length < CRC_DIGITS + 2 || line[CRC_DIGITS] != ' ' || line[line.length - 1] != '\n') {
            return Optional.empty();
        }
        byte[] body = Arrays.copyOfRange(line, CRC_DIGITS + 1, line.length - 1);
        if (!Arrays.equals(crc(body), Arrays.copyOf(line, CRC_DIGITS))) {
            return Optional.empty();
        }
        try {
            int version = JSON.readTree(body).path("version").asInt();
            if (version != VERSION) {
                throw new IOException(FILE + ": format version " + version + " (expected: " + VERSION
                        + "; a newer Watchkeep wrote it)");
            }
            return Optional.of(JSON.readValue(body, Content.class));
        } catch (JsonProcessingException e) {
            throw new IOException(
                    FILE + ": not what this version writes: " + new String(body, 0, Math.min(80, body.length), UTF_8),
                    e);
        }
    }

    private static byte[] crc(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(body);
        return HexFormat.of().toHexDigits((int) crc.getValue()).getBytes(US_ASCII);
    }
}
