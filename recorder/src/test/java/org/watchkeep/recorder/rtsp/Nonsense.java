// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.Arrays;
import java.util.Random;

/** Ways to spoil bytes. */
public final class Nonsense {
    private Nonsense() {}

    /** 0 cut, 1 flip bits, 2 swap two parts, 3 drop a part, 4 bytes of no meaning. */
    public static byte[] damage(byte[] good, int kind, Random random) {
        byte[] bytes = good.clone();
        int a = random.nextInt(bytes.length);
        int b = random.nextInt(bytes.length);
        int from = Math.min(a, b);
        int to = Math.max(a, b);
        switch (kind) {
            case 0 -> bytes = Arrays.copyOf(bytes, a);
            case 1 -> {
                for (int i = 0; i < 1 + random.nextInt(8); i++) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 2 -> {
                System.arraycopy(good, from, bytes, 0, to - from);
                System.arraycopy(good, 0, bytes, to - from, from);
            }
            case 3 -> {
                bytes = Arrays.copyOf(good, good.length - (to - from));
                System.arraycopy(good, to, bytes, from, good.length - to);
            }
            default -> random.nextBytes(bytes);
        }
        return bytes;
    }
}
