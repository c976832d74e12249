// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of the recorder's lives had no clean end: the ledger has a start and, before the next start, no stop. Folded from
 * the ledger by the opening thread, then only read.
 */
final class LifeBook {
    /** A life without a clean end, and when the one after it began. */
    private record Cut(Moment from, Moment until) {}

    private final List<Cut> cuts = new ArrayList<>();
    private @Nullable Moment running;

    void started(Moment at) {
        if (running != null) {
            cuts.add(new Cut(running, at));
        }
        running = at;
    }

    void stopped(boolean clean) {
        running = clean ? null : running;
    }

    /** What was folded is over: this life begins. */
    void opened(Moment at) {
        started(at);
        running = null;
    }

    /** Whether a stop at this moment was no clean one. */
    boolean isCutAt(Moment stop) {
        return cuts.stream().anyMatch(cut -> !stop.isBefore(cut.from) && stop.isBefore(cut.until));
    }

    /** Lives that were over before all footage explain nothing any more. */
    void forgetBefore(Moment oldest) {
        cuts.removeIf(cut -> cut.until.isBefore(oldest));
    }
}
