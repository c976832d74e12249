// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The time and number of one picture as black and white cells inside the picture, so that a test can tell from decoded
 * pixels alone which picture it holds. Immutable.
 *
 * <pre>
 *            8 px from the left                                      1 = white, 0 = black, cell = 8 x 8 px
 *            |
 *  H - 24 -- +---------+------------------------------+---------+
 *   row 0    | 1 0 1 0 | data bits  0 .. 55           | 1 1 0 0 |
 *   row 1    | 0 1 0 1 | data bits 56 .. 111          | 0 0 1 1 |
 *  H -  8 -- +---------+------------------------------+---------+
 *              4 guard   56 cells                       4 guard
 *
 *  data, most significant bit first: UTC milliseconds (48) | frame number (32) | CRC-32C of those ten bytes (32)
 * </pre>
 *
 * A cell is as large as two 4 x 4 transform blocks each way, so that even a coarse quantiser keeps its mean. The 16
 * guard cells give the levels of black and white and refuse most pictures that hold no code; the checksum refuses the
 * rest (a chance of about 1 in 2^48 for noise).
 *
 * @param utcMillis milliseconds since 1970 UTC on the camera's clock, 48 bits
 * @param frame number of the picture: one more than that of the picture before it, 32 bits
 */
public record BarCode(long utcMillis, long frame) {
    static final int CELL_PIXELS = 8;
    static final int GUARD_CELLS = 4;
    static final int DATA_CELLS = 56;
    static final int ROW_CELLS = GUARD_CELLS + DATA_CELLS + GUARD_CELLS;
    static final int ROWS = 2;
    static final int LEFT_PIXELS = 8;
    /** From the picture's lower edge up to the top of row 0. */
    static final int TOP_ABOVE_BOTTOM_PIXELS = 24;

    static final int WIDTH_PIXELS = ROW_CELLS * CELL_PIXELS;
    static final int HEIGHT_PIXELS = ROWS * CELL_PIXELS;

    private static final int[] LEFT_GUARD = {1, 0, 1, 0};
    private static final int[] RIGHT_GUARD = {1, 1, 0, 0};
    private static final int MESSAGE_BYTES = 10;
    private static final int DATA_BYTES = ROWS * DATA_CELLS / 8;
    private static final long MAX_UTC_MILLIS = (1L << 48) - 1;
    private static final long MAX_FRAME = (1L << 32) - 1;

    /** Limited-range luma of black and white. */
    private static final byte BLACK = 16;

    private static final byte WHITE = (byte) 235;

    /** Drawn contrast is 219; a decoded code below this is blurred or is not one. */
    private static final int LEAST_CONTRAST = 64;

    /** The outermost pixels of a cell ring with its neighbour after quantising, so only its middle is measured. */
    private static final int SAMPLE_INSET_PIXELS = 2;

    public BarCode {
        if (utcMillis < 0 || utcMillis > MAX_UTC_MILLIS) {
            throw new IllegalArgumentException("utcMillis: " + utcMillis + " (expected: 0 to " + MAX_UTC_MILLIS + ")");
        }
        if (frame < 0 || frame > MAX_FRAME) {
            throw new IllegalArgumentException("frame: " + frame + " (expected: 0 to " + MAX_FRAME + ")");
        }
    }

    /** Draws the code into a luma plane; the surroundings of the code are left as they are. */
    public void draw(ByteBuffer luma, int strideBytes, int widthPixels, int heightPixels) {
        if (!fits(luma, strideBytes, widthPixels, heightPixels)) {
            throw new IllegalArgumentException("picture: " + widthPixels + "x" + heightPixels + " stride " + strideBytes
                    + ", " + luma.remaining() + " bytes (expected: a whole luma plane of at least "
                    + (LEFT_PIXELS + WIDTH_PIXELS) + "x" + TOP_ABOVE_BOTTOM_PIXELS + ")");
        }
        ByteBuffer data = data();
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < ROW_CELLS; column++) {
                int guard = guard(row, column);
                int bit = guard >= 0 ? guard : bit(data, row * DATA_CELLS + column - GUARD_CELLS);
                paint(luma, cellStart(luma, strideBytes, heightPixels, row, column), strideBytes, bit);
            }
        }
    }

    /**
     * Reads the code from a luma plane that begins at the buffer's position, which stays where it is. Empty where the
     * picture has no code, or one too damaged to be certain of.
     */
    public static Optional<BarCode> read(ByteBuffer luma, int strideBytes, int widthPixels, int heightPixels) {
        if (!fits(luma, strideBytes, widthPixels, heightPixels)) {
            return Optional.empty();
        }
        int[][] means = new int[ROWS][ROW_CELLS];
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < ROW_CELLS; column++) {
                means[row][column] = mean(luma, cellStart(luma, strideBytes, heightPixels, row, column), strideBytes);
            }
        }
        int threshold = threshold(means);
        if (threshold < 0) {
            return Optional.empty();
        }
        byte[] data = new byte[DATA_BYTES];
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < ROW_CELLS; column++) {
                int bit = means[row][column] > threshold ? 1 : 0;
                int guard = guard(row, column);
                if (guard >= 0 && guard != bit) {
                    return Optional.empty();
                }
                if (guard < 0 && bit == 1) {
                    int index = row * DATA_CELLS + column - GUARD_CELLS;
                    data[index / 8] |= (byte) (0x80 >> (index % 8));
                }
            }
        }
        return decode(ByteBuffer.wrap(data));
    }

    private static boolean fits(ByteBuffer luma, int strideBytes, int widthPixels, int heightPixels) {
        return widthPixels >= LEFT_PIXELS + WIDTH_PIXELS
                && heightPixels >= TOP_ABOVE_BOTTOM_PIXELS
                && strideBytes >= widthPixels
                && luma.remaining() >= (long) strideBytes * (heightPixels - 1) + widthPixels;
    }

    private ByteBuffer data() {
        ByteBuffer data = ByteBuffer.allocate(DATA_BYTES);
        data.putShort((short) (utcMillis >>> 32)).putInt((int) utcMillis).putInt((int) frame);
        data.putInt(checksum(data));
        return data;
    }

    private static Optional<BarCode> decode(ByteBuffer data) {
        if (data.getInt(MESSAGE_BYTES) != checksum(data)) {
            return Optional.empty();
        }
        long utcMillis = (Short.toUnsignedLong(data.getShort(0)) << 32) | Integer.toUnsignedLong(data.getInt(2));
        return Optional.of(new BarCode(utcMillis, Integer.toUnsignedLong(data.getInt(6))));
    }

    private static int checksum(ByteBuffer data) {
        CRC32C crc = new CRC32C();
        crc.update(data.duplicate().position(0).limit(MESSAGE_BYTES));
        return (int) crc.getValue();
    }

    private static int bit(ByteBuffer data, int index) {
        return (data.get(index / 8) >> (7 - index % 8)) & 1;
    }

    /** The fixed value of a guard cell, or -1 for a data cell. Row 1 has row 0's guards inverted. */
    private static int guard(int row, int column) {
        if (column < GUARD_CELLS) {
            return LEFT_GUARD[column] ^ row;
        }
        int right = column - GUARD_CELLS - DATA_CELLS;
        return right < 0 ? -1 : RIGHT_GUARD[right] ^ row;
    }

    private static int cellStart(ByteBuffer luma, int strideBytes, int heightPixels, int row, int column) {
        int y = heightPixels - TOP_ABOVE_BOTTOM_PIXELS + row * CELL_PIXELS;
        return luma.position() + y * strideBytes + LEFT_PIXELS + column * CELL_PIXELS;
    }

    private static void paint(ByteBuffer luma, int start, int strideBytes, int bit) {
        for (int y = 0; y < CELL_PIXELS; y++) {
            for (int x = 0; x < CELL_PIXELS; x++) {
                luma.put(start + y * strideBytes + x, bit == 1 ? WHITE : BLACK);
            }
        }
    }

    private static int mean(ByteBuffer luma, int start, int strideBytes) {
        int side = CELL_PIXELS - 2 * SAMPLE_INSET_PIXELS;
        int sum = 0;
        for (int y = 0; y < side; y++) {
            int line = start + (SAMPLE_INSET_PIXELS + y) * strideBytes + SAMPLE_INSET_PIXELS;
            for (int x = 0; x < side; x++) {
                sum += luma.get(line + x) & 0xff;
            }
        }
        return sum / (side * side);
    }

    /** Half-way between the guards' black and white, or -1 where they differ too little to be guards. */
    private static int threshold(int[][] means) {
        int[] sums = new int[2];
        int[] counts = new int[2];
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < ROW_CELLS; column++) {
                int guard = guard(row, column);
                if (guard >= 0) {
                    sums[guard] += means[row][column];
                    counts[guard]++;
                }
            }
        }
        int black = sums[0] / counts[0];
        int white = sums[1] / counts[1];
        return white - black < LEAST_CONTRAST ? -1 : (black + white) / 2;
    }
}
