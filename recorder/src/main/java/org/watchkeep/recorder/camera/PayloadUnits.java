// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Takes the H.264 packets of one picture apart into NAL units and puts NAL units into packets again (RFC 6184), so that a
 * quirk may speak of either. Knows only what {@link RtpPacketiser} makes. Stateless.
 */
final class PayloadUnits {
    static final int STAP_A = 24;
    static final int FU_A = 28;
    private static final byte[] START_CODE = {0, 0, 0, 1};

    private PayloadUnits() {}

    static int type(OddPacket packet) {
        return packet.payload.length == 0 ? 0 : packet.payload[0] & 0x1f;
    }

    static boolean isFirstFragment(OddPacket packet) {
        return type(packet) == FU_A && (packet.payload[1] & 0x80) != 0;
    }

    /** Whether a packet holds no slice but what stands before slices. */
    static boolean isBeforePicture(OddPacket packet) {
        int type = type(packet);
        return type == STAP_A || (type >= 6 && type <= 9);
    }

    static List<byte[]> unitsOf(List<OddPacket> packets) {
        List<byte[]> units = new ArrayList<>();
        ByteArrayOutputStream open = new ByteArrayOutputStream();
        for (OddPacket packet : packets) {
            byte[] payload = packet.payload;
            if (type(packet) == STAP_A) {
                for (int at = 1; at + 2 <= payload.length; ) {
                    int length = (payload[at] & 0xff) << 8 | (payload[at + 1] & 0xff);
                    units.add(Arrays.copyOfRange(payload, at + 2, at + 2 + length));
                    at += 2 + length;
                }
            } else if (type(packet) == FU_A) {
                if (isFirstFragment(packet)) {
                    open.reset();
                    open.write((payload[0] & 0xe0) | (payload[1] & 0x1f));
                }
                open.write(payload, 2, payload.length - 2);
                if ((payload[1] & 0x40) != 0) {
                    units.add(open.toByteArray());
                }
            } else {
                units.add(payload);
            }
        }
        return units;
    }

    /** Packets like {@code like}, one NAL unit or fragment each, the last one marked. */
    static List<OddPacket> packetsOf(List<byte[]> units, OddPacket like, int maxPayload) {
        List<OddPacket> packets = new ArrayList<>();
        for (byte[] unit : units) {
            if (unit.length <= maxPayload) {
                packets.add(like.with(unit).marked(false));
                continue;
            }
            for (int from = 1; from < unit.length; ) {
                int part = Math.min(maxPayload - 2, unit.length - from);
                byte[] payload = new byte[2 + part];
                payload[0] = (byte) ((unit[0] & 0xe0) | FU_A);
                payload[1] =
                        (byte) ((from == 1 ? 0x80 : 0) | (from + part == unit.length ? 0x40 : 0) | (unit[0] & 0x1f));
                System.arraycopy(unit, from, payload, 2, part);
                packets.add(like.with(payload).marked(false));
                from += part;
            }
        }
        packets.get(packets.size() - 1).isMarked = true;
        return packets;
    }

    /** All in one, with a start code between (H.264 Annex B). */
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
