// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Shuts out addresses that fail to log in, as cameras do: each mount counts by itself ({@link MountAccess.Habits}), and all
 * together where the server is a public one ({@link DoorLimits}). Any thread.
 */
final class LoginGuard {
    /** What cameras commonly have: some minutes to half an hour. Refusals longer ago are forgotten, too. */
    static final long LOCK_OUT_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** Guesses from this many addresses at once are remembered; some 100 bytes each. */
    static final int MAX_ENTRIES = 4_096;

    /**
     * What is remembered of an address.
     *
     * @param sinceNanos of a mount the last refusal, of an address the first
     * @param isLockOut it is shut out
     */
    private record Refusals(int count, long sinceNanos, boolean isLockOut) {}

    private final Map<String, Refusals> refusals = new ConcurrentHashMap<>();
    private final ServerTally tally;
    private final int limitOfAddress;

    /** At no mount in particular: the path of one begins with a slash. */
    private static final String ANYWHERE = "";

    /** @param limitOfAddress wrong logins of one address at all mounts together; 0 for no limit */
    LoginGuard(ServerTally tally, int limitOfAddress) {
        this.tally = tally;
        this.limitOfAddress = limitOfAddress;
    }

    boolean isShutOut(MountAccess access, String path, String host, long monoNanos) {
        return isReached(access.habits().lockOutAfter(), path, host, monoNanos)
                || isReached(limitOfAddress, ANYWHERE, host, monoNanos);
    }

    private boolean isReached(int limit, String path, String host, long monoNanos) {
        Refusals known = limit == 0 ? null : refusals.get(key(path, host));
        return known != null && known.count() >= limit && monoNanos - known.sinceNanos() < LOCK_OUT_NANOS;
    }

    void onRefused(MountAccess access, String path, String host, long monoNanos) {
        tally.loginRefused();
        count(access.habits().lockOutAfter(), path, host, monoNanos);
        count(limitOfAddress, ANYWHERE, host, monoNanos);
    }

    /** Of an address so many within a period are borne: two cameras with wrong passwords must not add up for ever. */
    private void count(int limit, String path, String host, long monoNanos) {
        if (limit == 0) {
            return;
        }
        String key = key(path, host);
        if (refusals.size() >= MAX_ENTRIES && !refusals.containsKey(key)) {
            refusals.values().removeIf(r -> monoNanos - r.sinceNanos() >= LOCK_OUT_NANOS);
            if (refusals.size() >= MAX_ENTRIES) {
                forgetOne(monoNanos);
            }
        }
        boolean isOfMount = !path.equals(ANYWHERE);
        Refusals now = refusals.merge(key, new Refusals(1, monoNanos, limit == 1), (before, one) -> {
            boolean isOver = monoNanos - before.sinceNanos() >= LOCK_OUT_NANOS;
            int count = before.count() + 1;
            return isOver ? one : new Refusals(count, isOfMount ? monoNanos : before.sinceNanos(), count >= limit);
        });
        if (now.count() == limit) {
            tally.lockedOut();
        }
    }

    /**
     * The oldest that shuts nobody out, so that guesses from many addresses end no lock-out; but the oldest lock-out where those
     * take more than half: without room to count in nobody new would ever be shut out.
     */
    private void forgetOne(long monoNanos) {
        long lockOuts = refusals.values().stream().filter(Refusals::isLockOut).count();
        boolean isLockOut = lockOuts > MAX_ENTRIES / 2;
        refusals.entrySet().stream()
                .filter(known -> known.getValue().isLockOut() == isLockOut)
                .min(Comparator.comparing(known -> known.getValue().sinceNanos() - monoNanos))
                .ifPresent(oldest -> refusals.remove(oldest.getKey()));
    }

    void onAccepted(String path, String host) {
        refusals.remove(key(path, host));
    }

    private static String key(String path, String host) {
        return host + ' ' + path;
    }
}
