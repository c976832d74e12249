// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StreetTest {
    private static final long UTC = 1_795_330_000_000L;

    @Test
    void draw_sameCameraAndPicture_isTheSamePicture() {
        byte[] one = new Street("Market Square", 2).draw(77, UTC, 6_160).y.clone();
        byte[] other = new Street("Market Square", 2).draw(77, UTC, 6_160).y.clone();

        assertThat(one).isEqualTo(other);
    }

    @Test
    void draw_otherNameOrNumber_isAnotherStreet() {
        byte[] street = scene(new Street("Market Square", 2), 0);

        assertThat(scene(new Street("Market Square", 7), 0)).isNotEqualTo(street);
        assertThat(scene(new Street("Station Road", 2), 0)).isNotEqualTo(street);
    }

    @Test
    void draw_laterPicture_showsMovementInTheRoad() {
        Street street = new Street("Market Square", 2);

        assertThat(scene(street, 10)).isNotEqualTo(scene(street, 0));
    }

    /** Between title and strip: what is not text or code. */
    private static byte[] scene(Street street, long frame) {
        byte[] luma = street.draw(frame, UTC, 0).y;
        return Arrays.copyOfRange(luma, 24 * Street.WIDTH, Backdrop.STRIP_TOP * Street.WIDTH);
    }

    @Test
    void draw_anyPicture_carriesItsTimeAndNumber() {
        Planes picture = new Street("Harbour Café", 4).draw(123, UTC, 9_840);

        assertThat(BarCode.read(picture.luma(), Street.WIDTH, Street.WIDTH, Street.HEIGHT))
                .contains(new BarCode(UTC, 123));
    }

    @Test
    void write_letter_drawsItsDots() {
        Planes picture = new Planes(16, 16);

        picture.write("I", 0, 0, 1, 235);

        StringBuilder dots = new StringBuilder();
        for (int y = 0; y < 7; y++) {
            for (int x = 0; x < 5; x++) {
                dots.append(picture.y[y * 16 + x] == 0 ? '.' : '#');
            }
            dots.append('\n');
        }
        assertThat(dots.toString()).isEqualTo(".###.\n..#..\n..#..\n..#..\n..#..\n..#..\n.###.\n");
    }

    @Test
    void write_textBeyondTheEdge_isCutOff() {
        Planes picture = new Planes(16, 16);

        picture.write("A long name", 10, 12, 2, 235);

        assertThat(picture.y[15 * 16 + 15]).isIn((byte) 0, (byte) 235);
    }

    @Test
    void width_accentsAndUnknownLetters_countOneEach() {
        assertThat(Font.BUILT_IN.width("Café 猫")).isEqualTo(6 * Font.ADVANCE - 1);
        assertThat(Font.BUILT_IN.width("")).isZero();
    }
}
