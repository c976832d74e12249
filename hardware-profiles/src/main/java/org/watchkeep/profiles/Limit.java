// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles;

import java.util.Locale;

/**
 * How much of one thing a machine has. Immutable.
 *
 * @param available in the factor's unit
 * @param how the sum it was computed by, for people
 */
public record Limit(Factor factor, double available, String how) {
    /** What can be the first to give way. */
    public enum Factor {
        NETWORK("Mbit/s"),
        DISK_WRITE("Mbit/s"),
        DISK_WORKLOAD("Mbit/s"),
        CPU("Mbit/s"),
        CAPACITY("TB"),
        MEMORY("streams"),
        SPINDLES("streams");

        private final String unit;

        Factor(String unit) {
            this.unit = unit;
        }

        public String unit() {
            return unit;
        }

        /** Whether it bounds what comes in a second, whatever is kept. */
        public boolean isRate() {
            return unit.equals("Mbit/s");
        }

        /** As it stands in JSON: {@code disk-workload}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
