// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * One result as people read it. Immutable.
 *
 * @param title what was measured
 * @param sentence what came out
 * @param facts the figures worth a row, in order
 */
record Summary(String title, String sentence, List<Goal> goals, List<Fact> facts) {
    Summary {
        goals = List.copyOf(goals);
        facts = List.copyOf(facts);
    }

    /** One figure with its unit, as it is shown. */
    record Fact(String label, String value) {}

    /**
     * A goal and what was measured of it. A goal is something to look at, never a test.
     *
     * @param measured empty where this run did not measure it
     * @param isMost whether the limit is the most that is wanted, or the least
     */
    record Goal(String what, OptionalDouble measured, double limit, boolean isMost, String unit) {
        boolean isMet() {
            return measured.isPresent() && (isMost ? measured.getAsDouble() <= limit : measured.getAsDouble() >= limit);
        }

        String wanted() {
            if (isMost && limit == 0) {
                return "none";
            }
            return (isMost ? "at most " : "at least ") + Figures.shown(limit, unit);
        }

        String verdict() {
            return measured.isEmpty() ? "not measured" : isMet() ? "met" : "missed";
        }

        String shown() {
            return measured.isEmpty() ? "" : Figures.shown(measured.getAsDouble(), unit);
        }

        /** How much of what the goal allows was used: 1 is the limit. Empty where that cannot be said. */
        OptionalDouble share() {
            if (measured.isEmpty() || limit == 0 || (!isMost && measured.getAsDouble() == 0)) {
                return OptionalDouble.empty();
            }
            double value = measured.getAsDouble();
            return OptionalDouble.of(isMost ? value / limit : limit / value);
        }
    }

    /** Numbers as people read them. */
    static final class Figures {
        private Figures() {}

        /** Three digits that say something, thousands apart. */
        static String shown(double value, String unit) {
            double size = Math.abs(value);
            String number;
            if (value == Math.rint(value) || size >= 100) {
                number = String.format(Locale.ROOT, "%,.0f", value);
            } else if (size >= 10) {
                number = String.format(Locale.ROOT, "%.1f", value);
            } else {
                number = String.format(Locale.ROOT, size >= 0.1 ? "%.2f" : "%.4f", value);
            }
            return unit.isEmpty() ? number : number + "\u00a0" + unit;
        }
    }
}
