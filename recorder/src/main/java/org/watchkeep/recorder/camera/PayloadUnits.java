// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Takes the packets of one picture apart into NAL units and puts NAL units into packets again (RFC 6184, RFC 7798), so that a
 * quirk may speak of either. Knows only what {@link RtpPacketiser} makes. Stateless.
 */
final class PayloadUnits {
    private static final int H264_AGGREGATE = 24;
    private static final int H264_FRAGMENT = 28;
    private static final int H265_AGGREGATE = 48;
    private static final int H265_FRAGMENT = 49;

    private static final int FIRST = 0x80;
    private static final int LAST = 0x40;
    private static final byte[] START_CODE = {0, 0, 0, 1};

    private PayloadUnits() {}

    private static boolean isH265(PictureCodec codec) {
        return codec == PictureCodec.H265;
    }

    /** Of the payload: a NAL unit's, or what packs some. */
    static int type(OddPacket packet) {
        return packet.payload.length == 0 ? 0 : packet.codec.type(packet.payload[0] & 0xff);
    }

    static boolean isAggregate(OddPacket packet) {
        return type(packet) == (isH265(packet.codec) ? H265_AGGREGATE : H264_AGGREGATE);
    }

    static boolean isFragment(OddPacket packet) {
        return type(packet) == (isH265(packet.codec) ? H265_FRAGMENT : H264_FRAGMENT);
    }

    static boolean isFirstFragment(OddPacket packet) {
        return isFragment(packet) && (fragmentHeader(packet) & FIRST) != 0;
    }

    /** Behind the payload's header: first, last, type. */
    static int fragmentHeader(OddPacket packet) {
        return packet.payload[packet.codec.headerBytes] & 0xff;
    }

    static List<byte[]> unitsOf(List<OddPacket> packets) {
        List<byte[]> units = new ArrayList<>();
        ByteArrayOutputStream open = new ByteArrayOutputStream();
        for (OddPacket packet : packets) {
            byte[] payload = packet.payload;
            int header = packet.codec.headerBytes;
            if (isAggregate(packet)) {
                for (int at = header; at + 2 <= payload.length; ) {
                    int length = (payload[at] & 0xff) << 8 | (payload[at + 1] & 0xff);
                    units.add(Arrays.copyOfRange(payload, at + 2, at + 2 + length));
                    at += 2 + length;
                }
            } else if (isFragment(packet)) {
                if (isFirstFragment(packet)) {
                    open.reset();
                    open.writeBytes(unitHeader(packet));
                }
                open.write(payload, header + 1, payload.length - header - 1);
                if ((fragmentHeader(packet) & LAST) != 0) {
                    units.add(open.toByteArray());
                }
            } else if (payload.length > 0) {
                units.add(payload);
            }
        }
        return units;
    }

    private static byte[] unitHeader(OddPacket packet) {
        byte[] payload = packet.payload;
        if (isH265(packet.codec)) {
            return new byte[] {(byte) ((payload[0] & 0x81) | (payload[2] & 0x3f) << 1), payload[1]};
        }
        return new byte[] {(byte) ((payload[0] & 0xe0) | (payload[1] & 0x1f))};
    }

    /** Packets like {@code like}, one NAL unit or fragment each, the last one marked; none where no unit was whole. */
    static List<OddPacket> packetsOf(List<byte[]> units, OddPacket like, int maxPayload) {
        int header = like.codec.headerBytes;
        List<OddPacket> packets = new ArrayList<>();
        for (byte[] unit : units) {
            if (unit.length <= maxPayload) {
                packets.add(like.with(unit).marked(false));
                continue;
            }
            for (int from = header; from < unit.length; ) {
                int part = Math.min(maxPayload - header - 1, unit.length - from);
                boolean isLast = from + part == unit.length;
                packets.add(like.with(fragment(like.codec, unit, from, part, from == header, isLast))
                        .marked(false));
                from += part;
            }
        }
        if (!packets.isEmpty()) {
            packets.get(packets.size() - 1).isMarked = true;
        }
        return packets;
    }

    /** A fragmentation unit with this part of a NAL unit. */
    static byte[] fragment(PictureCodec codec, byte[] unit, int from, int length, boolean isFirst, boolean isLast) {
        int header = codec.headerBytes;
        byte[] payload = new byte[header + 1 + length];
        if (isH265(codec)) {
            payload[0] = (byte) ((unit[0] & 0x81) | H265_FRAGMENT << 1);
            payload[1] = unit[1];
        } else {
            payload[0] = (byte) ((unit[0] & 0xe0) | H264_FRAGMENT);
        }
        payload[header] = (byte) ((isFirst ? FIRST : 0) | (isLast ? LAST : 0) | codec.type(unit[0] & 0xff));
        System.arraycopy(unit, from, payload, header + 1, length);
        return payload;
    }

    /** A NAL unit with this type and these bytes behind its header. */
    static byte[] unit(PictureCodec codec, int type, int... bytes) {
        byte[] unit = new byte[codec.headerBytes + bytes.length];
        if (isH265(codec)) {
            unit[0] = (byte) (type << 1);
            unit[1] = 1;
        } else {
            unit[0] = (byte) type;
        }
        for (int i = 0; i < bytes.length; i++) {
            unit[codec.headerBytes + i] = (byte) bytes[i];
        }
        return unit;
    }

    /** All in one, with a start code between (H.264 and H.265 Annex B). */
    static byte[] joined(List<byte[]> units) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] unit : units) {
            if (out.size() > 0) {
                out.writeBytes(START_CODE);
            }
            out.writeBytes(unit);
        }
        return out.toByteArray();
    }

    static byte[] afterStartCode(byte[] unit) {
        return concat(START_CODE, unit);
    }

    static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
