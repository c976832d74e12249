// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
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
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
    private long position;

    LedgerFile(Disk disk, Path path) throws IOException {
        this.file = disk.open(path, Disk.Mode.READ);
    }

    /** The next line, whole or not; null at the end of the file. */
    @Nullable
    Line next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        long offset = position;
        while (true) {
            if (!buffer.hasRemaining() && !refill()) {
                return position == offset ? null : new Line(offset, position, Optional.empty());
            }
            byte next = buffer.get();
            position++;
            if (next == '\n') {
                return new Line(offset, position, wholeOf(line));
            }
            // One byte past the limit marks the line as too long; the rest is skipped, not kept.
            if (line.size() <= LedgerLine.MAX_BYTES) {
                line.write(next);
            }
        }
    }

    private static Optional<Bytes> wholeOf(ByteArrayOutputStream line) {
        if (line.size() > LedgerLine.MAX_BYTES) {
            return Optional.empty();
        }
        byte[] bytes = line.toByteArray();
        return LedgerLine.isWhole(bytes) ? Optional.of(new Bytes(bytes)) : Optional.empty();
    }

    private boolean refill() throws IOException {
        buffer.clear();
        int size = file.read(buffer, position);
        buffer.flip();
        return size > 0;
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
