// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** H.265 bytes for tests: parameter sets of our own writing, a PPS of x265, and made-up slices. */
final class TestStream265 {
    static final int TRAIL_R = 1;
    static final int RASL_R = 9;
    static final int IDR = 19;
    static final int CRA = 21;

    private static final HexFormat HEX = HexFormat.of();

    static final byte[] VPS = vps(0);

    static final byte[] SPS = sps(640, 368, 4, 2);
    static final byte[] SPS_1280 = sps(1_280, 720, 0, 2);
    static final byte[] PPS = HEX.parseHex("4401c172b66240");
    static final byte[] AUD = HEX.parseHex("460150");

    private TestStream265() {}

    static Map<String, String> sprop() {
        Base64.Encoder base64 = Base64.getEncoder();
        return Map.of(
                "sprop-vps", base64.encodeToString(VPS),
                "sprop-sps", base64.encodeToString(SPS),
                "sprop-pps", base64.encodeToString(PPS));
    }

    /** Main profile, level 3.1, one sub-layer more than {@code subLayersLessOne}. */
    static TestStream.Bits profile(TestStream.Bits bits, int subLayersLessOne) {
        bits.u(2, 0)
                .u(1, 0)
                .u(5, 1)
                .u(32, 0x6000_0000L)
                .u(4, 0b1001)
                .u(32, 0)
                .u(12, 0)
                .u(8, 93);
        for (int i = 0; i < subLayersLessOne; i++) {
            bits.u(1, i % 2).u(1, 1);
        }
        if (subLayersLessOne > 0) {
            bits.u(2 * (8 - subLayersLessOne), 0);
        }
        for (int i = 0; i < subLayersLessOne; i++) {
            bits.u(i % 2 == 1 ? 32 : 0, 0x1234_5678).u(i % 2 == 1 ? 32 : 0, 7).u(i % 2 == 1 ? 24 : 0, 9);
            bits.u(8, 60);
        }
        return bits;
    }

    static byte[] vps(int subLayersLessOne) {
        TestStream.Bits bits = new TestStream.Bits();
        bits.u(4, 0).u(2, 3).u(6, 0).u(3, subLayersLessOne).u(1, 1).u(16, 0xffff);
        profile(bits, subLayersLessOne).u(1, 0).ue(4).ue(2).ue(0);
        bits.u(6, 0).ue(0).u(1, 1).u(32, 1).u(32, 25).u(1, 0).ue(0).u(1, 0);
        return nal(32, bits);
    }

    static byte[] sps(int width, int height, int cropBottom, int reorder) {
        return sps(width, height, cropBottom, reorder, 0, 25);
    }

    /** With scaling lists, predicted reference sets, long-term pictures, and a VUI with a buffer model. */
    static byte[] sps(int width, int height, int cropBottom, int reorder, int subLayersLessOne, int rate) {
        TestStream.Bits bits = new TestStream.Bits();
        profile(bits.u(4, 0).u(3, subLayersLessOne).u(1, 1), subLayersLessOne);
        bits.ue(0).ue(1).ue(width).ue(height);
        bits.u(1, 1).ue(0).ue(0).ue(0).ue(cropBottom);
        bits.ue(0).ue(0).ue(4).u(1, 0).ue(4).ue(reorder).ue(0);
        bits.ue(0).ue(3).ue(0).ue(3).ue(0).ue(0);
        bits.u(1, 1).u(1, 1);
        for (int size = 0; size < 4; size++) {
            for (int matrix = 0; matrix < 6; matrix += size == 3 ? 3 : 1) {
                bits.u(1, matrix == 0 ? 1 : 0);
                if (matrix > 0) {
                    bits.ue(0);
                    continue;
                }
                if (size > 1) {
                    bits.se(8);
                }
                for (int i = 0; i < Math.min(64, 16 << (2 * size)); i++) {
                    bits.se(i % 3 - 1);
                }
            }
        }
        bits.u(2, 3).u(1, 1).u(8, 0x77).ue(0).ue(2).u(1, 0);
        // Two explicit pictures before and one after; then the same moved by -1, of which one is left out.
        bits.ue(2).ue(2).ue(1).ue(0).u(1, 1).ue(1).u(1, 1).ue(0).u(1, 1);
        bits.u(1, 1).u(1, 1).ue(0).u(1, 1).u(1, 0).u(1, 0).u(1, 1).u(1, 1);
        bits.u(1, 1).ue(1).u(8, 3).u(1, 1);
        bits.u(2, 3).u(1, 1);
        return nal(33, vui(bits, subLayersLessOne, rate));
    }

    private static TestStream.Bits vui(TestStream.Bits bits, int subLayersLessOne, int rate) {
        bits.u(1, 1)
                .u(8, 255)
                .u(16, 4)
                .u(16, 3)
                .u(1, 0)
                .u(1, 1)
                .u(4, 0b1010)
                .u(1, 1)
                .u(24, 0x010101);
        bits.u(1, 0).u(3, 0).u(1, 0);
        bits.u(1, 1).u(32, 1).u(32, rate).u(1, 0).u(1, 1);
        bits.u(1, 1).u(1, 0).u(1, 0).u(8, 0).u(15, 0x1234);
        for (int i = 0; i <= subLayersLessOne; i++) {
            bits.u(1, 1).ue(0).ue(0).ue(1_000).ue(2_000).u(1, 0);
        }
        return bits.u(1, 1).u(3, 0).ue(7).ue(2).ue(1).ue(15).ue(15).u(1, 0);
    }

    private static byte[] nal(int type, TestStream.Bits bits) {
        byte[] oneByte = bits.nal(1, new byte[0]);
        byte[] nal = new byte[oneByte.length + 1];
        System.arraycopy(oneByte, 0, nal, 1, oneByte.length);
        nal[0] = (byte) (type << 1);
        return nal;
    }

    /** A slice segment whose header says PPS 0; the rest is noise without zeros. */
    static byte[] slice(Random random, int type, boolean isFirst, int bytes) {
        byte[] nal = new byte[Math.max(bytes, 6)];
        for (int i = 0; i < nal.length; i++) {
            nal[i] = (byte) (1 + random.nextInt(255));
        }
        nal[0] = (byte) (type << 1);
        nal[1] = 1;
        // first_slice_segment_in_pic_flag, no_output_of_prior_pics_flag of key pictures, ue PPS 0 is "1".
        nal[2] = (byte) ((isFirst ? 0x80 : 0) | (type >= 16 ? 0x20 : 0x40) | random.nextInt(32));
        return nal;
    }

    static TestStream.Unit key(Random random, int type, byte[] sps, int bytes) {
        return new TestStream.Unit(List.of(VPS, sps, PPS, slice(random, type, true, bytes)));
    }

    static TestStream.Unit picture(Random random, int type, int bytes) {
        return new TestStream.Unit(List.of(slice(random, type, true, bytes)));
    }

    static List<TestStream.Unit> pictures(Random random, int count, int gop, int bytes) {
        List<TestStream.Unit> units = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int size = bytes / 2 + random.nextInt(bytes) + 8;
            units.add(i % gop == 0 ? key(random, IDR, SPS, size * 4) : picture(random, TRAIL_R, size));
        }
        return units;
    }
}
