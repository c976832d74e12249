// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The UDP ports that media may come to: those a firewall lets through. Pairs are taken in turn, so that one just given back
 * rests longest; none is given twice. Shared by all event loops: any thread.
 */
public final class UdpPortRange {
    /** Whichever the system gives. */
    public static final UdpPortRange ANY = new UdpPortRange(0, 0);

    private static final Pattern TEXT = Pattern.compile("(\\d{1,5})-(\\d{1,5})");
    private static final int FIRST_UNPRIVILEGED = 1_024;
    private static final int LAST = 65_535;

    private final int first;
    private final int pairs;
    private final AtomicInteger next = new AtomicInteger();
    /** Of each pair 1 while it is taken. */
    private final AtomicIntegerArray taken;

    private UdpPortRange(int first, int pairs) {
        this.first = first;
        this.pairs = pairs;
        this.taken = new AtomicIntegerArray(pairs);
    }

    /** {@code 20000-20999}; an {@link IllegalArgumentException} says what was expected. */
    public static UdpPortRange parse(String text) {
        Matcher ends = TEXT.matcher(text.strip());
        if (ends.matches()) {
            // RTP has the even port of a pair (RFC 3550 11).
            int from = Integer.parseInt(ends.group(1));
            int even = from + (from & 1);
            int to = Integer.parseInt(ends.group(2));
            int pairs = (to - even + 1) / 2;
            if (from >= FIRST_UNPRIVILEGED && to <= LAST && pairs > 0) {
                return new UdpPortRange(even, pairs);
            }
        }
        throw new IllegalArgumentException(text + " (expected: two ports as 20000-20999, from " + FIRST_UNPRIVILEGED
                + ", a pair for each stream)");
    }

    boolean isAny() {
        return pairs == 0;
    }

    /** How many streams can be received at a time. */
    public int pairs() {
        return pairs;
    }

    /** Takes the pair whose turn it is, and says its even port; empty when all are taken. */
    OptionalInt take() {
        for (int i = 0; i < pairs; i++) {
            int pair = Math.floorMod(next.getAndIncrement(), pairs);
            if (taken.compareAndSet(pair, 0, 1)) {
                return OptionalInt.of(first + 2 * pair);
            }
        }
        return OptionalInt.empty();
    }

    /** The pair of this even port is free again. */
    void giveBack(int even) {
        taken.set((even - first) / 2, 0);
    }

    @Override
    public String toString() {
        return isAny() ? "any" : first + "-" + (first + 2 * pairs - 1);
    }
}
