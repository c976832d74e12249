// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** RTP packets of a grey 64x64 picture, 25 a second, a key picture each second. */
final class TestVideo {
    private static final byte[] SPS = hex("6742c00ada109b011000000300100000030320f1226a");
    private static final byte[] PPS = hex("68ce0fc8");
    private static final byte[] KEY_SLICE = hex("6588843a26280c9c9c9d75d75d75d75d75d75e");
    private static final byte[] SLICE = hex("419a203a8230");
    private static final int TICKS_PER_PICTURE = 3_600;
    private static final long UNIX_TO_NTP_SECONDS = 2_208_988_800L;
    private static final int SSRC = 0x0102_0304;

    private int sequence = 65_530;
    private int picture;
    private int frozenAt = -1;

    private static byte[] hex(String text) {
        return ByteBufUtil.decodeHexDump(text);
    }

    /** The packets of the next picture. */
    List<byte[]> next() {
        List<byte[]> packets = new ArrayList<>();
        if (picture % 25 == 0) {
            packets.add(packet(SPS, false));
            packets.add(packet(PPS, false));
            packets.add(packet(KEY_SLICE, true));
        } else {
            packets.add(packet(SLICE, true));
        }
        picture++;
        return packets;
    }

    /** Packets that the network is said to have lost. */
    void lose(int packets) {
        sequence += packets;
    }

    /** Pictures that the camera does not send; their time passes. */
    void pass(int pictures) {
        picture += pictures;
    }

    /** Whether RTP time stands still while pictures go on. */
    void freeze(boolean isFrozen) {
        frozenAt = isFrozen ? picture : -1;
    }

    /** The packets of the next picture that is no key picture. */
    List<byte[]> nextWithoutKey() {
        picture += picture % 25 == 0 ? 1 : 0;
        return next();
    }

    /** The sender report of so long after the newest picture. */
    byte[] senderReport(long utcMicros, long millisAfter) {
        long seconds = utcMicros / 1_000_000 + UNIX_TO_NTP_SECONDS;
        return ByteBuffer.allocate(28)
                .put((byte) 0x80)
                .put((byte) 200)
                .putShort((short) 6)
                .putInt(SSRC)
                .putInt((int) seconds)
                .putInt(0)
                .putInt((int) ((picture - 1L) * TICKS_PER_PICTURE + 90 * millisAfter))
                .putInt(picture)
                .putInt(picture)
                .array();
    }

    private byte[] packet(byte[] nal, boolean marker) {
        return ByteBuffer.allocate(12 + nal.length)
                .put((byte) 0x80)
                .put((byte) (marker ? 0x80 | 96 : 96))
                .putShort((short) sequence++)
                .putInt((frozenAt < 0 ? picture : frozenAt) * TICKS_PER_PICTURE)
                .putInt(SSRC)
                .put(nal)
                .array();
    }
}
