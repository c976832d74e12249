// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * A line of the ledger, as bytes and back.
 *
 * <pre>
 *   3f8a01bc {"ledger":1,"month":"2026-11","after":"2026-10","afterBytes":80123}          first line of a file
 *   90d24ef1 {"at":1795946400000000,"commit":73,"entry":"gap-opened","gap":9, ...}        an entry
 *   |      | |                                                                 |
 *   crc32c   JSON, one object, UTF-8, no line feed inside                      LF
 * </pre>
 *
 * {@code commit} stands in the first entry of each group commit but a file's first, and is the line's own offset:
 * everything before it was durable when it was written. So a reader can tell a torn tail, which was never acknowledged,
 * from damage. Stateless.
 */
final class LedgerLine {
    /** Raised with every new kind of entry or field: an older version must not run past what it cannot read. */
    static final int FORMAT_VERSION = 5;

    /**
     * Entries are under 2 kB but for texts of {@link LedgerEntry#MAX_TEXT}, twice over in escapes of six bytes, and those of
     * holds: ASCII, each character at most two bytes.
     */
    static final int MAX_BYTES = 128 << 10;

    private static final int CRC_DIGITS = 8;

    private static final String VERSION = "ledger";
    private static final String MONTH = "month";
    private static final String AFTER = "after";
    private static final String AFTER_BYTES = "afterBytes";
    private static final String AT = "at";
    private static final String COMMIT = "commit";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .addModule(new SimpleModule()
                    .addSerializer(StreamId.class, ToStringSerializer.instance)
                    .addSerializer(GapCause.class, ToStringSerializer.instance)
                    .addDeserializer(StreamId.class, new StreamIdReader())
                    .addDeserializer(GapCause.class, new GapCauseReader()))
            .build();

    /** What a line says. */
    sealed interface Content {}

    /**
     * @param after the month of the file before this one; empty in the first file
     * @param afterBytes length of the file before this one
     */
    record Header(int version, String month, Optional<String> after, long afterBytes) implements Content {}

    /** @param commit the line's own offset, where it begins a group commit */
    record Written(LedgerEntry entry, long atUtcMicros, OptionalLong commit) implements Content {}

    /** The CRC is right and the content is not: a newer version's, or not a ledger's. */
    static final class UnreadableLineException extends Exception {
        private static final long serialVersionUID = 1L;

        UnreadableLineException(String message) {
            super(message);
        }

        UnreadableLineException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private LedgerLine() {}

    static byte[] encode(Header header) {
        ObjectNode json = JSON.createObjectNode();
        json.put(VERSION, header.version());
        json.put(MONTH, header.month());
        header.after().ifPresent(after -> json.put(AFTER, after).put(AFTER_BYTES, header.afterBytes()));
        return frame(json);
    }

    static byte[] encode(Written written) {
        ObjectNode json = JSON.createObjectNode();
        json.put(AT, written.atUtcMicros());
        written.commit().ifPresent(commit -> json.put(COMMIT, commit));
        json.setAll(JSON.<ObjectNode>valueToTree(written.entry()));
        return frame(json);
    }

    private static byte[] frame(ObjectNode json) {
        byte[] body = json.toString().getBytes(UTF_8);
        byte[] line = new byte[CRC_DIGITS + 1 + body.length + 1];
        byte[] crc = crc(body, 0, body.length);
        System.arraycopy(crc, 0, line, 0, CRC_DIGITS);
        line[CRC_DIGITS] = ' ';
        System.arraycopy(body, 0, line, CRC_DIGITS + 1, body.length);
        line[line.length - 1] = '\n';
        return line;
    }

    private static byte[] crc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return HexFormat.of().toHexDigits((int) crc.getValue()).getBytes(US_ASCII);
    }

    /** Whether a line, without its line feed, is as it was written. */
    static boolean isWhole(byte[] line) {
        if (line.length <= CRC_DIGITS || line[CRC_DIGITS] != ' ') {
            return false;
        }
        CRC32C crc = new CRC32C();
        crc.update(line, CRC_DIGITS + 1, line.length - CRC_DIGITS - 1);
        int value = (int) crc.getValue();
        for (int i = 0; i < CRC_DIGITS; i++) {
            if (line[i] != Character.forDigit(value >>> (28 - 4 * i) & 0xF, 16)) {
                return false;
            }
        }
        return true;
    }

    /** Reads a whole line, without its line feed. */
    static Content decode(byte[] line) throws UnreadableLineException {
        Written plain = LedgerShortcut.read(line, CRC_DIGITS + 1);
        return plain != null ? plain : decodeJson(line);
    }

    /** The same of any line, also of what {@link LedgerShortcut} passes by. */
    static Content decodeJson(byte[] line) throws UnreadableLineException {
        String body = new String(line, CRC_DIGITS + 1, line.length - CRC_DIGITS - 1, UTF_8);
        try {
            if (!(JSON.readTree(body) instanceof ObjectNode json)) {
                throw new UnreadableLineException("ledger line: " + shortened(body) + " (expected: a JSON object)");
            }
            return json.has(VERSION) ? header(json) : written(json);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new UnreadableLineException(
                    "ledger line: " + shortened(body) + " (expected: an entry of format " + FORMAT_VERSION + ")", e);
        }
    }

    private static Header header(ObjectNode json) throws UnreadableLineException {
        if (!json.get(VERSION).canConvertToInt() || !json.path(MONTH).isTextual()) {
            throw new UnreadableLineException(
                    "ledger header: " + shortened(json.toString()) + " (expected: " + VERSION + " and " + MONTH + ")");
        }
        int version = json.get(VERSION).intValue();
        if (version < 1 || version > FORMAT_VERSION) {
            throw new UnreadableLineException(
                    "ledger format version: " + version + " (expected: 1 to " + FORMAT_VERSION + ")");
        }
        Optional<String> after =
                json.path(AFTER).isTextual() ? Optional.of(json.get(AFTER).textValue()) : Optional.empty();
        return new Header(
                version,
                json.get(MONTH).textValue(),
                after,
                json.path(AFTER_BYTES).asLong(0));
    }

    private static Written written(ObjectNode json) throws JsonProcessingException, UnreadableLineException {
        boolean hasCommit = json.has(COMMIT);
        if (!json.path(AT).canConvertToLong() || (hasCommit && !json.get(COMMIT).canConvertToLong())) {
            throw new UnreadableLineException("ledger line: " + shortened(json.toString())
                    + " (expected: whole numbers in " + AT + ", " + COMMIT + ")");
        }
        long at = json.remove(AT).longValue();
        OptionalLong commit = hasCommit ? OptionalLong.of(json.remove(COMMIT).longValue()) : OptionalLong.empty();
        return new Written(JSON.treeToValue(json, LedgerEntry.class), at, commit);
    }

    private static String shortened(String text) {
        return text.length() <= 120 ? text : text.substring(0, 120) + "…";
    }

    private static final class StreamIdReader extends FromStringDeserializer<StreamId> {
        private static final long serialVersionUID = 1L;

        StreamIdReader() {
            super(StreamId.class);
        }

        @Override
        protected StreamId _deserialize(String text, DeserializationContext context) {
            return StreamId.parse(text);
        }
    }

    private static final class GapCauseReader extends FromStringDeserializer<GapCause> {
        private static final long serialVersionUID = 1L;

        GapCauseReader() {
            super(GapCause.class);
        }

        @Override
        protected GapCause _deserialize(String text, DeserializationContext context) throws IOException {
            return GapCause.ofCode(text)
                    .orElseThrow(() -> context.weirdStringException(text, GapCause.class, "not a known gap cause"));
        }
    }
}
