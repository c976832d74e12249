// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The boots of this machine that the store has lived through, numbered in their order, and how UTC stood to monotonic time
 * when last heard: so that every instant the ledger speaks of has a place on the recorder's own timeline. Any thread;
 * guarded by its own monitor, held for memory work only. A few bytes a boot.
 */
final class BootBook {
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> ids = new ArrayList<>();
    private int current;
    private long ownLessUtcMicros;

    /** Numbered from 1 in the order in which they are first heard of. */
    synchronized int number(String bootId) {
        Integer known = numbers.get(bootId);
        if (known != null) {
            return known;
        }
        ids.add(bootId);
        numbers.put(bootId, ids.size());
        return ids.size();
    }

    /** The recorder runs in this boot, where the two clocks stand so. */
    synchronized void runs(String bootId, long utcMicros, long monoNanos) {
        current = number(bootId);
        ownLessUtcMicros = micros(monoNanos) - utcMicros;
    }

    /** UTC was set. */
    synchronized void stepped(long toUtcMicros, long monoNanos) {
        ownLessUtcMicros = micros(monoNanos) - toUtcMicros;
    }

    /** The boot the recorder runs in, as far as was heard; 0 before the first. */
    synchronized int current() {
        return current;
    }

    /** Both readings known; a monotonic reading of 0 stands for one that nobody took. */
    Moment moment(String bootId, long monoNanos, long utcMicros) {
        return monoNanos == 0 ? Moment.atUtc(utcMicros) : new Moment(number(bootId), micros(monoNanos), utcMicros);
    }

    /** An instant of which only UTC was written down, as the clocks stood when it was. */
    synchronized Moment at(long utcMicros) {
        long ownMicros = utcMicros + ownLessUtcMicros;
        // Before the boot began: of an earlier one, and how long into that nobody can tell any more.
        return current == 0 || ownMicros < 0 ? Moment.atUtc(utcMicros) : new Moment(current, ownMicros, utcMicros);
    }

    /** What the ledger calls the boot of this instant; where that is not known, the boot the recorder runs in. */
    synchronized String id(Moment moment) {
        int boot = moment.isOwnKnown() ? moment.boot() : current;
        return boot == 0 ? "" : ids.get(boot - 1);
    }

    static long micros(long monoNanos) {
        return Math.floorDiv(monoNanos, 1_000L);
    }
}
