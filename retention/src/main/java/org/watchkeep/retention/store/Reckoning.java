// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.concurrent.TimeUnit;
import org.watchkeep.retention.policy.RetentionRule;

/**
 * What an age means under a rule. Every store that records goes by {@link #BY_RULE}; {@link SimulatedStore} alone can be
 * opened with another, to see that the simulation would notice.
 */
interface Reckoning {
    Reckoning BY_RULE = new Reckoning() {
        @Override
        public boolean isDue(long ageMicros, int days) {
            return ageMicros >= TimeUnit.DAYS.toMicros(days) - RetentionRule.MARGIN_MICROS;
        }

        @Override
        public boolean isPast(long ageMicros, int days) {
            return ageMicros >= TimeUnit.DAYS.toMicros(days);
        }
    };

    /** Whether an epoch that was opened so long ago is erased. */
    boolean isDue(long ageMicros, int days);

    /** Whether footage that began so long ago is refused to readers. */
    boolean isPast(long ageMicros, int days);
}
