// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/**
 * The open tail of a trail: entries behind the last full bundle, one a line (audit.md 5). Confined to the trail's writer.
 *
 * <pre>
 *   watchkeep-trail-journal 1 &lt;first index&gt; &lt;prev&gt;
 *   &lt;CRC32C of the rest of the line&gt; &lt;index of the first entry of its commit&gt; &lt;entry&gt;
 * </pre>
 */
final class Journal {
    static final int VERSION = 1;

    /** Two bundles of the largest entries: one that waits to be written, and a commit. */
    static final int MAX_BYTES = 64 << 20;

    private static final String MAGIC = "watchkeep-trail-journal";
    private static final int CRC_DIGITS = 8;

    private final TrailFiles files;
    private final long first;
    private @Nullable DiskFile file;
    private long end;

    /**
     * What a journal says.
     *
     * @param entries that follow each other soundly
     * @param tornBytes behind them, that nobody was told of
     */
    record Content(long first, Hash prev, List<byte[]> entries, long soundBytes, long tornBytes) {}

    private Journal(TrailFiles files, long first, long end) {
        this.files = files;
        this.first = first;
        this.end = end;
    }

    /** Writes a journal of these entries, over one that may be there. */
    static Journal write(TrailFiles files, long first, Hash prev, List<byte[]> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes((MAGIC + " " + VERSION + " " + first + " " + prev + "\n").getBytes(US_ASCII));
        bytes.writeBytes(lines(entries, first));
        files.write(files.journal(first), bytes.toByteArray());
        return new Journal(files, first, bytes.size());
    }

    /** Goes on behind what was read. */
    static Journal resume(TrailFiles files, Content content) {
        return new Journal(files, content.first(), content.soundBytes());
    }

    long first() {
        return first;
    }

    /** Appends a commit; durable on return. */
    void commit(List<byte[]> entries, long firstIndex) throws IOException {
        DiskFile open = file;
        if (open == null) {
            open = files.disk().open(files.journal(first), Disk.Mode.WRITE);
            file = open;
        }
        byte[] lines = lines(entries, firstIndex);
        open.write(ByteBuffer.wrap(lines), end);
        open.sync();
        end += lines.length;
    }

    void close() throws IOException {
        DiskFile open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }

    private static byte[] lines(List<byte[]> entries, long firstIndex) {
        byte[] commit = (" " + firstIndex + " ").getBytes(US_ASCII);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(entries.size() * 512);
        for (byte[] entry : entries) {
            CRC32C crc = new CRC32C();
            crc.update(commit, 1, commit.length - 1);
            crc.update(entry);
            bytes.writeBytes(
                    HexFormat.of().toHexDigits(crc.getValue(), CRC_DIGITS).getBytes(US_ASCII));
            bytes.writeBytes(commit);
            bytes.writeBytes(entry);
            bytes.write('\n');
        }
        return bytes.toByteArray();
    }

    /**
     * Reads one.
     *
     * @throws DamagedTrailException where bytes are bad that had been durable
     */
    static Content read(TrailFiles files, long first) throws IOException {
        Path path = files.journal(first);
        byte[] bytes = files.read(path, MAX_BYTES);
        int headEnd = endOfLine(bytes, 0);
        Hash prev = head(path, new String(bytes, 0, Math.max(0, headEnd), US_ASCII), first);
        return new Reading(path, bytes, first, prev).run(headEnd + 1);
    }

    private static Hash head(Path path, String line, long first) throws DamagedTrailException {
        String[] words = line.split(" ", -1);
        if (words.length > 1 && words[0].equals(MAGIC) && !words[1].equals(Integer.toString(VERSION))) {
            throw new DamagedTrailException(
                    path + ": format version " + words[1] + " (expected: " + VERSION + "; a newer Watchkeep wrote it)");
        }
        try {
            Hash prev = Hash.parse(words.length == 4 ? words[3] : "");
            if (line.equals(MAGIC + " " + VERSION + " " + first + " " + prev)) {
                return prev;
            }
        } catch (IllegalArgumentException e) {
            throw new DamagedTrailException(path + ": first line: " + line, e);
        }
        throw new DamagedTrailException(
                path + ": first line: " + line + " (expected: " + MAGIC + ", index " + first + ")");
    }

    private static int endOfLine(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    /** One reading of the lines behind the first. */
    private static final class Reading {
        private final Path path;
        private final byte[] bytes;
        private final long first;
        private final Hash prev;
        private final List<byte[]> entries = new ArrayList<>();
        private final EntryScanner scanner = new EntryScanner();
        private Hash last;

        Reading(Path path, byte[] bytes, long first, Hash prev) {
            this.path = path;
            this.bytes = bytes;
            this.first = first;
            this.prev = prev;
            this.last = prev;
        }

        Content run(int from) throws DamagedTrailException {
            int sound = from;
            boolean isTorn = false;
            for (int at = from; at < bytes.length; ) {
                int end = endOfLine(bytes, at);
                boolean isWhole = end >= 0 && isWhole(at, end);
                if (isWhole && isTorn) {
                    checkSameCommit(at, end, sound);
                } else if (isWhole) {
                    take(at, end);
                    sound = end + 1;
                } else {
                    isTorn = true;
                }
                at = end < 0 ? bytes.length : end + 1;
            }
            return new Content(first, prev, entries, sound, (long) bytes.length - sound);
        }

        private boolean isWhole(int at, int end) {
            int space = at + CRC_DIGITS;
            if (end <= space + 1 || bytes[space] != ' ') {
                return false;
            }
            CRC32C crc = new CRC32C();
            crc.update(bytes, space + 1, end - space - 1);
            byte[] expected =
                    HexFormat.of().toHexDigits(crc.getValue(), CRC_DIGITS).getBytes(US_ASCII);
            return Arrays.equals(expected, 0, CRC_DIGITS, bytes, at, space) && secondSpace(at, end) > 0;
        }

        private int secondSpace(int at, int end) {
            for (int i = at + CRC_DIGITS + 1; i < end; i++) {
                if (bytes[i] == ' ') {
                    return i;
                }
            }
            return -1;
        }

        private long commitOf(int at, int end) throws DamagedTrailException {
            int from = at + CRC_DIGITS + 1;
            String number = new String(bytes, from, secondSpace(at, end) - from, US_ASCII);
            try {
                return Long.parseLong(number);
            } catch (NumberFormatException e) {
                throw new DamagedTrailException(path + " byte " + at + ": commit " + number, e);
            }
        }

        /** Behind bad bytes: a later commit's line says that the bad bytes had been synced. */
        private void checkSameCommit(int at, int end, int bad) throws DamagedTrailException {
            if (commitOf(at, end) > first + entries.size()) {
                throw new DamagedTrailException(
                        path + ": damaged at byte " + bad + ", entry " + (first + entries.size())
                                + " (expected: whole up to byte " + at + ", which was synced later)");
            }
        }

        /** A whole line whose entry does not follow is no torn write: somebody changed it. */
        private void take(int at, int end) throws DamagedTrailException {
            int from = secondSpace(at, end) + 1;
            scanner.scan(bytes, from, end - from);
            long expected = first + entries.size();
            long commit = commitOf(at, end);
            if (scanner.index() != expected || !scanner.prev().equals(last) || commit > expected || commit < first) {
                throw new DamagedTrailException(path + ": entry " + scanner.index() + " after " + scanner.prev()
                        + " (expected: entry " + expected + " after " + last + ")");
            }
            byte[] entry = Arrays.copyOfRange(bytes, from, end);
            entries.add(entry);
            last = Merkle.leaf(entry);
        }
    }
}
