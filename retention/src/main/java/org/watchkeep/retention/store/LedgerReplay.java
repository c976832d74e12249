// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/**
 * Reads the ledger's folder at start: checks that no month is missing, cuts the torn tail a stop left, and hands every
 * entry on in order. Confined to the thread that opens the ledger.
 *
 * <p>Only the newest file can have a torn tail: a new file is begun when all lines of the one before are durable. The
 * tail is cut by writing the sound part beside it and renaming; a power cut leaves the old file or the new. What is cut
 * is put aside in a {@code .cut} file: a torn tail and damage to a file's last commit look alike.
 */
final class LedgerReplay {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerReplay.class);

    private static final String SUFFIX = ".ledger";
    private static final String TEMP = ".tmp";
    private static final String CUT = ".cut-";
    private static final Pattern NAME = Pattern.compile("\\d{4}-\\d{2}\\.ledger");
    private static final int COPY_BYTES = 64 << 10;

    /** Where writing goes on: the newest month and its length. */
    record End(String month, long bytes) {}

    private final Disk disk;
    private final Path folder;
    private final Consumer<LedgerEntry> replay;

    LedgerReplay(Disk disk, Path folder, Consumer<LedgerEntry> replay) {
        this.disk = disk;
        this.folder = folder;
        this.replay = replay;
    }

    static Path path(Path folder, String month) {
        return folder.resolve(month + SUFFIX);
    }

    /** The newest file that is left; empty where there is none. Everything replayed is durable before this returns. */
    Optional<End> run() throws IOException {
        deleteTemporaries();
        List<String> months = months(disk, folder);
        Optional<End> end = Optional.empty();
        for (int i = 0; i < months.size(); i++) {
            boolean isNewest = i == months.size() - 1;
            Optional<End> next = isNewest ? readNewest(months.get(i), end) : Optional.of(read(months.get(i), end));
            end = next.isPresent() ? next : end;
        }
        disk.syncFolder(folder);
        return end;
    }

    /** Oldest first. */
    private static List<String> months(Disk disk, Path folder) throws IOException {
        return disk.list(folder).stream()
                .filter(name -> NAME.matcher(name).matches())
                .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                .sorted()
                .toList();
    }

    /** Reads what is durable while the ledger is open: the newest file may end in a line that is being written. */
    static void look(Disk disk, Path folder, Consumer<LedgerLine.Written> visitor) throws IOException {
        List<String> months = months(disk, folder);
        for (String month : months) {
            boolean isNewest = month.equals(months.get(months.size() - 1));
            Path path = path(folder, month);
            try (LedgerFile file = new LedgerFile(disk, path)) {
                for (LedgerFile.Line line = file.next(); line != null; line = file.next()) {
                    if (isNewest && line.whole().isEmpty()) {
                        return;
                    }
                    LedgerLine.Content content = line.whole()
                            .orElseThrow(lineDamaged(path, line.offset()))
                            .decode(path, line.offset());
                    if (content instanceof LedgerLine.Written written) {
                        visitor.accept(written);
                    }
                }
            }
        }
    }

    private void deleteTemporaries() throws IOException {
        for (String name : disk.list(folder)) {
            if (name.endsWith(SUFFIX + TEMP)) {
                disk.delete(folder.resolve(name));
            }
        }
    }

    private Optional<End> readNewest(String month, Optional<End> before) throws IOException {
        Path path = path(folder, month);
        long sound = LedgerFile.soundBytes(disk, path);
        long size = size(path);
        if (sound < size) {
            Path aside = freeName(path, sound);
            LOG.warn("ledger {}: {} torn bytes behind byte {} are put aside in {}", path, size - sound, sound, aside);
            copy(path, sound, size, aside);
        }
        if (sound == 0) {
            disk.syncFolder(folder);
            disk.delete(path);
            return Optional.empty();
        }
        if (sound < size) {
            Path temp = path.resolveSibling(path.getFileName() + TEMP);
            copy(path, 0, sound, temp);
            disk.rename(temp, path);
            disk.syncFolder(folder);
        }
        // After a killed process the newest lines may stand in the page cache only; what is replayed must not vanish.
        try (DiskFile file = disk.open(path, Disk.Mode.WRITE)) {
            file.sync();
        }
        return Optional.of(read(month, before));
    }

    private Path freeName(Path path, long offset) throws IOException {
        Path name = path.resolveSibling(path.getFileName() + CUT + offset);
        for (int n = 2; disk.exists(name); n++) {
            name = path.resolveSibling(path.getFileName() + CUT + offset + "-" + n);
        }
        return name;
    }

    private long size(Path path) throws IOException {
        try (DiskFile file = disk.open(path, Disk.Mode.READ)) {
            return file.size();
        }
    }

    private void copy(Path source, long begin, long end, Path target) throws IOException {
        try (DiskFile from = disk.open(source, Disk.Mode.READ);
                DiskFile to = disk.open(target, Disk.Mode.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
            for (long at = begin; at < end; at += buffer.limit()) {
                buffer.clear().limit((int) Math.min(COPY_BYTES, end - at));
                if (from.read(buffer, at) != buffer.limit()) {
                    throw new LedgerException(source, at, "file ended while being read (expected: " + end + " bytes)");
                }
                to.write(buffer.flip(), at - begin);
            }
            to.sync();
        }
    }

    private End read(String month, Optional<End> before) throws IOException {
        Path path = path(folder, month);
        long end = 0;
        try (LedgerFile file = new LedgerFile(disk, path)) {
            for (LedgerFile.Line line = file.next(); line != null; line = file.next()) {
                LedgerLine.Content content = line.whole()
                        .orElseThrow(lineDamaged(path, line.offset()))
                        .decode(path, line.offset());
                if (content instanceof LedgerLine.Header header) {
                    checkHeader(header, path, line.offset(), month, before);
                } else if (content instanceof LedgerLine.Written written) {
                    checkPlace(written, path, line.offset());
                    replay.accept(written.entry());
                }
                end = line.end();
            }
        }
        if (end == 0) {
            throw new LedgerException(path, 0, "empty file (expected: a ledger header)");
        }
        return new End(month, end);
    }

    private static Supplier<LedgerException> lineDamaged(Path path, long offset) {
        return () -> new LedgerException(path, offset, "damaged line (expected: crc32c, space, JSON, line feed)");
    }

    private static void checkHeader(
            LedgerLine.Header header, Path path, long offset, String month, Optional<End> before)
            throws LedgerException {
        if (offset != 0 || !header.month().equals(month)) {
            throw new LedgerException(
                    path, offset, "ledger header: month " + header.month() + " (expected: " + month + ", at byte 0)");
        }
        // The oldest file there is may follow one that was put away.
        if (before.isPresent()
                && !(header.after().equals(Optional.of(before.get().month()))
                        && header.afterBytes() == before.get().bytes())) {
            throw new LedgerException(
                    path,
                    offset,
                    "ledger header: follows " + header.afterBytes() + " bytes of "
                            + header.after().orElse("nothing") + " (found: "
                            + before.get().bytes() + " bytes of " + before.get().month() + ")");
        }
    }

    private static void checkPlace(LedgerLine.Written written, Path path, long offset) throws LedgerException {
        if (offset == 0) {
            throw new LedgerException(path, offset, "ledger entry (expected: a ledger header first)");
        }
        if (written.commit().isPresent() && written.commit().getAsLong() != offset) {
            throw new LedgerException(
                    path,
                    offset,
                    "moved line (expected: at byte " + written.commit().getAsLong() + ")");
        }
    }
}
