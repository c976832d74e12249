// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class H264DepacketiserTest {
    private final Set<Tolerance> tolerances = EnumSet.noneOf(Tolerance.class);
    private final Nals nals = new Nals();
    private final NalDepacketiser depacketiser = new NalDepacketiser(NalPackaging.H264, nals, tolerances);

    @Test
    void onPayload_singleNalUnit_passesItWhole() throws Exception {
        push("6588848000");
        assertThat(nals.whole).containsExactly("6588848000");
        assertThat(tolerances).isEmpty();
    }

    @Test
    void onPayload_stapA_passesEach() throws Exception {
        push("78 0004 67640028 0002 68ee");
        assertThat(nals.whole).containsExactly("67640028", "68ee");
    }

    @Test
    void onPayload_stapAWithZeroPadding_stopsAtThePadding() throws Exception {
        push("78 0002 68ee 0000 00");
        assertThat(nals.whole).containsExactly("68ee");
        assertThat(tolerances).containsExactly(Tolerance.AGGREGATE_PADDED);
    }

    @Test
    void onPayload_stapASizeBeyondTheEnd_keepsWhatStoodBefore() throws Exception {
        push("78 0002 68ee 0009 67");
        assertThat(nals.whole).containsExactly("68ee");
        assertThat(nals.lost).isEqualTo(1);
        assertThat(depacketiser.malformed()).isEqualTo(1);
    }

    @Test
    void onPayload_fuA_putsTheNalUnitTogether() throws Exception {
        push("7c85 8884");
        push("7c05 0102");
        push("7c45 03");
        assertThat(nals.whole).containsExactly("658884010203");
    }

    @Test
    void onPayload_lostMiddleOfFuA_endsTheNalUnitThere() throws Exception {
        push("7c85 8884");
        depacketiser.onLoss();
        push("7c45 03");
        assertThat(nals.whole).isEmpty();
        assertThat(nals.cut).containsExactly("658884");
        assertThat(nals.lost).isEqualTo(1);
    }

    @Test
    void onPayload_lostStartOfFuA_passesNothing() throws Exception {
        push("7c05 0102");
        push("7c45 03");
        assertThat(nals.whole).isEmpty();
        assertThat(nals.lost).isEqualTo(2);
    }

    @Test
    void onPayload_fuAFirstAndLast_costarHd_passesItWhole() throws Exception {
        push("7cc5 8884");
        assertThat(nals.whole).containsExactly("658884");
        assertThat(tolerances).containsExactly(Tolerance.FRAGMENT_FIRST_AND_LAST);
    }

    @Test
    void onPayload_typeChangesBetweenFragments_tiandy_keepsTheFirst() throws Exception {
        push("7c85 8884");
        push("7c41 03");
        assertThat(nals.whole).containsExactly("65888403");
        assertThat(tolerances).containsExactly(Tolerance.TYPE_CHANGES_WITHIN_FRAGMENT);
    }

    @Test
    void onPayload_fuAWithoutLast_endsWhereTheNextBegins() throws Exception {
        push("7c81 8884");
        push("419a");
        assertThat(nals.whole).containsExactly("618884", "419a");
        assertThat(tolerances).containsExactly(Tolerance.FRAGMENT_WITHOUT_LAST);
    }

    @Test
    void onPayload_emptyFragments_areCountedAndHarmless() throws Exception {
        push("7c85 8884");
        push("7c05");
        push("7c");
        push("7c45 03");
        push("");
        assertThat(nals.whole).containsExactly("65888403");
        assertThat(depacketiser.ignored()).isEqualTo(3);
    }

    @Test
    void onPayload_startCodeBeforeNalUnit_v380_dropsTheStartCode() throws Exception {
        push("00000001 6742 00000001 68ce 000001 65880000");
        assertThat(nals.whole).containsExactly("6742", "68ce", "65880000");
        assertThat(tolerances).containsExactly(Tolerance.START_CODE_IN_PAYLOAD);
    }

    @Test
    void onPayload_severalNalUnitsInOneFuA_amatek_passesEach() throws Exception {
        push("7c87 640028");
        push("7c07 aa0000");
        push("7c07 0168ee 000000");
        push("7c47 01 6588 0003");
        assertThat(nals.whole).containsExactly("67640028aa", "68ee", "65880003");
        assertThat(tolerances).contains(Tolerance.SEVERAL_NAL_UNITS_IN_FRAGMENT);
    }

    @Test
    void onPayload_zerosAcrossFragmentsThatAreNoStartCode_areKept() throws Exception {
        push("7c87 640000");
        push("7c07 0003");
        push("7c47 0000");
        assertThat(nals.whole).containsExactly("676400000003" + "0000");
    }

    @Test
    void onPayload_forbiddenBitReservedAndInterleavedTypes_areIgnored() throws Exception {
        push("e588");
        push("0088");
        push("7988");
        push("7a88");
        push("7d88");
        push("7f88");
        assertThat(nals.whole).isEmpty();
        assertThat(depacketiser.ignored()).isEqualTo(6);
    }

    @Test
    void continuesPicture_tellsFirstSlicesFromFurtherOnes() {
        assertThat(continues("6588")).isFalse();
        assertThat(continues("6542")).isTrue();
        assertThat(continues("6742")).isFalse();
        assertThat(continues("7c85 88")).isFalse();
        assertThat(continues("7c85 42")).isTrue();
        assertThat(continues("7c05 88")).isTrue();
        assertThat(continues("78 0002 6542")).isTrue();
    }

    @Property(tries = 2_000)
    void onPayload_anyPayloads_passNoByteThatDidNotCome(@ForAll @Size(max = 12) List<@Size(max = 24) byte[]> payloads)
            throws Exception {
        Nals sink = new Nals();
        NalDepacketiser any = new NalDepacketiser(NalPackaging.H264, sink, EnumSet.noneOf(Tolerance.class));
        int bytes = 0;
        for (byte[] payload : payloads) {
            for (int i = 0; i < payload.length; i++) {
                // Few values, so that start codes, fragments and aggregates arise.
                payload[i] = switch (payload[i] & 7) {
                    case 0, 1, 2 -> 0;
                    case 3 -> 1;
                    case 4 -> 0x7c;
                    case 5 -> (byte) 0x85;
                    case 6 -> 0x78;
                    default -> payload[i];
                };
            }
            bytes += payload.length;
            any.onPayload(Unpooled.wrappedBuffer(payload), 0, payload.length);
        }
        any.onLoss();
        assertThat(sink.isOpen).isFalse();
        assertThat(sink.total).isLessThanOrEqualTo(bytes);
    }

    private static boolean continues(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        return new NalDepacketiser(NalPackaging.H264, new Nals(), EnumSet.noneOf(Tolerance.class))
                .continuesPicture(Unpooled.wrappedBuffer(bytes), 0, bytes.length);
    }

    private void push(String hex) throws StreamFormatException {
        ByteBuf payload = Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex.replace(" ", "")));
        depacketiser.onPayload(payload, 0, payload.readableBytes());
    }

    /** Keeps NAL units as hexadecimal, and that calls come in order. */
    private static final class Nals implements NalSink {
        final List<String> whole = new ArrayList<>();
        final List<String> cut = new ArrayList<>();
        int lost;
        int total;
        boolean isOpen;
        private StringBuilder nal = new StringBuilder();

        @Override
        public void nalStart(int header) {
            assertThat(isOpen).isFalse();
            isOpen = true;
            nal = new StringBuilder(String.format("%02x", header));
            total++;
        }

        @Override
        public void nalBytes(ByteBuf from, int index, int length) {
            assertThat(isOpen).isTrue();
            nal.append(ByteBufUtil.hexDump(from, index, length));
            total += length;
        }

        @Override
        public void nalZeros(int count) {
            assertThat(isOpen).isTrue();
            nal.append("00".repeat(count));
            total += count;
        }

        @Override
        public void nalEnd(boolean isWhole) {
            assertThat(isOpen).isTrue();
            isOpen = false;
            (isWhole ? whole : cut).add(nal.toString());
        }

        @Override
        public void nalLost() {
            lost++;
        }
    }
}
