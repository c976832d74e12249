// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.Arrays;
import java.util.List;

/** Rows of the index as a rotten disk would give them back. */
final class BadRows {
    private BadRows() {}

    /** A copy with these bits turned over, and in half of the cases cut short. */
    static byte[] cutAndFlipped(byte[] row, int cut, List<Integer> flips) {
        byte[] bad = Arrays.copyOf(row, Math.max(1, row.length - (cut < 500 ? 0 : cut % row.length)));
        for (int flip : flips) {
            bad[Math.floorMod(flip, bad.length)] ^= (byte) (1 << Math.floorMod(flip / 11, 8));
        }
        return bad;
    }

    /** The bytes behind a version that is right. */
    static byte[] behindVersion(int version, byte[] nonsense) {
        byte[] row = new byte[nonsense.length + 1];
        row[0] = (byte) version;
        System.arraycopy(nonsense, 0, row, 1, nonsense.length);
        return row;
    }
}
