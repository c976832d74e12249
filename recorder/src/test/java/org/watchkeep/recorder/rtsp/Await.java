// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what other threads and programs bring about. */
public final class Await {
    /** Only a machine that hangs takes so long. */
    private static final long LIMIT_SECONDS = 90;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private Await() {}

    public static void until(String what, BooleanSupplier isSo, Supplier<?> state) {
        until(what, Duration.ofSeconds(LIMIT_SECONDS), isSo, state);
    }

    public static void until(String what, Duration limit, BooleanSupplier isSo, Supplier<?> state) {
        long end = System.nanoTime() + limit.toNanos();
        while (!isSo.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not so after " + LIMIT_SECONDS + " s: " + what + "; " + state.get());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
