// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.concurrent.atomic.LongAdder;

/** What the faults {@code lose}, {@code reorder} and {@code duplicate} have done to one camera's packets. Any thread. */
public final class WireTally {
    final LongAdder lost = new LongAdder();
    final LongAdder reordered = new LongAdder();
    final LongAdder duplicated = new LongAdder();

    public long lost() {
        return lost.sum();
    }

    public long reordered() {
        return reordered.sum();
    }

    public long duplicated() {
        return duplicated.sum();
    }
}
