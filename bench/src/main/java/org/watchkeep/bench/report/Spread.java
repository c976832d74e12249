// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;

/** How long each of many calls took: all of them are kept, so percentiles are exact. Confined to one thread. */
public final class Spread {
    private static final int FIRST_CAPACITY = 1_024;

    private long[] nanos = new long[FIRST_CAPACITY];
    private int count;
    private boolean sorted = true;

    public void add(long callNanos) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = callNanos;
        sorted = false;
    }

    public int count() {
        return count;
    }

    /** The time that this share of the calls did not exceed. */
    public double millis(double share) {
        if (count == 0) {
            throw new IllegalStateException("nothing was timed");
        }
        if (!sorted) {
            Arrays.sort(nanos, 0, count);
            sorted = true;
        }
        int rank = (int) Math.ceil(share * count);
        return Math.round(nanos[Math.max(0, rank - 1)] / 1e3) / 1e3;
    }

    /** Adds {@code calls}, {@code p50Ms}, {@code p99Ms} and {@code maxMs}. */
    public ObjectNode writeTo(ObjectNode node) {
        return node.put("calls", count)
                .put("p50Ms", millis(0.5))
                .put("p99Ms", millis(0.99))
                .put("maxMs", millis(1));
    }
}
