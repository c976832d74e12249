// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.disk;

import static org.watchkeep.retention.disk.FakeFaults.Operation.LOOK;
import static org.watchkeep.retention.disk.FakeFaults.Operation.READ;
import static org.watchkeep.retention.disk.FakeFaults.Operation.SYNC;
import static org.watchkeep.retention.disk.FakeFaults.Operation.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Path;

/** One open file of a {@link FakeDisk}. Any thread; guarded by its disk. */
final class FakeFile implements DiskFile {
    private final FakeDisk disk;
    private final FakeInode inode;
    private final Path path;
    private final Disk.Mode mode;
    private boolean closed;

    FakeFile(FakeDisk disk, FakeInode inode, Path path, Disk.Mode mode) {
        this.disk = disk;
        this.inode = inode;
        this.path = path;
        this.mode = mode;
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
        if (mode == Disk.Mode.READ || mode == Disk.Mode.READ_DIRECT) {
            throw new NonWritableChannelException();
        }
        checkSpan(bytes, position);
        disk.step(
                WRITE,
                path,
                position,
                bytes.remaining(),
                () -> writeWhatFits(bytes, position),
                strike -> writePart(bytes, position, strike.bytes()));
    }

    /** A full disk takes the blocks that fit and then refuses, as a loop over short writes finds it. */
    private int writeWhatFits(ByteBuffer bytes, long position) throws IOException {
        checkOpen();
        int size = bytes.remaining();
        long missing = inode.newlyOccupiedBytes(position, size) - disk.freeBytes();
        if (missing > 0) {
            writePart(bytes, position, Math.max(0, size - missing) / Disk.BLOCK * Disk.BLOCK);
            disk.checkSpace(path, Long.MAX_VALUE);
        }
        inode.write(bytes, position);
        return size;
    }

    private void writePart(ByteBuffer bytes, long position, long size) throws IOException {
        checkOpen();
        ByteBuffer part = bytes.slice(bytes.position(), (int) Math.min(size, bytes.remaining()));
        bytes.position(bytes.position() + part.remaining());
        inode.write(part, position);
    }

    @Override
    public int read(ByteBuffer bytes, long position) throws IOException {
        checkSpan(bytes, position);
        return disk.step(
                READ,
                path,
                position,
                bytes.remaining(),
                () -> {
                    checkOpen();
                    return inode.read(bytes, position);
                },
                strike -> checkOpen());
    }

    /** What direct I/O asks for: a caller that breaks it has a fault in itself, which no disk-failure handling may hide. */
    private void checkSpan(ByteBuffer bytes, long position) {
        if (position < 0) {
            throw new IllegalArgumentException("position: " + position + " (expected: >= 0) in " + path);
        }
        if (mode != Disk.Mode.READ_DIRECT && mode != Disk.Mode.WRITE_DIRECT) {
            return;
        }
        checkWholeBlocks("position", position);
        checkWholeBlocks("length", bytes.remaining());
        if (!bytes.isDirect()) {
            throw new IllegalArgumentException("direct I/O from a heap buffer (expected: a direct one) in " + path);
        }
        checkWholeBlocks("address", bytes.alignmentOffset(bytes.position(), Disk.BLOCK));
    }

    private void checkWholeBlocks(String what, long value) {
        if (value % Disk.BLOCK != 0) {
            throw new IllegalArgumentException(
                    "direct I/O " + what + ": " + value + " (expected: a multiple of " + Disk.BLOCK + ") in " + path);
        }
    }

    @Override
    public void sync() throws IOException {
        disk.step(
                SYNC,
                path,
                0,
                Long.MAX_VALUE,
                () -> {
                    checkOpen();
                    if (!disk.cutsNow()) {
                        inode.sync();
                    }
                    return inode;
                },
                strike -> inode.syncFailed(strike.fate()));
    }

    @Override
    public long size() throws IOException {
        return disk.step(
                LOOK,
                path,
                0,
                Long.MAX_VALUE,
                () -> {
                    checkOpen();
                    return inode.length();
                },
                strike -> checkOpen());
    }

    private void checkOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    /** Closing makes nothing durable, and is no operation: a dead disk's files can be closed. */
    @Override
    public void close() {
        synchronized (disk) {
            closed = true;
        }
    }
}
