// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * Keeps, of one source at a time, what a receiver report says: RFC 3550 A.1 (numbers), A.3 (loss), A.8 (jitter). Which
 * packets are the stream's, and when it begins anew, is for {@link ReorderBuffer} to decide, which shows them as they arrive,
 * before they are put in order; as the RFC has it, those that come twice or late count as received. Confined to its event
 * loop.
 */
public final class ReceptionStatistics {
    private static final int MAX_CUMULATIVE = 0x7f_ffff;
    private static final int MIN_CUMULATIVE = -0x80_0000;
    private static final long NANOS = 1_000_000_000L;

    private final int clockRate;
    private boolean started;
    private int source;
    private long first;
    private long highest;
    private long received;
    private long expectedBefore;
    private long receivedBefore;
    private int lastTransit;
    private boolean hasTransit;
    /** RFC 3550 A.8: sixteen times the jitter, so that it can be kept as a whole number. */
    private long jitter16;

    private boolean hasReport;
    private int lastReportNtp;
    private long lastReportNanos;

    /** @param clockRate ticks a second of the RTP timestamps */
    public ReceptionStatistics(int clockRate) {
        this.clockRate = clockRate;
    }

    /** A source, or a numbering, begins with this packet, which is then {@link #receive}d like any other. */
    void begin(ByteBuf packet) {
        int at = packet.readerIndex();
        int ssrc = packet.getInt(at + 8);
        if (ssrc != source) {
            hasReport = false;
        }
        started = true;
        source = ssrc;
        first = packet.getUnsignedShort(at + 2);
        highest = first;
        received = 0;
        expectedBefore = 0;
        receivedBefore = 0;
        hasTransit = false;
        jitter16 = 0;
    }

    /** A packet of the stream came, however far before or behind the others. */
    void receive(ByteBuf packet, long arrivalNanos) {
        int at = packet.readerIndex();
        highest += Math.max(0, (short) (packet.getUnsignedShort(at + 2) - (int) highest));
        received++;
        measureJitter(packet.getInt(at + 4), arrivalNanos);
    }

    /** Several packets of one picture share a timestamp and leave one after another: that is jitter too, by the RFC. */
    private void measureJitter(int timestamp, long arrivalNanos) {
        long seconds = Math.floorDiv(arrivalNanos, NANOS);
        long ticks = seconds * clockRate + Math.floorMod(arrivalNanos, NANOS) * clockRate / NANOS;
        int transit = (int) ticks - timestamp;
        if (hasTransit) {
            long difference = Math.abs((long) (transit - lastTransit));
            jitter16 += difference - ((jitter16 + 8) >> 4);
        }
        hasTransit = true;
        lastTransit = transit;
    }

    /** The source's own report came; one of another source (Tapo C320WS sends such) is passed over. */
    public void onSenderReport(SenderReport report, long arrivalNanos) {
        if (started && report.ssrc() != source) {
            return;
        }
        source = started ? source : report.ssrc();
        hasReport = true;
        lastReportNtp = (int) (report.ntp() >>> 16);
        lastReportNanos = arrivalNanos;
    }

    /** Packets since the beginning. */
    long received() {
        return received;
    }

    /** What is to be reported now; the interval of the fraction lost begins anew. Empty before the first packet. */
    public Optional<ReportBlock> report(long nowNanos) {
        if (!started) {
            return Optional.empty();
        }
        long expected = highest - first + 1;
        long expectedSince = expected - expectedBefore;
        long lostSince = expectedSince - (received - receivedBefore);
        expectedBefore = expected;
        receivedBefore = received;
        int fraction = expectedSince <= 0 || lostSince <= 0 ? 0 : (int) Math.min(255, (lostSince << 8) / expectedSince);
        long lost = Math.max(MIN_CUMULATIVE, Math.min(MAX_CUMULATIVE, expected - received));
        return Optional.of(new ReportBlock(
                source,
                fraction,
                (int) lost,
                (int) highest,
                jitter16 >> 4,
                hasReport ? lastReportNtp : 0,
                hasReport ? delay(nowNanos - lastReportNanos) : 0));
    }

    private static long delay(long nanos) {
        return nanos / NANOS * 65_536 + nanos % NANOS * 65_536 / NANOS;
    }
}
