// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes RTP packets of access units (RFC 6184, RFC 7798): single NAL units, fragments, and an aggregate for what stands before
 * the slices.
 */
final class TestPacketiser {
    static final int PAYLOAD_TYPE = 96;
    static final int SSRC = 0x1234_5678;

    private final int mtu;
    private final boolean aggregates;
    private final boolean isH265;
    private int sequence;
    private int ssrc = SSRC;

    TestPacketiser(int mtu, boolean aggregates, int firstSequence) {
        this(mtu, aggregates, firstSequence, false);
    }

    TestPacketiser(int mtu, boolean aggregates, int firstSequence, boolean isH265) {
        this.isH265 = isH265;
        this.mtu = mtu;
        this.aggregates = aggregates;
        this.sequence = firstSequence;
    }

    void ssrc(int changed) {
        ssrc = changed;
    }

    void skip(int packets) {
        sequence += packets;
    }

    /** The packets of one access unit, the last with the marker. */
    List<byte[]> packets(TestStream.Unit unit, long timestamp) {
        List<byte[]> payloads = new ArrayList<>();
        List<byte[]> small = new ArrayList<>();
        for (byte[] nal : unit.nals()) {
            boolean isSlice = isH265 ? (nal[0] & 0x40) == 0 : (nal[0] & 0x1f) <= 5;
            if (aggregates && !isSlice && nal.length < 200) {
                small.add(nal);
                continue;
            }
            aggregate(small, payloads);
            payloads.addAll(isH265 ? payloads265(nal, mtu) : payloads(nal, mtu));
        }
        aggregate(small, payloads);
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < payloads.size(); i++) {
            packets.add(packet(payloads.get(i), timestamp, i == payloads.size() - 1));
        }
        return packets;
    }

    private void aggregate(List<byte[]> small, List<byte[]> payloads) {
        if (small.size() == 1) {
            payloads.add(small.get(0));
        } else if (!small.isEmpty()) {
            payloads.add(isH265 ? ap(small) : stapA(small));
        }
        small.clear();
    }

    static byte[] stapA(List<byte[]> nals) {
        ByteBuffer out = ByteBuffer.allocate(
                1 + nals.stream().mapToInt(n -> n.length + 2).sum());
        out.put((byte) 0x78);
        for (byte[] nal : nals) {
            out.putShort((short) nal.length).put(nal);
        }
        return out.array();
    }

    /** One NAL unit as it is, or in fragments. */
    static List<byte[]> payloads(byte[] nal, int mtu) {
        if (nal.length <= mtu) {
            return List.of(nal);
        }
        List<byte[]> fragments = new ArrayList<>();
        int part = mtu - 2;
        for (int at = 1; at < nal.length; at += part) {
            int length = Math.min(part, nal.length - at);
            ByteBuffer out = ByteBuffer.allocate(2 + length);
            out.put((byte) ((nal[0] & 0xe0) | 28));
            out.put((byte) ((at == 1 ? 0x80 : 0) | (at + length == nal.length ? 0x40 : 0) | (nal[0] & 0x1f)));
            fragments.add(out.put(nal, at, length).array());
        }
        return fragments;
    }

    /** RFC 7798 4.4.2. */
    static byte[] ap(List<byte[]> nals) {
        ByteBuffer out = ByteBuffer.allocate(
                2 + nals.stream().mapToInt(n -> n.length + 2).sum());
        out.put((byte) (48 << 1)).put((byte) 1);
        for (byte[] nal : nals) {
            out.putShort((short) nal.length).put(nal);
        }
        return out.array();
    }

    /** One H.265 NAL unit as it is, or in fragments (RFC 7798 4.4.3). */
    static List<byte[]> payloads265(byte[] nal, int mtu) {
        if (nal.length <= mtu) {
            return List.of(nal);
        }
        List<byte[]> fragments = new ArrayList<>();
        int part = mtu - 3;
        for (int at = 2; at < nal.length; at += part) {
            int length = Math.min(part, nal.length - at);
            ByteBuffer out = ByteBuffer.allocate(3 + length);
            out.put((byte) ((nal[0] & 0x81) | 49 << 1)).put(nal[1]);
            out.put((byte) ((at == 2 ? 0x80 : 0) | (at + length == nal.length ? 0x40 : 0) | (nal[0] >> 1 & 0x3f)));
            fragments.add(out.put(nal, at, length).array());
        }
        return fragments;
    }

    byte[] packet(byte[] payload, long timestamp, boolean marker) {
        ByteBuffer out = ByteBuffer.allocate(12 + payload.length);
        out.put((byte) 0x80).put((byte) ((marker ? 0x80 : 0) | PAYLOAD_TYPE));
        out.putShort((short) sequence++).putInt((int) timestamp).putInt(ssrc);
        return out.put(payload).array();
    }
}
