// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

/**
 * An instant on both of the recorder's clocks. Order is made by the recorder's own: which boot, and how long into it; UTC
 * may step and is what people are shown. Immutable.
 *
 * @param boot number of the boot in {@link BootBook}, ascending; 0 where only UTC is known, as with what older versions
 *     have written
 * @param ownMicros monotonic time within the boot
 */
record Moment(int boot, long ownMicros, long utcMicros) {
    /** Where only UTC is known. */
    static Moment atUtc(long utcMicros) {
        return new Moment(0, 0, utcMicros);
    }

    boolean isOwnKnown() {
        return boot != 0;
    }

    Moment plusMicros(long micros) {
        return new Moment(boot, isOwnKnown() ? ownMicros + micros : 0, utcMicros + micros);
    }

    /** By the recorder's own time; by UTC where either is known by that alone. */
    int compare(Moment other) {
        if (!isOwnKnown() || !other.isOwnKnown()) {
            return Long.compare(utcMicros, other.utcMicros);
        }
        return boot == other.boot ? Long.compare(ownMicros, other.ownMicros) : Integer.compare(boot, other.boot);
    }

    boolean isBefore(Moment other) {
        return compare(other) < 0;
    }

    boolean isAfter(Moment other) {
        return compare(other) > 0;
    }

    /** Whether the other comes at most this much later, or before. Between two boots nobody can tell. */
    boolean reaches(Moment other, long withinMicros) {
        if (!isOwnKnown() || !other.isOwnKnown()) {
            return isOwnKnown() == other.isOwnKnown() && other.utcMicros <= utcMicros + withinMicros;
        }
        return other.boot < boot || (other.boot == boot && other.ownMicros <= ownMicros + withinMicros);
    }
}
