// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * H.264 and H.265 pictures: parameter sets before a key picture, the slice in fragmentation units (RFC 6184 5.8, RFC 7798
 * 4.4.3), noise behind the first bits of its header.
 */
final class SyntheticNal implements SyntheticPictures {
    static final int PAYLOAD_TYPE = 96;

    /** High profile, level 4, 1920x1080, 25 pictures a second, pictures shown in decoding order. */
    static final Format H264_1080P = Format.h264("67640028acb403c0113f2c20000003002000000651e1108d40");

    /** High profile, level 5.1, 3840x2160, 25 pictures a second, pictures shown in decoding order. */
    static final Format H264_4K = Format.h264("67640033acb401e0021f42000003000200000300651e1108d4");

    /** Main profile, 1920x1080, no reordering. */
    static final Format H265_1080P = Format.h265(
            "40010c01ffff016000000300900000030000030078ba0240",
            "420101016000000300900000030000030078a003c0801107cb96e92930b9a02000000300200000030321",
            "4401c073c189");

    /** S and E of a fragmentation unit's header. */
    private static final int FU_START = 0x80;

    private static final int FU_END = 0x40;

    private final Format format;
    private final RtpFraming framing;
    private int number;

    /**
     * What the two codecs do differently.
     *
     * @param sets parameter sets, in the order they are sent
     * @param headerBytes length of a NAL unit header
     * @param keyHeader the header of a key picture's slice; {@code otherHeader} that of the others
     */
    record Format(List<byte[]> sets, int headerBytes, int keyHeader, int otherHeader, String sdp) {
        private static Format h264(String sps) {
            List<byte[]> sets =
                    List.of(HexFormat.of().parseHex(sps), HexFormat.of().parseHex("68ce3880"));
            Base64.Encoder base64 = Base64.getEncoder();
            String sdp = "a=rtpmap:" + PAYLOAD_TYPE + " H264/" + CLOCK_RATE + "\r\na=fmtp:" + PAYLOAD_TYPE
                    + " packetization-mode=1;profile-level-id=" + sps.substring(2, 8) + ";sprop-parameter-sets="
                    + base64.encodeToString(sets.get(0)) + "," + base64.encodeToString(sets.get(1));
            return new Format(sets, 1, 0x65, 0x41, sdp);
        }

        private static Format h265(String vps, String sps, String pps) {
            List<byte[]> sets = new ArrayList<>();
            Base64.Encoder base64 = Base64.getEncoder();
            StringBuilder sdp = new StringBuilder(
                    "a=rtpmap:" + PAYLOAD_TYPE + " H265/" + CLOCK_RATE + "\r\na=fmtp:" + PAYLOAD_TYPE + " ");
            String[] names = {"sprop-vps=", ";sprop-sps=", ";sprop-pps="};
            String[] hex = {vps, sps, pps};
            for (int i = 0; i < hex.length; i++) {
                sets.add(HexFormat.of().parseHex(hex[i]));
                sdp.append(names[i]).append(base64.encodeToString(sets.get(i)));
            }
            return new Format(List.copyOf(sets), 2, 0x2601, 0x0201, sdp.toString());
        }

        /** What stands before a fragment: header or indicator, then the FU header. */
        int fuBytes() {
            return headerBytes + 1;
        }

        /**
         * The first two bytes of a slice header. Players and recorders that look no further find nothing odd in it.
         *
         * @param number of the picture in its group
         */
        int sliceStart(boolean isKey, int number) {
            if (headerBytes == 1) {
                // H.264 7.3.3: first_mb 0, slice type 7 (I) or 5 (P), picture parameter set 0, frame_num in 4 bits,
                // then
                // nothing out of the ordinary.
                return isKey ? 0x8884 : 0x9A03 | (number & 0xf) << 5;
            }
            // H.265 7.3.6.1: the first segment, (of a key picture: prior pictures are shown,) picture parameter set 0.
            return isKey ? 0xB5B5 : 0xD5B5;
        }

        private void writeFu(ByteBuf out, int header, int flags) {
            if (headerBytes == 1) {
                out.writeByte((header & 0xe0) | 28).writeByte(flags | (header & 0x1f));
            } else {
                int type = (header >> 9) & 0x3f;
                out.writeShort((header & 0x81ff) | 49 << 9).writeByte(flags | type);
            }
        }
    }

    SyntheticNal(Format format, int channel, int ssrc, int firstSequence) {
        this.format = format;
        this.framing = new RtpFraming(channel, PAYLOAD_TYPE, ssrc, firstSequence);
    }

    @Override
    public int packets(boolean isKey, int sizeBytes) {
        int part = MAX_PAYLOAD_BYTES - format.fuBytes();
        int slice = sizeBytes - format.headerBytes();
        return (isKey ? format.sets().size() : 0) + (slice + part - 1) / part;
    }

    @Override
    public void skip(int packets) {
        framing.skip(packets);
    }

    @Override
    public ByteBuf picture(ByteBufAllocator allocator, boolean isKey, int sizeBytes, int timestamp, int noiseAt) {
        int setBytes =
                isKey ? format.sets().stream().mapToInt(set -> set.length).sum() : 0;
        ByteBuf out = allocator.directBuffer(
                packets(isKey, sizeBytes) * (FRAME_BYTES + format.fuBytes()) + sizeBytes + setBytes);
        if (isKey) {
            format.sets()
                    .forEach(set ->
                            framing.packet(out, set.length, timestamp, false).writeBytes(set));
        }
        slice(out, isKey, sizeBytes, timestamp, noiseAt);
        return out;
    }

    private void slice(ByteBuf out, boolean isKey, int sizeBytes, int timestamp, int noiseAt) {
        int header = isKey ? format.keyHeader() : format.otherHeader();
        int from = Math.floorMod(noiseAt, NOISE_BYTES / 2);
        int left = sizeBytes - format.headerBytes();
        boolean first = true;
        while (left > 0) {
            int part = Math.min(MAX_PAYLOAD_BYTES - format.fuBytes(), left);
            boolean last = part == left;
            framing.packet(out, format.fuBytes() + part, timestamp, last);
            format.writeFu(out, header, (first ? FU_START : 0) | (last ? FU_END : 0));
            int at = from % (NOISE_BYTES - MAX_PAYLOAD_BYTES);
            if (first) {
                out.writeShort(format.sliceStart(isKey, number));
                out.writeBytes(NOISE, at, part - 2);
            } else {
                out.writeBytes(NOISE, at, part);
            }
            first = false;
            from += part;
            left -= part;
        }
    }
}
