// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the keeper takes the lock of erasing and clearing: it has other work, and a key home may not answer for minutes. */
final class EraseLock {
    private static final Logger log = LoggerFactory.getLogger(EraseLock.class);

    /** Placing a hold on the footage of a day is looked up and entered within this time. */
    private static final long WAIT_MILLIS = 500;

    private EraseLock() {}

    /** Whoever took it gives it back. */
    static boolean isTaken(Lock lock) {
        try {
            if (lock.tryLock(WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        log.warn("a hold is being placed or ended and takes its time: erasing and overwriting wait for the next round");
        return false;
    }
}
