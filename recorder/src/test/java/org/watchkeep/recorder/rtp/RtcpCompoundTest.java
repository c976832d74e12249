// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RtcpCompoundTest {
    private static final String SENDER_REPORT =
            "80c80006 12345678 e6c9b680 80000000 00015f90 00000064 0000ffff".replace(" ", "");
    private static final SenderReport EXPECTED = new SenderReport(0x12345678, 0xe6c9b680_80000000L, 90_000);

    @Test
    void read_reportAndDescription_findsTheReport() {
        // SDES with one CNAME item "cam" and its terminator.
        RtcpCompound compound = RtcpCompound.read(bytes(SENDER_REPORT + "81ca0003123456780103636d6d000000"));
        assertThat(compound.senderReports()).containsExactly(EXPECTED);
        assertThat(compound.isMalformed()).isFalse();
        assertThat(compound.bye()).isFalse();
    }

    @Test
    void read_lengthBeyondTheEnd_hanwha_keepsWhatStoodBefore() {
        RtcpCompound compound = RtcpCompound.read(bytes(SENDER_REPORT + "81ca0009123456780103636d"));
        assertThat(compound.senderReports()).containsExactly(EXPECTED);
        assertThat(compound.isMalformed()).isTrue();
    }

    @Test
    void read_bye_isSeen() {
        assertThat(RtcpCompound.read(bytes("81cb000112345678")).bye()).isTrue();
    }

    @Test
    void read_shortSenderReport_isMalformed() {
        assertThat(RtcpCompound.read(bytes("80c8000112345678")))
                .isEqualTo(new RtcpCompound(java.util.List.of(), false, java.util.List.of(), true));
    }

    @Property
    void read_anyBytes_neverThrowsAndNeverReadsBeyond(@ForAll @Size(max = 120) byte[] nonsense) {
        RtcpCompound compound = RtcpCompound.read(Unpooled.wrappedBuffer(nonsense));
        assertThat(compound.senderReports()).hasSizeLessThanOrEqualTo(nonsense.length / 28);
    }

    private static ByteBuf bytes(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
    }
}
