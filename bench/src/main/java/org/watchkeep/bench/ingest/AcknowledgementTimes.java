// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.Digest;
import org.watchkeep.retention.store.StoreClock;
import org.watchkeep.retention.store.StreamId;

/** How long it took from a fragment's first picture until it was safe. Counted on writer threads, read by any. */
final class AcknowledgementTimes implements AcknowledgementListener {
    private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(10);
    private static final int DIGITS = 3;

    private final StoreClock clock;
    private final Recorder recorder = new Recorder(LONGEST_MICROS, DIGITS);
    private final Histogram sinceReset = new Histogram(LONGEST_MICROS, DIGITS);

    AcknowledgementTimes(StoreClock clock) {
        this.clock = clock;
    }

    @Override
    public void acknowledged(StreamId stream, long run, long sequence, Digest digest) {
        throw new IllegalStateException("the store tells the start of each fragment");
    }

    @Override
    public void acknowledged(StreamId stream, long run, long sequence, Digest digest, long startMonoNanos) {
        long micros = (clock.monoNanos() - startMonoNanos) / 1_000;
        recorder.recordValue(Math.max(0, Math.min(LONGEST_MICROS, micros)));
    }

    synchronized void reset() {
        recorder.reset();
        sinceReset.reset();
    }

    synchronized void writeTo(ObjectNode node) {
        sinceReset.add(recorder.getIntervalHistogram());
        node.put("ackCount", sinceReset.getTotalCount());
        node.put("ackP50Ms", sinceReset.getValueAtPercentile(50) / 1_000.0);
        node.put("ackP99Ms", sinceReset.getValueAtPercentile(99) / 1_000.0);
        node.put("ackMaxMs", sinceReset.getMaxValue() / 1_000.0);
    }
}
