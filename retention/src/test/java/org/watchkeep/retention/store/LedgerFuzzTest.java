// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.FakeDisk;

/** The reader meets bytes that no ledger wrote: only {@link LedgerException}, and never an entry that was not written. */
class LedgerFuzzTest {
    private static final Path FOLDER = Path.of("/data/ledger");
    private static final String MONTH = "2026-11.ledger";

    private static List<LedgerEntry> entries(int count) {
        List<LedgerEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(LedgerTest.entry(i));
        }
        return entries;
    }

    /** A file of groups of three entries. */
    private static List<byte[]> lines(List<LedgerEntry> entries) {
        List<byte[]> lines = new ArrayList<>();
        lines.add(LedgerLine.encode(new LedgerLine.Header(1, "2026-11", Optional.empty(), 0)));
        long at = lines.get(0).length;
        for (int i = 0; i < entries.size(); i++) {
            OptionalLong commit = i > 0 && i % 3 == 0 ? OptionalLong.of(at) : OptionalLong.empty();
            lines.add(LedgerLine.encode(new LedgerLine.Written(entries.get(i), i, commit)));
            at += lines.get(i + 1).length;
        }
        return lines;
    }

    private static byte[] join(List<byte[]> lines) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        lines.forEach(bytes::writeBytes);
        return bytes.toByteArray();
    }

    /** What is replayed; empty where the ledger is refused. */
    private static Optional<List<LedgerEntry>> read(byte[] bytes) throws IOException {
        FakeDisk disk = new FakeDisk();
        disk.createFolders(FOLDER);
        try (DiskFile file = disk.open(FOLDER.resolve(MONTH), Disk.Mode.WRITE)) {
            file.write(ByteBuffer.wrap(bytes), 0);
        }
        List<LedgerEntry> replayed = new ArrayList<>();
        try {
            new LedgerReplay(disk, FOLDER, replayed::add).run();
            return Optional.of(replayed);
        } catch (LedgerException e) {
            assertThat(e).hasMessageContaining(MONTH).hasMessageContaining("at byte");
            return Optional.empty();
        }
    }

    @Property(tries = 300)
    void open_fileCutAnywhere_replaysTheWholeLines(
            @ForAll @IntRange(max = 12) int count, @ForAll @IntRange(max = 1_000_000) int at) throws IOException {
        List<LedgerEntry> entries = entries(count);
        byte[] whole = join(lines(entries));
        byte[] cut = Arrays.copyOf(whole, at % (whole.length + 1));
        assertThat(read(cut))
                .hasValueSatisfying(replayed -> assertThat(replayed).isEqualTo(entries.subList(0, replayed.size())));
    }

    @Property(tries = 500)
    void open_bitsFlipped_replaysAPrefixOrRefuses(
            @ForAll @IntRange(min = 1, max = 12) int count, @ForAll @Size(min = 1, max = 4) List<Integer> flips)
            throws IOException {
        List<LedgerEntry> entries = entries(count);
        byte[] bytes = join(lines(entries));
        for (int flip : flips) {
            bytes[Math.floorMod(flip, bytes.length)] ^= (byte) (1 << Math.floorMod(flip / 7, 8));
        }
        read(bytes).ifPresent(replayed -> assertThat(replayed).isEqualTo(entries.subList(0, replayed.size())));
    }

    @Property(tries = 500)
    void open_linesDroppedDoubledOrShuffled_inventsNothing(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        List<LedgerEntry> entries = entries(12);
        List<byte[]> lines = new ArrayList<>(lines(entries));
        for (int i = 0; i <= random.nextInt(3); i++) {
            int at = random.nextInt(lines.size());
            switch (random.nextInt(3)) {
                case 0 -> lines.remove(at);
                case 1 -> lines.add(random.nextInt(lines.size()), lines.get(at));
                default -> lines.add(random.nextInt(lines.size()), lines.remove(at));
            }
        }
        read(join(lines))
                .ifPresent(replayed -> assertThat(new HashSet<>(entries)).containsAll(replayed));
    }

    @Property(tries = 500)
    void open_stretchOfNonsense_replaysAPrefixOrRefuses(
            @ForAll @IntRange(max = 1_000_000) int at, @ForAll byte[] nonsense) throws IOException {
        List<LedgerEntry> entries = entries(12);
        byte[] bytes = join(lines(entries));
        int from = at % bytes.length;
        int size = Math.min(nonsense.length, bytes.length - from);
        System.arraycopy(nonsense, 0, bytes, from, size);
        read(bytes).ifPresent(replayed -> assertThat(replayed).isEqualTo(entries.subList(0, replayed.size())));
    }

    @Property(tries = 300)
    void open_onlyNonsense_replaysNothing(@ForAll byte[] nonsense) throws IOException {
        assertThat(read(nonsense).orElse(List.of())).isEmpty();
    }

    @Property(tries = 500)
    void decode_anyJsonWithARightChecksum_isReadOrTyped(@ForAll String json) {
        byte[] framed = framed(json);
        assertThat(LedgerLine.isWhole(framed)).isTrue();
        decodeOrTyped(framed);
    }

    @Property(tries = 1_000)
    void decode_entryWithAFieldReplaced_isReadOrTyped(@ForAll long seed) {
        Random random = new Random(seed);
        String[] values = {
            "null", "-1", "1.5", "1e99", "\"x\"", "\"\"", "[]", "{}", "true", "99999999999999999999", "{\"a\":[1]}"
        };
        String json = ("{\"at\":1,\"commit\":2,\"entry\":\"gap-opened\",\"gap\":3,\"stream\":4,\"fromUtcMicros\":5,"
                + "\"fromMonoNanos\":6,\"bootId\":\"b\",\"cause\":\"no-media\",\"detail\":\"d\"}");
        String[] fields = json.split(",", -1);
        int at = random.nextInt(fields.length);
        String name = fields[at].substring(0, fields[at].indexOf(':') + 1);
        String end = at == fields.length - 1 ? "}" : "";
        fields[at] = random.nextInt(5) == 0 ? "\"more\":1" + end : name + values[random.nextInt(values.length)] + end;
        decodeOrTyped(framed(String.join(",", fields)));
    }

    @Property(tries = 300)
    void decode_everyKindOfEntry_isTheSameByTheShortcut(
            @ForAll @IntRange(max = 10_000) int seed, @ForAll long atUtcMicros, @ForAll @IntRange int commit) {
        OptionalLong offset = commit < 0 ? OptionalLong.empty() : OptionalLong.of(commit);
        byte[] line = LedgerLine.encode(new LedgerLine.Written(LedgerTest.entry(seed), atUtcMicros, offset));
        decodeOrTyped(Arrays.copyOf(line, line.length - 1));
    }

    private static byte[] framed(String json) {
        byte[] body = json.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(body);
        byte[] head = String.format("%08x ", crc.getValue()).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] line = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, line, head.length, body.length);
        return line;
    }

    private static void decodeOrTyped(byte[] line) {
        LedgerLine.Written shortcut = LedgerShortcut.read(line, 9);
        try {
            assertThat(shortcut).isIn(null, LedgerLine.decodeJson(line));
            assertThat(LedgerLine.decode(line)).isEqualTo(LedgerLine.decodeJson(line));
        } catch (LedgerLine.UnreadableLineException e) {
            assertThat(shortcut).isNull();
            assertThat(e).hasMessageContaining("expected");
        }
    }
}
