// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.net.SocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the connections that have not logged in yet, so that nobody keeps others out by opening many. Whoever has logged in
 * counts no more. Any thread.
 */
final class Door {
    private final DoorLimits limits;
    private final AtomicInteger strangers = new AtomicInteger();
    /** By {@link RemoteHost}; no entry stands at 0, so there are no more of them than strangers. */
    private final Map<String, Integer> ofAddress = new ConcurrentHashMap<>();

    Door(DoorLimits limits) {
        this.limits = limits;
    }

    /** A connection that was let in. Any thread. */
    final class Place {
        private final String host;
        private final AtomicBoolean isStranger = new AtomicBoolean(true);

        private Place(String host) {
            this.host = host;
        }

        /** It has logged in, or is gone. As often as one likes. */
        void giveUp() {
            if (isStranger.compareAndSet(true, false)) {
                strangers.decrementAndGet();
                ofAddress.compute(host, (h, count) -> count == null || count <= 1 ? null : count - 1);
            }
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
        boolean[] isFull = new boolean[1];
        ofAddress.compute(host, (h, count) -> {
            int before = count == null ? 0 : count;
            isFull[0] = limits.strangersOfAnAddress() > 0 && before >= limits.strangersOfAnAddress();
            return isFull[0] ? count : Integer.valueOf(before + 1);
        });
        if (isFull[0]) {
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
