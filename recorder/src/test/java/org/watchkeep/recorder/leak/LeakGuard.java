// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.leak;

import io.netty.buffer.ByteBufAllocator;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.List;
import net.jqwik.api.lifecycle.AfterContainerHook;
import net.jqwik.api.lifecycle.ContainerLifecycleContext;
import net.jqwik.api.lifecycle.PropagationMode;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class after which a buffer was found that nobody released. Both test engines find it by service file,
 * so that no test has to ask for it.
 */
public final class LeakGuard implements AfterAllCallback, AfterContainerHook {

    /** A full collection of a test's small heap takes tens of milliseconds; this is for a machine that is very busy. */
    private static final long COLLECTION_MILLIS = 10_000;

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        check(context.getDisplayName());
    }

    @Override
    public void afterContainer(ContainerLifecycleContext context) throws InterruptedException {
        check(context.label());
    }

    @Override
    public PropagationMode propagateTo() {
        return PropagationMode.ALL_DESCENDANTS;
    }

    private static void check(String where) throws InterruptedException {
        collectGarbage();
        // Netty reports what was collected when it next tracks a buffer.
        ByteBufAllocator.DEFAULT.buffer(1).release();
        List<String> reports = RecordingLeakDetector.takeReports();
        if (!reports.isEmpty()) {
            throw new AssertionError(reports.size() + " buffer(s) not released in or before " + where + ":\n"
                    + String.join("\n", reports));
        }
    }

    /** Returns when an object let go of now has been collected, and with it every buffer let go of before. */
    private static void collectGarbage() throws InterruptedException {
        ReferenceQueue<Object> collected = new ReferenceQueue<>();
        Reference<Object> probe = new PhantomReference<>(new Object(), collected);
        System.gc();
        if (collected.remove(COLLECTION_MILLIS) != probe) {
            throw new AssertionError("no garbage collection within " + COLLECTION_MILLIS + " ms");
        }
    }
}
