// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.net.SocketAddress;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the connections that have not logged in yet, so that nobody keeps others out by opening many. Whoever has logged in
 * counts no more among those, but at the path it has logged in at: one camera's password opens a few. Any thread.
 */
final class Door {
    /** Main and sub-stream of one device, and two more. */
    static final int MAX_PATHS = 4;

    private final DoorLimits limits;
    private final AtomicInteger strangers = new AtomicInteger();
    /** By {@link RemoteHost}; no entry stands at 0, so there are no more of them than strangers. */
    private final Map<String, Integer> ofAddress = new ConcurrentHashMap<>();
    /** By path, those that have logged in there. */
    private final Map<String, Integer> ofLogin = new ConcurrentHashMap<>();

    Door(DoorLimits limits) {
        this.limits = limits;
    }

    /** Counts one more, unless so many are counted already. */
    private static boolean countIn(Map<String, Integer> counts, String key, int limit) {
        boolean[] isFull = new boolean[1];
        counts.compute(key, (k, count) -> {
            int before = count == null ? 0 : count;
            isFull[0] = limit > 0 && before >= limit;
            return isFull[0] ? count : Integer.valueOf(before + 1);
        });
        return !isFull[0];
    }

    private static void countOut(Map<String, Integer> counts, String key) {
        counts.compute(key, (k, count) -> count == null || count <= 1 ? null : count - 1);
    }

    /** A connection that was let in. Any thread, but its login is its event loop's. */
    final class Place {
        private final String host;
        private final AtomicBoolean isStranger = new AtomicBoolean(true);
        /** Where it has logged in, the last one last. */
        private final Set<String> loggedInAt = new LinkedHashSet<>();

        private boolean isGone;

        private Place(String host) {
            this.host = host;
        }

        /** It has logged in where there is nothing to count, or is gone. As often as one likes. */
        void giveUp() {
            if (isStranger.compareAndSet(true, false)) {
                strangers.decrementAndGet();
                countOut(ofAddress, host);
            }
        }

        /**
         * It has logged in at this path. As often as one likes: it counts at the last few paths where it has.
         *
         * @return false when there are too many there, and it stays what it was; or when it is gone
         */
        boolean logIn(String path) {
            if (!isLoggedInAt(path)) {
                if (isGone || !countIn(ofLogin, path, limits.connectionsOfALogin())) {
                    return false;
                }
                loggedInAt.add(path);
                if (loggedInAt.size() > MAX_PATHS) {
                    String oldest = loggedInAt.iterator().next();
                    loggedInAt.remove(oldest);
                    countOut(ofLogin, oldest);
                }
                giveUp();
            }
            return true;
        }

        boolean isLoggedInAt(String path) {
            return loggedInAt.contains(path);
        }

        /** It is gone. */
        void leave() {
            isGone = true;
            giveUp();
            loggedInAt.forEach(path -> countOut(ofLogin, path));
            loggedInAt.clear();
        }

        /** Whether it has not logged in yet. */
        boolean isStranger() {
            return isStranger.get();
        }
    }

    /** Somebody has connected; empty where no more are let in. */
    Optional<Place> enter(SocketAddress from) {
        String host = RemoteHost.of(from);
        if (strangers.incrementAndGet() > limits.strangers() && limits.strangers() > 0) {
            strangers.decrementAndGet();
            return Optional.empty();
        }
        if (!countIn(ofAddress, host, limits.strangersOfAnAddress())) {
            strangers.decrementAndGet();
            return Optional.empty();
        }
        return Optional.of(new Place(host));
    }

    /** Connections that have not logged in. */
    int strangers() {
        return strangers.get();
    }
}
