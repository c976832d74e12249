// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Quirks behind one another on one viewer's wire. */
class OddWireTest {
    private static final int SENDER_REPORT_BYTES = 28;
    private static final int PICTURES = 30;

    /** A marked packet with a slice of an IDR picture. */
    private static final byte[] PACKET = {(byte) 0x80, (byte) 0xe0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0x65, (byte) 0x88, 1};

    private final WireTally tally = new WireTally();
    private int sent;

    static Stream<Quirk> catalogue() {
        return Quirk.all().stream();
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void finishPicture_quirkBehindOneThatKeepsAllBack_sendsNothing(Quirk quirk) {
        send(PICTURES, DialogueQuirk.SILENT_AFTER_PLAY, quirk);
        assertThat(sent).isZero();
    }

    /** A quirk may send more packets than it is given, or none; it must only not stumble. */
    @ParameterizedTest
    @MethodSource("catalogue")
    void finishPicture_quirkBehindOneThatDropsPictures_goesOn(Quirk quirk) {
        send(PICTURES, StreamQuirk.DROPS_PICTURES, quirk);
        if (quirk == DialogueQuirk.SILENT_AFTER_PLAY) {
            assertThat(sent).isZero();
        } else {
            // Each tenth picture is dropped.
            assertThat(sent).isGreaterThanOrEqualTo(PICTURES - 2 * (PICTURES / 10));
        }
    }

    /** What was left out behind the last packet is not yet missed by anybody. */
    @Test
    void finishPicture_eachTenthPictureDropped_isTalliedBeforeTheNextPacket() {
        send(PICTURES, StreamQuirk.DROPS_PICTURES);
        assertThat(sent).isEqualTo(27);
        assertThat(tally.leftOut(9)).isZero();
        assertThat(tally.leftOut(10)).isOne();
        assertThat(tally.leftOut(19)).isEqualTo(2);
        assertThat(tally.leftOut(sent)).isEqualTo(2);
        assertThat(tally.gaps(sent)).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void finishPicture_quirkBehindEachOther_goesOn(Quirk quirk) {
        for (Quirk first : Quirk.all()) {
            assertThatCode(() -> send(2, first, quirk)).as(first.flag()).doesNotThrowAnyException();
        }
    }

    /** Some cut reports short; those behind them find what they would change gone. */
    @ParameterizedTest
    @MethodSource("catalogue")
    void report_quirkBehindEachOther_goesOn(Quirk quirk) {
        for (Quirk first : Quirk.all()) {
            OddWire wire = new OddWire(
                    Stream.of(first, quirk).map(q -> q.oddity().packets()).toList(), 1, tally);
            assertThatCode(() -> wire.report(Unpooled.wrappedBuffer(new byte[SENDER_REPORT_BYTES]), this::count))
                    .as(first.flag())
                    .doesNotThrowAnyException();
        }
    }

    private void send(int pictures, Quirk... quirks) {
        OddWire wire =
                new OddWire(Stream.of(quirks).map(q -> q.oddity().packets()).toList(), 1, tally);
        for (int i = 0; i < pictures; i++) {
            wire.add(Unpooled.wrappedBuffer(PACKET.clone()), PictureCodec.H264);
            wire.finishPicture(this::count);
        }
    }

    private void count(ByteBuf packet) {
        sent++;
        packet.release();
    }
}
