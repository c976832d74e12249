// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RtpPacketTest {
    private static final StreamOrigin ORIGIN = new StreamOrigin("town-hall-3", "192.0.2.7:554", 0);
    private static final String FIXED = "60 ffff 89abcdef 12345678".replace(" ", "");

    private final RtpPacket packet = new RtpPacket(ORIGIN);

    @Test
    void parse_plainPacket_readsEveryField() throws Exception {
        packet.parse(bytes("80 e0 fffe 89abcdef 12345678 41aabb"));
        assertThat(packet.marker()).isTrue();
        assertThat(packet.payloadType()).isEqualTo(96);
        assertThat(packet.sequence()).isEqualTo(0xfffe);
        assertThat(packet.timestamp()).isEqualTo(0x89abcdef);
        assertThat(packet.ssrc()).isEqualTo(0x12345678);
        assertThat(packet.payloadIndex()).isEqualTo(12);
        assertThat(packet.payloadLength()).isEqualTo(3);
    }

    @Test
    void parse_contributorsExtensionAndPadding_findsThePayload() throws Exception {
        // Two CSRCs, the ONVIF replay extension's three words, four bytes of padding.
        packet.parse(bytes("b2" + FIXED + "00000001 00000002 abac0003 0102030405060708 090a0b0c 41aabb 00000004"));
        assertThat(packet.payloadIndex()).isEqualTo(12 + 8 + 16);
        assertThat(packet.payloadLength()).isEqualTo(3);
    }

    @Test
    void parse_behindTheReaderIndex_leavesTheIndexThere() throws Exception {
        ByteBuf in = bytes("2400000f 80" + FIXED + "41aabb").skipBytes(4);
        packet.parse(in);
        assertThat(packet.payloadIndex()).isEqualTo(16);
        assertThat(in.readerIndex()).isEqualTo(4);
    }

    @Test
    void parse_paddingLongerThanThePacket_isRefusedWithPlace() {
        assertThatThrownBy(() -> packet.parse(bytes("a0" + FIXED + "41aabbff")))
                .isInstanceOf(StreamFormatException.class)
                .hasMessageContaining("camera=town-hall-3 connection=192.0.2.7:554 channel=0 sequence=65535");
    }

    @Test
    void parse_paddingOfZero_isRefused() {
        assertThatThrownBy(() -> packet.parse(bytes("a0" + FIXED + "41aabb00")))
                .isInstanceOf(StreamFormatException.class);
    }

    @Test
    void parse_otherVersion_isRefused() {
        assertThatThrownBy(() -> packet.parse(bytes("40" + FIXED)))
                .isInstanceOf(StreamFormatException.class)
                .hasMessageStartingWith("RTP version: 1 (expected: 2)");
    }

    @Property
    void parse_anyBytes_isReadWithinThemOrRefused(@ForAll @Size(max = 80) byte[] nonsense) {
        if (nonsense.length > 0) {
            nonsense[0] = (byte) (0x80 | (nonsense[0] & 0x3f));
        }
        try {
            packet.parse(Unpooled.wrappedBuffer(nonsense));
            assertThat(packet.payloadIndex()).isGreaterThanOrEqualTo(RtpPacket.HEADER_BYTES);
            assertThat(packet.payloadLength()).isNotNegative();
            assertThat(packet.payloadIndex() + packet.payloadLength()).isLessThanOrEqualTo(nonsense.length);
        } catch (StreamFormatException e) {
            assertThat(e.origin()).isEqualTo(ORIGIN);
        }
    }

    private static ByteBuf bytes(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex.replace(" ", "")));
    }
}
