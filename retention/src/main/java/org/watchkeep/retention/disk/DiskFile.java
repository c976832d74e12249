// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One open file of a {@link Disk}. Any thread; never interrupt a thread inside (it would close the file for all). */
public interface DiskFile extends Closeable {
    /** Writes all of the buffer at this position, looping over short writes. Not durable before {@link #sync}. */
    void write(ByteBuffer bytes, long position) throws IOException;

    /** Reads until the buffer is full or the file ends; returns the bytes read (0 at or past the end). */
    int read(ByteBuffer bytes, long position) throws IOException;

    /** Returns when every byte written before the call is on the medium (fdatasync). */
    void sync() throws IOException;

    long size() throws IOException;
}
