// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.leak;

import io.netty.util.ResourceLeakDetector;
import java.util.ArrayList;
import java.util.List;

/**
 * Netty's leak detector, which also keeps what it reports. Netty makes one by name, for each kind of resource
 * ({@code io.netty.customResourceLeakDetector}, set in this module's POM). Reports are guarded by their list.
 */
public final class RecordingLeakDetector<T> extends ResourceLeakDetector<T> {

    private static final List<String> REPORTS = new ArrayList<>();

    public RecordingLeakDetector(Class<?> resource, int samplingInterval) {
        super(resource, samplingInterval);
    }

    /** Netty looks this constructor up as well; the last argument has had no meaning for years. */
    public RecordingLeakDetector(Class<?> resource, int samplingInterval, long maxActive) {
        super(resource, samplingInterval);
    }

    static List<String> takeReports() {
        synchronized (REPORTS) {
            List<String> taken = List.copyOf(REPORTS);
            REPORTS.clear();
            return taken;
        }
    }

    @Override
    protected void reportTracedLeak(String resource, String records) {
        keep(resource + records);
        super.reportTracedLeak(resource, records);
    }

    @Override
    protected void reportUntracedLeak(String resource) {
        keep(resource + " (no trace)");
        super.reportUntracedLeak(resource);
    }

    private static void keep(String report) {
        synchronized (REPORTS) {
            REPORTS.add(report);
        }
    }
}
