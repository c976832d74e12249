// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has gone wrong in simulated cameras themselves, beside what their faults and quirks are to do wrong. A simulated camera
 * is what recorders are measured by: where it fails unseen, the recorder is blamed or, worse, passed. Any thread.
 */
final class Breakdowns {
    private static final Logger LOG = LoggerFactory.getLogger(Breakdowns.class);

    private final AtomicLong count = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> first = new AtomicReference<>();

    /**
     * @param camera its path
     * @param where what it was doing, and what becomes of it
     */
    void note(String camera, String where, Throwable cause) {
        count.incrementAndGet();
        first.compareAndSet(null, cause);
        LOG.error("{}: {}", camera, where, cause);
    }

    long count() {
        return count.get();
    }

    /** Whoever has closed the cameras is told, for a test that has passed by then has not. */
    void report() throws IOException {
        Throwable cause = first.get();
        if (cause != null) {
            throw new IOException("the simulated cameras broke down " + count + " times, first by " + cause, cause);
        }
    }
}
