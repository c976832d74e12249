// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The files under a store. Two implementations: {@link RealDisk}, and in tests a disk that fails on command (short
 * writes, torn and lost blocks, full, slow, I/O errors, failed syncs, power cuts).
 *
 * <p>Any thread. What is durable: a file's bytes and length after {@link DiskFile#sync}; a file's existence and name after
 * {@link #syncFolder} of the folder it stands in.
 */
public interface Disk {
    /** The block that a disk writes whole or not at all, and the grain of direct I/O. */
    int BLOCK = 4096;

    /** How a file is opened. */
    enum Mode {
        /** Must exist; reads only; through the page cache. */
        READ,
        /** Created when absent; reads and writes through the page cache. */
        WRITE,
        /** Must exist; reads only, past the page cache: address, position and length whole blocks. */
        READ_DIRECT,
        /** Must exist; reads and writes past the page cache: address, position and length whole blocks. */
        WRITE_DIRECT
    }

    /** Opens a file; {@link java.nio.file.NoSuchFileException} where the mode needs it to exist. */
    DiskFile open(Path path, Mode mode) throws IOException;

    /**
     * Makes a file of exactly this size whose blocks are claimed, never sparse, and syncs it.
     *
     * @throws IOException when it exists, the disk is full, or claiming is not possible
     */
    void allocate(Path path, long sizeBytes) throws IOException;

    /** The first of these files some of whose blocks are not claimed: writing into it may yet find the disk full. */
    default Optional<Path> firstSparse(List<Path> files) throws IOException {
        return Optional.empty();
    }

    /** Bytes that may yet be written into this folder; empty where that cannot be known. */
    default OptionalLong freeBytes(Path folder) {
        return OptionalLong.empty();
    }

    boolean exists(Path path) throws IOException;

    /** File names (not paths) in a folder, sorted. */
    List<String> list(Path folder) throws IOException;

    /** Makes the folder and what is missing above it; durable once the folder above each is synced. */
    void createFolders(Path folder) throws IOException;

    /** Renames over whatever is there, atomically; durable after {@link #syncFolder}. */
    void rename(Path from, Path to) throws IOException;

    void delete(Path path) throws IOException;

    void syncFolder(Path folder) throws IOException;
}
