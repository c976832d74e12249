// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

/**
 * What one slot of a home says. Immutable.
 *
 * <pre>
 *   EMPTY ──openEpoch──► LIVE ──erase──► ERASED ──openEpoch, both homes present──► LIVE (a higher epoch)
 *   any ──the medium──► SUSPECT ──the other home's copy──► what it was
 * </pre>
 */
sealed interface Slot {
    /** Counts from 0. */
    int number();

    /** The epoch it speaks of; 0 where it speaks of none. */
    long epoch();

    /** Said once when an epoch is opened and carried on after its erasure. */
    record Opening(long epoch, String classId, long openedUtcMicros, long openedMonoNanos) {
        public Opening {
            if (epoch < 1) {
                throw new IllegalArgumentException("epoch: " + epoch + " (expected: >= 1)");
            }
            if (!Epoch.CLASS_ID.matcher(classId).matches()) {
                throw new IllegalArgumentException("class id: " + classId + " (expected: " + Epoch.CLASS_ID + ")");
            }
        }
    }

    record Empty(int number) implements Slot {
        @Override
        public long epoch() {
            return 0;
        }
    }

    record Live(int number, Opening opening, WrappedRoot root) implements Slot {
        @Override
        public long epoch() {
            return opening.epoch();
        }

        Erased erasedAt(long utcMicros) {
            return new Erased(number, opening, utcMicros);
        }

        Epoch toEpoch() {
            return new Epoch(opening.epoch(), opening.classId(), opening.openedUtcMicros(), Epoch.State.LIVE);
        }
    }

    record Erased(int number, Opening opening, long erasedAtUtcMicros) implements Slot {
        @Override
        public long epoch() {
            return opening.epoch();
        }

        Epoch toEpoch() {
            return new Epoch(opening.epoch(), opening.classId(), opening.openedUtcMicros(), Epoch.State.ERASED);
        }
    }

    /**
     * A damaged block that no other home explains. It is never reused and never overwritten by itself, for it may be all
     * that is left of a root; only the erasure of the epoch it still names overwrites it.
     *
     * @param claimed what its bytes seem to say, unproven
     * @param reason what is wrong with it
     */
    record Suspect(int number, Claim claimed, String reason) implements Slot {
        @Override
        public long epoch() {
            return 0;
        }
    }

    /** What a damaged block seems to say. The epoch is 0 where it makes no sense. */
    record Claim(long epoch, String classId, long openedUtcMicros) {
        /** Stands where the class cannot be read any more. */
        static final String UNKNOWN_CLASS = "unknown";
    }
}
