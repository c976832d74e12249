// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Shuts out addresses that fail to log in, as cameras do: each mount counts by itself ({@link MountAccess.Habits}). Any
 * thread.
 */
final class LoginGuard {
    /** What cameras commonly have: some minutes to half an hour. Refusals longer ago are forgotten, too. */
    static final long LOCK_OUT_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** Guesses from this many addresses at once are remembered; some 100 bytes each. */
    static final int MAX_ENTRIES = 4_096;

    private record Refusals(int count, long lastNanos) {}

    private final Map<String, Refusals> refusals = new ConcurrentHashMap<>();
    private final ServerTally tally;

    LoginGuard(ServerTally tally) {
        this.tally = tally;
    }

    boolean isShutOut(MountAccess access, String path, String host, long monoNanos) {
        int limit = access.habits().lockOutAfter();
        if (limit == 0) {
            return false;
        }
        Refusals known = refusals.get(key(path, host));
        return known != null && known.count() >= limit && monoNanos - known.lastNanos() < LOCK_OUT_NANOS;
    }

    void onRefused(MountAccess access, String path, String host, long monoNanos) {
        tally.loginRefused();
        if (access.habits().lockOutAfter() == 0) {
            return;
        }
        if (refusals.size() >= MAX_ENTRIES) {
            refusals.values().removeIf(r -> monoNanos - r.lastNanos() >= LOCK_OUT_NANOS);
            if (refusals.size() >= MAX_ENTRIES) {
                refusals.keySet().stream().findFirst().ifPresent(refusals::remove);
            }
        }
        Refusals now = refusals.merge(
                key(path, host),
                new Refusals(1, monoNanos),
                (before, one) -> new Refusals(
                        monoNanos - before.lastNanos() < LOCK_OUT_NANOS ? before.count() + 1 : 1, monoNanos));
        if (now.count() == access.habits().lockOutAfter()) {
            tally.lockedOut();
        }
    }

    void onAccepted(String path, String host) {
        refusals.remove(key(path, host));
    }

    private static String key(String path, String host) {
        return host + ' ' + path;
    }
}
