// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Receiver reports by RFC 3550 6.4.1, A.3 and A.8. */
class ReceptionStatisticsTest {
    private static final int SOURCE = 0xfeedbeef;
    private static final long MILLI = 1_000_000L;

    private final ReceptionStatistics statistics = new ReceptionStatistics(90_000);

    private boolean isBegun;

    private static ByteBuf packet(int source, int number, int timestamp) {
        ByteBuf packet = Unpooled.buffer(12);
        return packet.writeByte(0x80)
                .writeByte(96)
                .writeShort(number)
                .writeInt(timestamp)
                .writeInt(source);
    }

    private void begin(int source, int number) {
        statistics.begin(packet(source, number, 0));
        isBegun = true;
    }

    private void receive(int source, int number, int timestamp, long arrivalNanos) {
        if (!isBegun) {
            begin(source, number);
        }
        statistics.receive(packet(source, number, timestamp), arrivalNanos);
    }

    private void receiveAll(int... numbers) {
        for (int number : numbers) {
            receive(SOURCE, number, 0, 0);
        }
    }

    private ReportBlock report(long nowNanos) {
        return statistics.report(nowNanos).orElseThrow();
    }

    @Test
    void report_beforeTheFirstPacket_isEmpty() {
        assertThat(statistics.report(0)).isEmpty();
    }

    @Test
    void report_losses_countsTheIntervalAndAll() {
        receiveAll(IntStream.range(65_500, 65_536).toArray());
        receiveAll(IntStream.range(0, 100).filter(n -> n % 10 != 5).toArray());
        ReportBlock first = report(0);
        assertThat(first.source()).isEqualTo(SOURCE);
        assertThat(first.cumulativeLost()).isEqualTo(10);
        assertThat(first.fractionLost()).isEqualTo(10 * 256 / 136);
        assertThat(first.extendedHighest()).isEqualTo(65_536 + 99);

        receiveAll(IntStream.range(100, 200).toArray());
        ReportBlock second = report(0);
        assertThat(second.cumulativeLost()).isEqualTo(10);
        assertThat(second.fractionLost()).isZero();
        assertThat(report(0).fractionLost()).isZero();
    }

    @Test
    void report_duplicates_countAsReceivedAndMayOutweighLoss() {
        receiveAll(1, 2, 2, 2, 4);
        assertThat(report(0).cumulativeLost()).isEqualTo(-1);
        assertThat(report(0).fractionLost()).isZero();
    }

    @Test
    void report_reordered_isNoLoss() {
        receiveAll(1, 3, 2, 5, 4);
        assertThat(report(0).cumulativeLost()).isZero();
    }

    /** Who puts them in order waits for longer than RFC 3550 A.1 bears with. */
    @Test
    void report_reorderedFar_isNoLossAndNoNewBeginning() {
        receiveAll(1);
        receiveAll(IntStream.range(3, 250).toArray());
        receiveAll(2);
        assertThat(report(0).cumulativeLost()).isZero();
        assertThat(report(0).extendedHighest()).isEqualTo(249);
    }

    @Test
    void report_anotherSource_beginsAnew() {
        receiveAll(1, 9);
        statistics.onSenderReport(new SenderReport(SOURCE, 0x1111_2222_3333_4444L, 0), 0);
        begin(7, 100);
        receive(7, 100, 0, 0);
        ReportBlock block = report(0);
        assertThat(block.source()).isEqualTo(7);
        assertThat(block.cumulativeLost()).isZero();
        assertThat(block.lastSenderReport()).isZero();
    }

    @Test
    void report_numberedAnew_beginsAnew() {
        receiveAll(1, 2);
        begin(SOURCE, 30_000);
        receiveAll(30_000, 30_001);
        assertThat(report(0).cumulativeLost()).isZero();
        assertThat(report(0).extendedHighest()).isEqualTo(30_001);
    }

    @Test
    void report_afterASenderReport_saysItsMiddleBitsAndTheDelay() {
        receiveAll(1);
        statistics.onSenderReport(new SenderReport(SOURCE, 0x1111_2222_3333_4444L, 0), 5_000 * MILLI);
        statistics.onSenderReport(new SenderReport(8, 0x9999_9999_9999_9999L, 0), 5_500 * MILLI);
        ReportBlock block = report(6_500 * MILLI);
        assertThat(block.lastSenderReport()).isEqualTo(0x2222_3333);
        assertThat(block.delaySinceLast()).isEqualTo(65_536 * 3 / 2);
    }

    @Test
    void report_senderReportBeforeTheFirstPacket_counts() {
        statistics.onSenderReport(new SenderReport(SOURCE, 0x1111_2222_3333_4444L, 0), 0);
        receiveAll(1);
        assertThat(report(0).lastSenderReport()).isEqualTo(0x2222_3333);
    }

    /** RFC 3550 A.8 by hand: each packet 10 ms (900 ticks) off the one before; J goes up by (900 - J) / 16 each. */
    @Test
    void report_jitter_isTheRfcsMean() {
        receive(SOURCE, 0, 0, 0);
        double expected = 0;
        for (int i = 1; i <= 200; i++) {
            long arrival = i * 40L * MILLI + (i % 2 == 0 ? 0 : 10 * MILLI);
            receive(SOURCE, i, i * 3_600, arrival);
            expected += (900 - expected) / 16;
        }
        assertThat((double) report(0).jitter()).isBetween(expected - 2, expected + 2);
    }

    @Test
    void report_steadyStreamAcrossTheTimestampsWrap_hasNoJitter() {
        for (int i = 0; i < 100; i++) {
            receive(SOURCE, i, -100_000 + i * 3_600, 5_000_000_000_000L + i * 40L * MILLI);
        }
        assertThat(report(0).jitter()).isZero();
    }
}
