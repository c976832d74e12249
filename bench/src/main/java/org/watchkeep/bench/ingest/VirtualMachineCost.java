// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.ThreadMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** What this virtual machine allocates, and how long its garbage collector stopped it. Any thread. */
final class VirtualMachineCost {
    private final AtomicLong longestPauseMillis = new AtomicLong();
    private final AtomicLong pauses = new AtomicLong();

    VirtualMachineCost() {
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (collector instanceof NotificationEmitter emitter) {
                emitter.addNotificationListener(
                        (notification, handback) -> onCollection((CompositeData) notification.getUserData()),
                        notification -> notification
                                .getType()
                                .equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION),
                        null);
            }
        }
    }

    private void onCollection(CompositeData data) {
        GarbageCollectionNotificationInfo collection = GarbageCollectionNotificationInfo.from(data);
        if (isBesideTheProgram(collection.getGcName())) {
            return;
        }
        long millis = collection.getGcInfo().getDuration();
        pauses.incrementAndGet();
        longestPauseMillis.accumulateAndGet(millis, Math::max);
    }

    /** From JDK 20 on the concurrent part of G1, and of ZGC and Shenandoah whole cycles, are told of as if they stopped us. */
    private static boolean isBesideTheProgram(String collector) {
        return collector.contains("Concurrent") || collector.endsWith("Cycles");
    }

    void reset() {
        pauses.set(0);
        longestPauseMillis.set(0);
    }

    void writeTo(ObjectNode node) {
        node.put("gcPauses", pauses.get());
        node.put("gcLongestPauseMs", longestPauseMillis.get());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        // Of threads that live: those of the recording path live as long as the recorder.
        node.put(
                "allocatedBytes",
                Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
                        .filter(bytes -> bytes > 0)
                        .sum());
    }
}
