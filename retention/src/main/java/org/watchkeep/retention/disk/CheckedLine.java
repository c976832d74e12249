// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.disk;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A small file of one line that is written anew as a whole: its checksum, a space, the body, a line feed.
 *
 * <pre>
 *   3f8a01bc {"version":1, ...}
 *   crc32c   body               LF
 * </pre>
 *
 * Written beside, synced and renamed: a power cut leaves the one before or this one. Confined to one thread at a time.
 */
public final class CheckedLine {
    private static final int CRC_DIGITS = 8;

    private final Disk disk;
    private final Path file;
    private final int mostBytes;

    /** @param mostBytes a file that is longer is not read */
    public CheckedLine(Disk disk, Path file, int mostBytes) {
        this.disk = disk;
        this.file = file.toAbsolutePath();
        this.mostBytes = mostBytes;
    }

    /** The line as it stands there, checked or not; empty where there is no file. */
    public Optional<byte[]> read() throws IOException {
        if (!disk.exists(file)) {
            return Optional.empty();
        }
        try (DiskFile open = disk.open(file, Disk.Mode.READ)) {
            long size = open.size();
            if (size > mostBytes) {
                throw new IOException(file + ": " + size + " bytes (expected: at most " + mostBytes + ")");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            open.read(bytes, 0);
            return Optional.of(Arrays.copyOf(bytes.array(), bytes.position()));
        }
    }

    /** Durable on return. */
    public void write(byte[] body) throws IOException {
        Path folder = file.getParent();
        if (folder == null) {
            throw new IOException("not in a folder: " + file);
        }
        Path temporary = folder.resolve(file.getFileName() + ".new");
        if (disk.exists(temporary)) {
            disk.delete(temporary);
        }
        try (DiskFile open = disk.open(temporary, Disk.Mode.WRITE)) {
            open.write(ByteBuffer.wrap(encode(body)), 0);
            open.sync();
        }
        disk.rename(temporary, file);
        disk.syncFolder(folder);
    }

    /** The line around this body. */
    public static byte[] encode(byte[] body) {
        return ByteBuffer.allocate(CRC_DIGITS + 1 + body.length + 1)
                .put(crc(body))
                .put((byte) ' ')
                .put(body)
                .put((byte) '\n')
                .array();
    }

    /** The body of a line; empty where it is not what was written. */
    public static Optional<byte[]> body(byte[] line) {
        if (line.length < CRC_DIGITS + 2 || line[CRC_DIGITS] != ' ' || line[line.length - 1] != '\n') {
            return Optional.empty();
        }
        byte[] body = Arrays.copyOfRange(line, CRC_DIGITS + 1, line.length - 1);
        return Arrays.equals(crc(body), Arrays.copyOf(line, CRC_DIGITS)) ? Optional.of(body) : Optional.empty();
    }

    private static byte[] crc(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(body);
        return HexFormat.of().toHexDigits((int) crc.getValue()).getBytes(US_ASCII);
    }
}
