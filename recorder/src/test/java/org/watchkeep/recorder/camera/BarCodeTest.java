// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class BarCodeTest {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final int STRIP_START = (HEIGHT - BarCode.TOP_ABOVE_BOTTOM_PIXELS) * WIDTH;
    private static final BarCode CODE = new BarCode(1_795_330_000_123L, 4_711);

    private final byte[] luma = new byte[WIDTH * HEIGHT];

    private void draw(BarCode code) {
        code.draw(ByteBuffer.wrap(luma), WIDTH, WIDTH, HEIGHT);
    }

    private Optional<BarCode> read() {
        return BarCode.read(ByteBuffer.wrap(luma), WIDTH, WIDTH, HEIGHT);
    }

    @Property(tries = 300)
    void read_whatWasDrawn_isTheSame(
            @ForAll @LongRange(min = 0, max = (1L << 48) - 1) long utcMillis,
            @ForAll @LongRange(min = 0, max = (1L << 32) - 1) long frame,
            @ForAll @IntRange(min = 528, max = 700) int width,
            @ForAll @IntRange(min = 24, max = 60) int height,
            @ForAll @IntRange(min = 0, max = 64) int padding) {
        int stride = width + padding;
        ByteBuffer picture = ByteBuffer.allocateDirect(stride * height);
        BarCode code = new BarCode(utcMillis, frame);

        code.draw(picture, stride, width, height);

        assertThat(BarCode.read(picture, stride, width, height)).contains(code);
    }

    /** The layout that docs/design/simulated-camera.md gives to people who write their own reader. */
    @Test
    void draw_knownCode_hasTheDocumentedCells() {
        draw(new BarCode(0x0123_4567_89ABL, 0xDEAD_BEEFL));

        assertThat(row(0)).isEqualTo("1010" + bits("0123456789ABDE") + "1100");
        assertThat(row(1)).startsWith("0101" + bits("ADBEEF")).endsWith("0011");
    }

    private static String bits(String hex) {
        StringBuilder bits = new StringBuilder();
        for (int i = 0; i < hex.length(); i++) {
            String four = Integer.toBinaryString(Character.digit(hex.charAt(i), 16));
            bits.append("0".repeat(4 - four.length())).append(four);
        }
        return bits.toString();
    }

    private String row(int row) {
        StringBuilder cells = new StringBuilder();
        for (int column = 0; column < BarCode.ROW_CELLS; column++) {
            int at = STRIP_START + (row * 8 + 4) * WIDTH + 8 + column * 8 + 4;
            cells.append((luma[at] & 0xff) > 125 ? '1' : '0');
        }
        return cells.toString();
    }

    @Test
    void read_greyAndNoisyPicture_isTheSame() {
        draw(CODE);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = STRIP_START; i < luma.length; i++) {
            int faded = 70 + (luma[i] & 0xff) / 2;
            luma[i] = (byte) Math.max(0, Math.min(255, faded + random.nextInt(-40, 41)));
        }

        assertThat(read()).contains(CODE);
    }

    @Test
    void read_oneCellInverted_isEmpty() {
        for (int cell = 0; cell < BarCode.ROWS * BarCode.ROW_CELLS; cell++) {
            draw(CODE);
            int start = STRIP_START + cell / BarCode.ROW_CELLS * 8 * WIDTH + 8 + cell % BarCode.ROW_CELLS * 8;
            for (int y = 0; y < 8; y++) {
                for (int x = 0; x < 8; x++) {
                    int at = start + y * WIDTH + x;
                    luma[at] = (byte) (251 - (luma[at] & 0xff));
                }
            }

            assertThat(read()).as("cell %d", cell).isEmpty();
        }
    }

    @Test
    void read_flatPicture_isEmpty() {
        Arrays.fill(luma, (byte) 128);

        assertThat(read()).isEmpty();
    }

    /** Noise of cells behind right guards: the checksum alone stands between it and an invented time. */
    @Test
    void read_randomCellsBehindGoodGuards_isEmpty() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 20_000; round++) {
            draw(CODE);
            for (int row = 0; row < BarCode.ROWS; row++) {
                for (int column = BarCode.GUARD_CELLS; column < BarCode.ROW_CELLS - BarCode.GUARD_CELLS; column++) {
                    fill(row, column, random.nextBoolean() ? 235 : 16);
                }
            }

            assertThat(read()).as("seed %d round %d", seed, round).isEmpty();
        }
    }

    @Test
    void read_randomPixels_isEmpty() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        byte[] strip = new byte[WIDTH * BarCode.TOP_ABOVE_BOTTOM_PIXELS];
        for (int round = 0; round < 2_000; round++) {
            random.nextBytes(strip);
            int height = BarCode.TOP_ABOVE_BOTTOM_PIXELS;

            assertThat(BarCode.read(ByteBuffer.wrap(strip), WIDTH, WIDTH, height))
                    .as("seed %d round %d", seed, round)
                    .isEmpty();
        }
    }

    private void fill(int row, int column, int level) {
        for (int y = 0; y < 8; y++) {
            int at = STRIP_START + (row * 8 + y) * WIDTH + 8 + column * 8;
            Arrays.fill(luma, at, at + 8, (byte) level);
        }
    }

    @Test
    void read_pictureTooSmallOrCutShort_isEmpty() {
        assertThat(BarCode.read(ByteBuffer.allocate(320 * 180), 320, 320, 180)).isEmpty();
        assertThat(BarCode.read(ByteBuffer.allocate(640 * 10), 640, 640, 360)).isEmpty();
        assertThat(BarCode.read(ByteBuffer.allocate(0), 0, 0, 0)).isEmpty();
    }

    @Test
    void draw_pictureTooSmall_isRefused() {
        assertThatThrownBy(() -> CODE.draw(ByteBuffer.allocate(320 * 180), 320, 320, 180))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("320x180");
    }

    @Test
    void barCode_numbersOutOfRange_areRefused() {
        assertThatThrownBy(() -> new BarCode(-1, 0)).hasMessageContaining("utcMillis: -1");
        assertThatThrownBy(() -> new BarCode(1L << 48, 0)).hasMessageContaining("utcMillis");
        assertThatThrownBy(() -> new BarCode(0, 1L << 32)).hasMessageContaining("frame");
    }
}
