// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class H264SpsTest {
    @Test
    void parse_encodersHighProfile1080_readsSizeRateAndName() throws Exception {
        // Written by a common software encoder: 1920x1088 cropped by 8 lines, 25 frames a second, two B-frames at most.
        H264Sps sps = parse("67640028acd940780227e584000003000400000300c83c60c658");
        assertThat(sps.codec()).isEqualTo("avc1.640028");
        assertThat(sps.width()).isEqualTo(1_920);
        assertThat(sps.height()).isEqualTo(1_080);
        assertThat(sps.frameTicks()).isEqualTo(3_600);
        assertThat(sps.reorderFrames()).isEqualTo(2);
    }

    @Test
    void parse_cropped_givesTheShownSize() throws Exception {
        H264Sps sps = H264Sps.parse(TestStream.SPS_640, TestStream.SPS_640.length);
        assertThat(sps.width()).isEqualTo(640);
        assertThat(sps.height()).isEqualTo(360);
        assertThat(sps.frameTicks()).isEqualTo(3_600);
        assertThat(sps.reorderFrames()).isZero();
    }

    @Test
    void parse_fields_doubleTheHeightAndTheCropUnit() throws Exception {
        TestStream.Bits bits = new TestStream.Bits();
        bits.u(8, 77).u(8, 0).u(8, 40).ue(0).ue(0).ue(0).ue(4).ue(4).u(1, 0);
        bits.ue(119)
                .ue(33)
                .u(1, 0)
                .u(1, 1)
                .u(1, 1)
                .u(1, 1)
                .ue(0)
                .ue(0)
                .ue(0)
                .ue(2)
                .u(1, 0);
        byte[] nal = bits.nal(0x67, new byte[0]);
        H264Sps sps = H264Sps.parse(nal, nal.length);
        assertThat(sps.width()).isEqualTo(1_920);
        assertThat(sps.height()).isEqualTo(1_080);
        assertThat(sps.reorderFrames()).isEqualTo(VideoConfiguration.REORDER_UNKNOWN);
        assertThat(sps.frameTicks()).isZero();
    }

    @Test
    void parse_scalingLists_readsBehindThem() throws Exception {
        TestStream.Bits bits = new TestStream.Bits();
        bits.u(8, 100).u(8, 0).u(8, 40).ue(0).ue(1).ue(0).ue(0).u(1, 0).u(1, 1);
        bits.u(1, 1);
        for (int i = 0; i < 16; i++) {
            bits.se(1);
        }
        bits.u(1, 1).se(-8); // "use the default": the list ends at once
        bits.u(6, 0);
        bits.ue(0).ue(2).ue(1).u(1, 0).ue(79).ue(44).u(1, 1).u(1, 1).u(1, 0).u(1, 0);
        byte[] nal = bits.nal(0x67, new byte[0]);
        H264Sps sps = H264Sps.parse(nal, nal.length);
        assertThat(sps.width()).isEqualTo(1_280);
        assertThat(sps.height()).isEqualTo(720);
        assertThat(sps.reorderFrames()).isEqualTo(VideoConfiguration.REORDER_NEVER);
    }

    @Test
    void meaning_spareBytesAndOtherTiming_isTheSame() throws Exception {
        H264Sps plain = H264Sps.parse(TestStream.SPS_640, TestStream.SPS_640.length);
        byte[] spare = TestStream.sps(40, 23, 4, 25, 0, new byte[] {0, 0, 0});
        byte[] faster = TestStream.sps(40, 23, 4, 30);
        assertThat(H264Sps.parse(spare, spare.length).meaning()).isEqualTo(plain.meaning());
        assertThat(H264Sps.parse(faster, faster.length).meaning()).isEqualTo(plain.meaning());
    }

    @Test
    void meaning_otherSize_differs() throws Exception {
        H264Sps plain = H264Sps.parse(TestStream.SPS_640, TestStream.SPS_640.length);
        byte[] larger = TestStream.SPS_1280;
        assertThat(H264Sps.parse(larger, larger.length).meaning()).isNotEqualTo(plain.meaning());
    }

    @Test
    void parse_croppedToNothing_isRefused() {
        byte[] nal = TestStream.sps(1, 1, 8, 25);
        assertThatThrownBy(() -> H264Sps.parse(nal, nal.length))
                .isInstanceOf(BitstreamFormatException.class)
                .hasMessageContaining("cropped size");
    }

    @Test
    void parse_hugeSize_isRefused() {
        byte[] nal = TestStream.sps(4_000, 23, 0, 25);
        assertThatThrownBy(() -> H264Sps.parse(nal, nal.length)).isInstanceOf(BitstreamFormatException.class);
    }

    @Property
    void parse_cutAnywhere_readsOrRefuses(@ForAll @IntRange(max = 40) int length) {
        byte[] cut = Arrays.copyOf(TestStream.SPS_1280, Math.min(length, TestStream.SPS_1280.length));
        readsOrRefuses(cut);
    }

    @Property(tries = 5_000)
    void parse_bitsFlipped_readsOrRefuses(@ForAll @Size(min = 1, max = 4) int[] flips) {
        byte[] nal = TestStream.SPS_640.clone();
        for (int flip : flips) {
            int bit = Math.floorMod(flip, nal.length * 8);
            nal[bit / 8] ^= (byte) (1 << bit % 8);
        }
        readsOrRefuses(nal);
    }

    @Property
    void parse_nonsense_readsOrRefuses(@ForAll @Size(max = 200) byte[] nonsense) {
        readsOrRefuses(nonsense);
    }

    private static void readsOrRefuses(byte[] nal) {
        try {
            H264Sps sps = H264Sps.parse(nal, nal.length);
            assertThat(sps.width()).isBetween(1, 16_880);
            assertThat(sps.height()).isBetween(1, 2 * 16_880);
            assertThat(sps.id()).isBetween(0, 31);
        } catch (BitstreamFormatException e) {
            assertThat(e).hasMessageMatching("(?s).+");
        }
    }

    private static H264Sps parse(String hex) throws Exception {
        byte[] nal = HexFormat.of().parseHex(hex);
        return H264Sps.parse(nal, nal.length);
    }
}
