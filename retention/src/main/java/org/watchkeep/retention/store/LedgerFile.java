// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/**
 * Reads one month's file of the ledger line by line, in memory bounded by {@link LedgerLine#MAX_BYTES}. Confined to the
 * thread that opens the ledger.
 */
final class LedgerFile implements Closeable {
    /** Large enough that a month of entries is a few hundred reads. */
    private static final int BUFFER_BYTES = 64 << 10;

    /**
     * A line and where it begins and ends.
     *
     * @param whole the line as written, without its line feed; empty where the bytes are no whole line
     */
    record Line(long offset, long end, Optional<Bytes> whole) {}

    /** The bytes of a line: a record must not hold a bare array. */
    static final class Bytes {
        private final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        LedgerLine.Content decode(Path path, long offset) throws LedgerException {
            try {
                return LedgerLine.decode(bytes);
            } catch (LedgerLine.UnreadableLineException e) {
                throw new LedgerException(path, offset, String.valueOf(e.getMessage()), e);
            }
        }
    }

    private final DiskFile file;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int limit;
    private long position;

    LedgerFile(Disk disk, Path path) throws IOException {
        this.file = disk.open(path, Disk.Mode.READ);
    }

    /** The next line, whole or not; null at the end of the file. */
    @Nullable
    Line next() throws IOException {
        ByteArrayOutputStream before = null;
        long offset = position;
        while (true) {
            if (at == limit && !refill()) {
                return position == offset ? null : new Line(offset, position, Optional.empty());
            }
            int end = endOfLine();
            if (end < limit && before == null) {
                return line(offset, end, Arrays.copyOfRange(buffer, at, end));
            }
            before = before == null ? new ByteArrayOutputStream(256) : before;
            // One byte past the limit marks the line as too long; the rest is skipped, not kept.
            before.write(buffer, at, Math.max(0, Math.min(end - at, LedgerLine.MAX_BYTES + 1 - before.size())));
            if (end < limit) {
                return line(offset, end, before.toByteArray());
            }
            position += end - at;
            at = end;
        }
    }

    /** Where the line feed stands; the limit where there is none yet. */
    private int endOfLine() {
        int end = at;
        while (end < limit && buffer[end] != '\n') {
            end++;
        }
        return end;
    }

    private Line line(long offset, int end, byte[] bytes) {
        position += end + 1 - at;
        at = end + 1;
        boolean isWhole = bytes.length <= LedgerLine.MAX_BYTES && LedgerLine.isWhole(bytes);
        return new Line(offset, position, isWhole ? Optional.of(new Bytes(bytes)) : Optional.empty());
    }

    private boolean refill() throws IOException {
        at = 0;
        limit = file.read(ByteBuffer.wrap(buffer), position);
        return limit > 0;
    }

    /**
     * How many bytes from the start may be relied on: all whole lines up to the first that is not, provided that nothing
     * behind it says that it had been durable.
     *
     * @throws LedgerException where a line is damaged that had been durable
     */
    static long soundBytes(Disk disk, Path path) throws IOException {
        long firstBad = -1;
        long end = 0;
        try (LedgerFile file = new LedgerFile(disk, path)) {
            for (Line line = file.next(); line != null; line = file.next()) {
                if (line.whole().isEmpty()) {
                    firstBad = firstBad < 0 ? line.offset() : firstBad;
                    continue;
                }
                if (firstBad < 0) {
                    // What a sound line says is not asked here: a month has millions, and all are read again after
                    // this.
                    end = line.end();
                } else if (line.whole().get().decode(path, line.offset()) instanceof LedgerLine.Written written
                        && written.commit().isPresent()) {
                    throw new LedgerException(
                            path,
                            firstBad,
                            "damaged line (expected: whole up to byte " + line.offset() + ", which had been synced)");
                }
            }
        }
        return end;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
