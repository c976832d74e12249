// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Lets strangers cause few lines in the log: one for each address a minute, the next one saying how many were left out. Only so
 * many addresses are told apart; the rest share a line. What was left out is told with the next thing that happens. Any
 * thread; guarded by itself.
 */
final class LogThrottle {
    static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Some 65 lines a minute at worst: 10 MB a day. Whoever attacks from more addresses is told of by number. */
    static final int MAX_ADDRESSES = 64;

    private static final String OTHERS = "other addresses";

    private final LongSupplier monoNanos;
    private final Consumer<String> log;
    private final Map<String, Told> told = new HashMap<>();
    private long sweptNanos;

    /** What was told of one address. */
    private static final class Told {
        private long sinceNanos;
        private long leftOut;
    }

    /** @param log takes each line */
    LogThrottle(LongSupplier monoNanos, Consumer<String> log) {
        this.monoNanos = monoNanos;
        this.log = log;
        this.sweptNanos = monoNanos.getAsLong();
    }

    /** Something happened with a client that anybody could have made happen. */
    synchronized void note(SocketAddress from, String what) {
        long now = monoNanos.getAsLong();
        sweep(now);
        String host = RemoteHost.of(from);
        boolean isKnown = told.containsKey(host) || told.size() < MAX_ADDRESSES;
        Told last = told.get(isKnown ? host : OTHERS);
        if (last == null) {
            last = new Told();
            last.sinceNanos = now;
            told.put(isKnown ? host : OTHERS, last);
            log.accept(from + ": " + what);
        } else {
            last.leftOut++;
        }
    }

    /** Once a minute: tells what was left out, and forgets those that have been quiet. */
    private void sweep(long now) {
        if (now - sweptNanos < PERIOD_NANOS) {
            return;
        }
        sweptNanos = now;
        for (Iterator<Map.Entry<String, Told>> all = told.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<String, Told> entry = all.next();
            Told last = entry.getValue();
            if (now - last.sinceNanos < PERIOD_NANOS) {
                continue;
            }
            if (last.leftOut == 0) {
                all.remove();
            } else {
                log.accept(entry.getKey() + ": " + last.leftOut + " more since, refused or closed");
                last.sinceNanos = now;
                last.leftOut = 0;
            }
        }
    }
}
