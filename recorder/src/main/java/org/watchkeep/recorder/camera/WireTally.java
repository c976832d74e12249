// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * What the faults {@code lose}, {@code reorder} and {@code duplicate}, quirks that leave packets out, and the machine have done
 * to one camera's packets. Any thread.
 */
public final class WireTally {
    /** Ten minutes of the quirk that leaves out most often; a camera that is left running must not fill the memory. */
    private static final int MAX_GAPS = 1_500;

    /**
     * Numbers that no packet was sent with.
     *
     * @param behindPackets sent before them
     */
    private record Gap(long behindPackets, int numbers) {}

    final LongAdder lost = new LongAdder();
    final LongAdder reordered = new LongAdder();
    final LongAdder duplicated = new LongAdder();
    private final LongAccumulator longestSendNanos = new LongAccumulator(Math::max, 0);
    /** In the order of sending. */
    private final Queue<Gap> gaps = new ConcurrentLinkedQueue<>();

    private final AtomicInteger gapCount = new AtomicInteger();

    public long lost() {
        return lost.sum();
    }

    public long reordered() {
        return reordered.sum();
    }

    public long duplicated() {
        return duplicated.sum();
    }

    /** The longest that the camera has taken from beginning to send what was due until the system had it. */
    public long longestSendNanos() {
        return longestSendNanos.get();
    }

    /**
     * Packets numbered and left out by a quirk before the last of so many that were sent: what a client that received these
     * must have missed. Only for a camera that one client has played once.
     */
    public long leftOut(long packetsSent) {
        return gapsSeen(packetsSent).mapToLong(Gap::numbers).sum();
    }

    /** As {@link #leftOut}: how many times in a row packets were left out. */
    public long gaps(long packetsSent) {
        return gapsSeen(packetsSent).count();
    }

    private Stream<Gap> gapsSeen(long packetsSent) {
        if (gapCount.get() > MAX_GAPS) {
            throw new IllegalStateException(
                    "gaps: " + gapCount.get() + " (expected: at most " + MAX_GAPS + ", no more are kept)");
        }
        return gaps.stream().filter(gap -> gap.behindPackets() < packetsSent);
    }

    void leavesOut(int numbers, long behindPackets) {
        if (gapCount.get() <= MAX_GAPS && gapCount.incrementAndGet() <= MAX_GAPS) {
            gaps.add(new Gap(behindPackets, numbers));
        }
    }

    void sendingTook(long nanos) {
        longestSendNanos.accumulate(nanos);
    }
}
