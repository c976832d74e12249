// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class H265SpsTest {
    /** Of {@code street-h265.mp4}, by x265: Main, level 2.1, 640x360 at 12.5 pictures a second. */
    private static final byte[] REAL = HexFormat.of()
            .parseHex("42010101600000030090000003000003003fa005020169659aa491b6b9a81010302000000300400000030321");

    @Test
    void parse_spsOfX265_isRead() throws Exception {
        H265Sps sps = H265Sps.parse(REAL, REAL.length);
        assertThat(sps.profile().codec()).isEqualTo("hvc1.1.6.L63.90");
        assertThat(sps.chromaFormatIdc()).isEqualTo(1);
        assertThat(sps.bitDepthLuma()).isEqualTo(8);
        assertThat(sps.reorderPictures()).isZero();
        assertThat(sps.frameTicks()).isEqualTo(7_200);
        assertThat(sps.width() + "x" + sps.height()).isEqualTo("640x360");
    }

    @Test
    void parse_everyPartPresent_readsToTheEnd() throws Exception {
        H265Sps sps = H265Sps.parse(TestStream265.SPS, TestStream265.SPS.length);
        assertThat(sps.width() + "x" + sps.height()).isEqualTo("640x360");
        assertThat(sps.reorderPictures()).isEqualTo(2);
        assertThat(sps.frameTicks()).isEqualTo(3_600);
        assertThat(sps.minSpatialSegmentation())
                .as("behind buffer model and timing")
                .isEqualTo(7);
        assertThat(sps.profile().codec()).isEqualTo("hvc1.1.6.L93.90");
    }

    @Test
    void parse_subLayersWithProfilesOfTheirOwn_areSteppedOver() throws Exception {
        for (int lessOne = 0; lessOne <= 6; lessOne++) {
            byte[] nal = TestStream265.sps(640, 368, 4, 1, lessOne, 25);
            H265Sps sps = H265Sps.parse(nal, nal.length);
            assertThat(sps.subLayers()).isEqualTo(lessOne + 1);
            assertThat(sps.minSpatialSegmentation()).isEqualTo(7);
            byte[] vps = TestStream265.vps(lessOne);
            assertThat(H265Vps.parse(vps, vps.length).frameTicks()).isEqualTo(3_600);
        }
    }

    @Test
    void meaning_timingOnlyDiffers_isTheSame() throws Exception {
        byte[] other = TestStream265.sps(640, 368, 4, 2, 0, 30);
        assertThat(H265Sps.parse(other, other.length).meaning())
                .isEqualTo(H265Sps.parse(TestStream265.SPS, TestStream265.SPS.length)
                        .meaning());
        byte[] larger = TestStream265.SPS_1280;
        assertThat(H265Sps.parse(larger, larger.length).meaning())
                .isNotEqualTo(H265Sps.parse(other, other.length).meaning());
    }

    @Test
    void codec_profileSpaceTierAndConstraints_areWrittenAsTheStandardSays() {
        assertThat(new H265Profile(1, true, 2, 0x2000_0000, 0xb000_0000_0001L, 120).codec())
                .isEqualTo("hvc1.A2.4.H120.B0.0.0.0.0.1");
        assertThat(new H265Profile(0, false, 1, 0x6000_0000, 0, 30).codec()).isEqualTo("hvc1.1.6.L30");
    }

    @Test
    void parse_windowLargerThanThePicture_isRefused() {
        byte[] nal = TestStream265.sps(64, 64, 32, 0);
        assertThatThrownBy(() -> H265Sps.parse(nal, nal.length))
                .isInstanceOf(BitstreamFormatException.class)
                .hasMessageContaining("64x0");
    }

    @Property(tries = 3_000)
    void parse_bitsFlippedOrCut_readsOrRefuses(@ForAll long seed) {
        Random random = new Random(seed);
        for (byte[] whole : new byte[][] {TestStream265.SPS, TestStream265.VPS, TestStream265.PPS, REAL}) {
            byte[] nal = whole.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                nal[2 + random.nextInt(nal.length - 2)] ^= (byte) (1 << random.nextInt(8));
            }
            readOrRefused(random.nextBoolean() ? nal : Arrays.copyOf(nal, 2 + random.nextInt(nal.length - 2)));
        }
    }

    @Property(tries = 1_000)
    void parse_nonsense_readsOrRefuses(@ForAll @Size(min = 2, max = 80) byte[] nonsense) {
        readOrRefused(nonsense);
    }

    private static void readOrRefused(byte[] nal) {
        try {
            H265Sps sps = H265Sps.parse(nal, nal.length);
            assertThat(sps.width()).isPositive();
            assertThat(sps.height()).isPositive();
        } catch (BitstreamFormatException e) {
            assertThat(e).hasMessageNotContaining("null");
        }
        try {
            assertThat(H265Vps.parse(nal, nal.length).frameTicks()).isNotNegative();
            assertThat(H265Pps.parse(nal, nal.length).parallelism()).isBetween(0, 3);
        } catch (BitstreamFormatException e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }
}
