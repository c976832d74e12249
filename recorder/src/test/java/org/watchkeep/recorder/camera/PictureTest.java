// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PictureTest {
    private static final HexFormat HEX = HexFormat.of();

    private static byte[] hex(String... pieces) {
        return HEX.parseHex(String.join("", pieces).replace(" ", ""));
    }

    @Test
    void ofAnnexB_threeAndFourByteStartCodes_cutsTheUnits() throws IOException {
        Picture picture = Picture.ofAnnexB(
                PictureCodec.H264, hex("00000001 6742", "000001 68ce 0000", "00000001 6588 00 00 03 01"));

        assertThat(picture.nalUnits()).isEqualTo(3);
        assertThat(picture.nalUnit(0)).isEqualTo(hex("6742"));
        assertThat(picture.nalUnit(1)).isEqualTo(hex("68ce"));
        assertThat(picture.nalUnit(2)).isEqualTo(hex("6588 00 00 03 01"));
        assertThat(picture.isKey()).isTrue();
    }

    @Test
    void ofAnnexB_noStartCode_isRefused() {
        assertThatThrownBy(() -> Picture.ofAnnexB(PictureCodec.H264, hex("65880000")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("0 (expected: at least 1)");
    }

    @Test
    void ofLengthPrefixed_fourByteLengths_cutsTheUnits() throws IOException {
        Picture picture =
                Picture.ofLengthPrefixed(PictureCodec.H264, hex("00000002 419a", "00000000", "00000001 06"), 4);

        assertThat(picture.nalUnits()).isEqualTo(2);
        assertThat(picture.nalUnit(0)).isEqualTo(hex("419a"));
        assertThat(picture.nalUnit(1)).isEqualTo(hex("06"));
        assertThat(picture.isKey()).isFalse();
    }

    @Test
    void ofLengthPrefixed_lengthBeyondTheSample_isRefused() {
        assertThatThrownBy(() -> Picture.ofLengthPrefixed(PictureCodec.H264, hex("00000002 419a", "ffffffff 06"), 4))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("4294967295 at byte 6")
                .hasMessageContaining("at most 1");
    }

    @Property(tries = 500)
    void cut_nonsense_isAPictureOrARefusal(@ForAll byte[] bytes, @ForAll @IntRange(min = 1, max = 4) int lengthSize) {
        check(() -> Picture.ofAnnexB(PictureCodec.H264, bytes), bytes.length);
        check(() -> Picture.ofLengthPrefixed(PictureCodec.H264, bytes, lengthSize), bytes.length);
    }

    private interface Cut {
        Picture cut() throws IOException;
    }

    private static void check(Cut cut, int size) {
        Picture picture;
        try {
            picture = cut.cut();
        } catch (IOException refused) {
            assertThat(refused).hasMessageContaining("NAL unit");
            return;
        }
        int total = 0;
        for (int i = 0; i < picture.nalUnits(); i++) {
            assertThat(picture.nalUnit(i)).hasSize(picture.length(i)).isNotEmpty();
            total += picture.length(i);
        }
        assertThat(total).isLessThan(size);
    }

    @Test
    void ofAvcC_twoSets_areDescribed() throws IOException {
        ParameterSets sets = ParameterSets.ofAvcC(hex("01 42c01e ff e1 0005 67 42c01e 8c", "01 0003 68ce3c"));

        assertThat(sets.formatParameters())
                .isEqualTo("packetization-mode=1;profile-level-id=42C01E;sprop-parameter-sets=Z0LAHow=,aM48");
    }

    @Test
    void ofHvcC_threeSetsAndAnSei_areDescribedWithoutTheSei() throws IOException {
        String fixed = "01 01 60000000 900000000000 5d f000 fc fd f8 f8 0000 0f";
        ParameterSets sets = ParameterSets.ofHvcC(hex(
                fixed, "04", "a0 0001 0003 40010c", "a1 0001 0003 420101", "a2 0001 0003 4401c1", "a7 0001 0002 4e01"));

        assertThat(sets.formatParameters()).isEqualTo("sprop-vps=QAEM;sprop-sps=QgEB;sprop-pps=RAHB");
    }

    @Property(tries = 500)
    void ofHvcC_nonsense_isReadOrRefused(@ForAll @Size(max = 80) byte[] bytes) {
        try {
            assertThat(ParameterSets.ofHvcC(bytes).units()).isNotEmpty();
        } catch (IOException refused) {
            assertThat(refused.getMessage()).isNotEmpty();
        }
    }

    @Test
    void ofAvcC_setLongerThanTheRecord_isRefused() {
        assertThatThrownBy(() -> ParameterSets.ofAvcC(hex("01 42c01e ff e1 0105 67 42c01e 8c")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("261 bytes");
    }

    @Property(tries = 500)
    void ofAvcC_nonsense_isReadOrRefused(@ForAll byte[] bytes) {
        try {
            assertThat(ParameterSets.ofAvcC(bytes).units()).isNotEmpty();
        } catch (IOException refused) {
            assertThat(refused.getMessage()).isNotEmpty();
        }
    }
}
