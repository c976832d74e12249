// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.concurrent.atomic.AtomicInteger;

/** One request of a writer to all event loops for their part-full batches, and how many have yet to answer. Any thread. */
final class FlushRound {
    private final AtomicInteger open;

    FlushRound(int loops) {
        open = new AtomicInteger(loops);
    }

    void answered() {
        open.decrementAndGet();
    }

    boolean isDone() {
        return open.get() <= 0;
    }
}
