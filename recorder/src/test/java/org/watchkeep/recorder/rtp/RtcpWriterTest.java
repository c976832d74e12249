// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RtcpWriterTest {
    private final ByteBuf out = Unpooled.buffer();

    private String hex() {
        return ByteBufUtil.hexDump(out);
    }

    /** Field by field as RFC 3550 6.4.2 draws it. */
    @Test
    void receiverReport_withABlock_isTheRfcsForm() {
        RtcpWriter.receiverReport(
                out, 0x01020304, Optional.of(new ReportBlock(0xa1a2a3a4, 26, -2, 0x00010063, 843, 0x22223333, 98_304)));
        assertThat(hex())
                .isEqualTo(
                        "81c90007" // V=2 P=0 RC=1, PT=201, 8 words
                                + "01020304" // our SSRC
                                + "a1a2a3a4" // theirs
                                + "1a" + "fffffe" // fraction lost, cumulative lost in 24 bits with a sign
                                + "00010063" // extended highest number
                                + "0000034b" // jitter
                                + "22223333" // LSR
                                + "00018000"); // DLSR, 1.5 s
    }

    @Test
    void receiverReport_withoutABlock_isEmpty() {
        RtcpWriter.receiverReport(out, 0x01020304, Optional.empty());
        assertThat(hex()).isEqualTo("80c9000101020304");
    }

    @Test
    void sourceDescription_name_endsOnAWordWithAtLeastOneZero() {
        RtcpWriter.sourceDescription(out, 0x01020304, "abcd");
        assertThat(hex()).isEqualTo("81ca0003" + "01020304" + "0104" + "61626364" + "0000");
        out.clear();
        RtcpWriter.sourceDescription(out, 0x01020304, "ab");
        assertThat(hex()).isEqualTo("81ca0003" + "01020304" + "0102" + "6162" + "00000000");
    }

    @Test
    void goodbye_isTheRfcsForm() {
        RtcpWriter.goodbye(out, 0x01020304);
        assertThat(hex()).isEqualTo("81cb000101020304");
    }

    @Test
    void senderReport_isReadBack() {
        SenderReport report = new SenderReport(7, 0x1234_5678_9abc_def0L, 99);
        RtcpWriter.senderReport(out, report, 1L << 33, 5);
        assertThat(out.readableBytes()).isEqualTo(28);
        assertThat(RtcpCompound.read(out).senderReports()).containsExactly(report);
        assertThat(out.getInt(20)).isZero();
    }

    @Property(tries = 200)
    void compound_anything_isWhole(@ForAll @IntRange(max = 300) int nameLength, @ForAll long bits) {
        ByteBuf written = Unpooled.buffer();
        RtcpWriter.receiverReport(
                written,
                (int) bits,
                Optional.of(new ReportBlock((int) bits, (int) bits & 0xff, (int) bits, 1, bits, 2, bits)));
        RtcpWriter.sourceDescription(written, (int) bits, "x".repeat(nameLength));
        RtcpWriter.goodbye(written, (int) bits);
        RtcpCompound read = RtcpCompound.read(written);
        assertThat(read.isMalformed()).isFalse();
        assertThat(read.bye()).isTrue();
        assertThat(written.readableBytes() % 4).isZero();
    }
}
