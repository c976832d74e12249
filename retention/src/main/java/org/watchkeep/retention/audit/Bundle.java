// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Entries as tlog-tiles keeps them: each behind its length, 16 bits, big-endian. Stateless. */
final class Bundle {
    private static final int LENGTH_BYTES = 2;

    private Bundle() {}

    static byte[] encode(List<byte[]> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(entries.size() * 512);
        for (byte[] entry : entries) {
            bytes.write(entry.length >>> 8);
            bytes.write(entry.length);
            bytes.writeBytes(entry);
        }
        return bytes.toByteArray();
    }

    /** The entries' bytes, which are not looked into; throws where lengths and bytes do not meet. */
    static List<byte[]> decode(byte[] bytes) throws DamagedTrailException {
        return decode(bytes, TrailFiles.WIDTH);
    }

    static List<byte[]> decode(byte[] bytes, int mostEntries) throws DamagedTrailException {
        List<byte[]> entries = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int length = at + LENGTH_BYTES > bytes.length ? -1 : ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
            if (length < 0 || at + LENGTH_BYTES + length > bytes.length || entries.size() == mostEntries) {
                throw new DamagedTrailException("bundle: byte " + at + " of " + bytes.length
                        + " (expected: lengths that end there, at most " + mostEntries + ")");
            }
            at += LENGTH_BYTES;
            entries.add(Arrays.copyOfRange(bytes, at, at + length));
            at += length;
        }
        return entries;
    }
}
