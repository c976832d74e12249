// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One YUV 4:2:0 picture in Java arrays, limited range, BT.601 as standard-definition video has it. Confined to the
 * thread that draws.
 */
final class Planes {
    final int width;
    final int height;
    final byte[] y;
    final byte[] u;
    final byte[] v;

    Planes(int width, int height) {
        if (width <= 0 || height <= 0 || width % 2 != 0 || height % 2 != 0) {
            throw new IllegalArgumentException("picture: " + width + "x" + height + " (expected: even and positive)");
        }
        this.width = width;
        this.height = height;
        y = new byte[width * height];
        u = new byte[width / 2 * (height / 2)];
        v = new byte[u.length];
    }

    void copyFrom(Planes other) {
        System.arraycopy(other.y, 0, y, 0, y.length);
        System.arraycopy(other.u, 0, u, 0, u.length);
        System.arraycopy(other.v, 0, v, 0, v.length);
    }

    ByteBuffer luma() {
        return ByteBuffer.wrap(y);
    }

    /** Writes a text, each font pixel {@code scale} pixels wide and high; what falls outside the picture is cut off. */
    void write(String text, int left, int top, int scale, int level) {
        Font.BUILT_IN.write(text, (dotX, dotY) -> {
            for (int dy = 0; dy < scale; dy++) {
                for (int dx = 0; dx < scale; dx++) {
                    int px = left + dotX * scale + dx;
                    int py = top + dotY * scale + dy;
                    if (px >= 0 && px < width && py >= 0 && py < height) {
                        y[py * width + px] = (byte) level;
                    }
                }
            }
        });
    }

    /** Fills whole rows with a grey. */
    void fillRows(int fromRow, int toRow, int level) {
        Arrays.fill(y, fromRow * width, toRow * width, (byte) level);
        Arrays.fill(u, fromRow / 2 * (width / 2), toRow / 2 * (width / 2), (byte) 128);
        Arrays.fill(v, fromRow / 2 * (width / 2), toRow / 2 * (width / 2), (byte) 128);
    }

    /** BT.601 limited-range luma of an RGB colour. */
    static int lumaOf(int rgb) {
        int r = rgb >> 16 & 0xff;
        int g = rgb >> 8 & 0xff;
        int b = rgb & 0xff;
        return ((66 * r + 129 * g + 25 * b + 128) >> 8) + 16;
    }

    static int blueOf(int rgb) {
        int r = rgb >> 16 & 0xff;
        int g = rgb >> 8 & 0xff;
        int b = rgb & 0xff;
        return ((-38 * r - 74 * g + 112 * b + 128) >> 8) + 128;
    }

    static int redOf(int rgb) {
        int r = rgb >> 16 & 0xff;
        int g = rgb >> 8 & 0xff;
        int b = rgb & 0xff;
        return ((112 * r - 94 * g - 18 * b + 128) >> 8) + 128;
    }
}
