// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** H.264 bytes for tests: real parameter sets, made-up slices that a depacketiser cannot tell from real ones. */
final class TestStream {
    private static final HexFormat HEX = HexFormat.of();

    /** High, level 3.0, 640x360 (cropped from 368 lines), 25 frames a second, no reordering. */
    static final byte[] SPS_640 = sps(40, 23, 4, 25);

    static final byte[] SPS_1280 = sps(80, 45, 0, 25);
    static final byte[] PPS = HEX.parseHex("68ebe3cb22c0");
    static final byte[] AUD = HEX.parseHex("0910");

    private TestStream() {}

    /** One access unit. */
    record Unit(List<byte[]> nals) {
        Unit {
            nals = List.copyOf(nals);
        }

        /** As it stands in a sample: each NAL unit behind its length. */
        byte[] sample() {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (byte[] nal : nals) {
                out.write(nal.length >>> 24);
                out.write(nal.length >>> 16);
                out.write(nal.length >>> 8);
                out.write(nal.length);
                out.writeBytes(nal);
            }
            return out.toByteArray();
        }
    }

    /** A key picture with its parameter sets. */
    static Unit key(Random random, int sliceBytes) {
        return new Unit(List.of(SPS_640, PPS, slice(random, true, true, sliceBytes)));
    }

    /** A picture of one slice that depends on others. */
    static Unit picture(Random random, int sliceBytes) {
        return new Unit(List.of(slice(random, false, true, sliceBytes)));
    }

    /** A group of pictures. */
    static List<Unit> pictures(Random random, int count, int gop, int sliceBytes) {
        List<Unit> units = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int size = sliceBytes / 2 + random.nextInt(sliceBytes) + 8;
            units.add(i % gop == 0 ? key(random, size * 4) : picture(random, size));
        }
        return units;
    }

    /** A slice whose header says PPS 0; the rest is noise without zeros, so that no start code can arise. */
    static byte[] slice(Random random, boolean isIdr, boolean isFirst, int bytes) {
        byte[] nal = new byte[Math.max(bytes, 4)];
        for (int i = 0; i < nal.length; i++) {
            nal[i] = (byte) (1 + random.nextInt(255));
        }
        nal[0] = (byte) (isIdr ? 0x65 : 0x41);
        // ue first_mb (0 is "1", 1 is "010"), ue slice_type 7 is "0001000", ue pps 0 is "1".
        nal[1] = (byte) (isFirst ? 0b1000_1000 : 0b0100_0010);
        nal[2] = (byte) (isFirst ? 0b1000_0001 : 0b0010_0001);
        return nal;
    }

    /** Writes an SPS of High profile. */
    static byte[] sps(int widthMbs, int heightMbs, int cropBottom, int framesPerSecond) {
        return sps(widthMbs, heightMbs, cropBottom, framesPerSecond, 0, new byte[0]);
    }

    static byte[] sps(
            int widthMbs, int heightMbs, int cropBottom, int framesPerSecond, int reorderFrames, byte[] spare) {
        Bits bits = new Bits();
        bits.u(8, 100).u(8, 0).u(8, 30).ue(0).ue(1).ue(0).ue(0).u(1, 0).u(1, 0);
        bits.ue(0)
                .ue(0)
                .ue(2)
                .ue(1)
                .u(1, 0)
                .ue(widthMbs - 1)
                .ue(heightMbs - 1)
                .u(1, 1)
                .u(1, 1);
        if (cropBottom > 0) {
            bits.u(1, 1).ue(0).ue(0).ue(0).ue(cropBottom);
        } else {
            bits.u(1, 0);
        }
        bits.u(1, 1); // VUI
        bits.u(1, 0).u(1, 0).u(1, 0).u(1, 0);
        bits.u(1, 1).u(32, 1).u(32, framesPerSecond * 2L).u(1, 1);
        bits.u(1, 0).u(1, 0).u(1, 0);
        bits.u(1, 1).u(1, 1).ue(0).ue(0).ue(10).ue(10).ue(reorderFrames).ue(Math.max(1, reorderFrames));
        return bits.nal(0x67, spare);
    }

    /** Writes bits, and a NAL unit of them with emulation prevention. */
    static final class Bits {
        private final StringBuilder bits = new StringBuilder();

        Bits u(int count, long value) {
            for (int i = count - 1; i >= 0; i--) {
                bits.append(value >>> i & 1);
            }
            return this;
        }

        Bits ue(long value) {
            int length = 64 - Long.numberOfLeadingZeros(value + 1);
            return u(length - 1, 0).u(length, value + 1);
        }

        Bits se(int value) {
            return ue(value > 0 ? 2L * value - 1 : -2L * value);
        }

        byte[] nal(int header, byte[] spare) {
            bits.append('1');
            while (bits.length() % 8 != 0) {
                bits.append('0');
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(header);
            int zeros = 0;
            for (int i = 0; i < bits.length(); i += 8) {
                int octet = Integer.parseInt(bits.substring(i, i + 8), 2);
                if (zeros == 2 && octet <= 3) {
                    out.write(3);
                    zeros = 0;
                }
                out.write(octet);
                zeros = octet == 0 ? zeros + 1 : 0;
            }
            out.writeBytes(spare);
            return out.toByteArray();
        }
    }

    /** Takes an Annex B stream apart into NAL units. */
    static List<byte[]> nalUnits(byte[] stream) {
        List<byte[]> nals = new ArrayList<>();
        int from = -1;
        for (int i = 0; i + 2 < stream.length; i++) {
            if (stream[i] == 0 && stream[i + 1] == 0 && stream[i + 2] == 1) {
                addNal(nals, stream, from, i);
                from = i + 3;
                i += 2;
            }
        }
        addNal(nals, stream, from, stream.length);
        return nals;
    }

    private static void addNal(List<byte[]> nals, byte[] stream, int from, int end) {
        if (from < 0) {
            return;
        }
        int last = end;
        while (last > from && stream[last - 1] == 0) {
            last--;
        }
        nals.add(java.util.Arrays.copyOfRange(stream, from, last));
    }

    /** Gathers H.265 NAL units into access units. */
    static List<Unit> units265(List<byte[]> nals) {
        List<Unit> units = new ArrayList<>();
        List<byte[]> open = new ArrayList<>();
        boolean hasSlice = false;
        for (byte[] nal : nals) {
            int type = nal[0] >> 1 & 0x3f;
            boolean begins = type < 32 ? (nal[2] & 0x80) != 0 : type <= 35 || type == 39;
            if (hasSlice && begins) {
                units.add(new Unit(open));
                open = new ArrayList<>();
                hasSlice = false;
            }
            open.add(nal);
            hasSlice |= type < 32;
        }
        units.add(new Unit(open));
        return units;
    }

    /** Gathers NAL units into access units: one begins before the first slice of a picture, with what stands before it. */
    static List<Unit> units(List<byte[]> nals) {
        List<Unit> units = new ArrayList<>();
        List<byte[]> open = new ArrayList<>();
        boolean hasSlice = false;
        for (byte[] nal : nals) {
            int type = nal[0] & 0x1f;
            boolean isSlice = type == 1 || type == 5;
            boolean begins = isSlice ? (nal[1] & 0x80) != 0 : type >= 6 && type <= 9;
            if (hasSlice && begins) {
                units.add(new Unit(open));
                open = new ArrayList<>();
                hasSlice = false;
            }
            open.add(nal);
            hasSlice |= isSlice;
        }
        units.add(new Unit(open));
        return units;
    }
}
