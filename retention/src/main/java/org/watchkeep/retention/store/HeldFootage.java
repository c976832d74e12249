// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.watchkeep.retention.audit.Entry;

/** What is held, as the store asks: for a reel, for an epoch, for a reader. Answers from memory; any thread. */
public interface HeldFootage extends ReelShield {
    /** Nothing is held, and nothing can be. */
    HeldFootage NONE = new HeldFootage() {
        private final ReentrantLock lock = new ReentrantLock();

        @Override
        public void replay(Entry entry) {
            throw new IllegalStateException(
                    "entry " + entry.act() + " of holds, in a store that was opened without them");
        }

        @Override
        public void unreadable(String why) {
            // Such a store has nothing to say of holds; that its trail is not open keeps it from erasing.
        }

        @Override
        public boolean isReadable() {
            return true;
        }

        @Override
        public boolean isHeld(StreamId stream, Instant start, Instant end) {
            return false;
        }

        @Override
        public Set<StreamId> streamsHeld(Instant from, Instant to) {
            return Set.of();
        }

        @Override
        public boolean needsItsReel(StreamId stream, Instant start, Instant end) {
            return false;
        }

        @Override
        public boolean isAnythingHeld() {
            return false;
        }

        @Override
        public long version() {
            return 0;
        }

        @Override
        public ReentrantLock lock() {
            return lock;
        }
    };

    /**
     * Hears of an entry that the store keeps, in their order, at the start and before anything is asked.
     *
     * @throws IllegalArgumentException when it does not follow from those before
     */
    void replay(Entry entry);

    /** Whether it is held and was said to stand in the vault, whether that is there now or not. */
    default boolean isCopied(StreamId stream, Instant start, Instant end) {
        return copied().stream()
                .anyMatch(hold -> hold.wanted().streams().contains(stream)
                        && start.isBefore(hold.wanted().to())
                        && hold.wanted().from().isBefore(end));
    }

    /** Holds in force of which all was said to stand in the vault. */
    default List<CopiedHold> copied() {
        return List.of();
    }

    /**
     * A hold that was copied.
     *
     * @param fragments that stood in the vault when it was said
     */
    record CopiedHold(String hold, HeldCopies.Wanted wanted, long fragments) {}

    /** An entry could not be read: what is held must not be guessed from now on. */
    void unreadable(String why);

    /** Whether what is held can be told: else the head goes by the keys that are kept, and erasures wait. */
    boolean isReadable();

    /** Whether it stays readable beyond its limit. */
    boolean isHeld(StreamId stream, Instant start, Instant end);

    /** The open incidents in whose quarantine it lies, which closes it to ordinary viewing. */
    default List<String> quarantine(StreamId stream, Instant start, Instant end) {
        return List.of();
    }

    /** Holds in force that touch it, by their names. */
    default List<String> holdsOn(StreamId stream, Instant start, Instant end) {
        return isHeld(stream, start, end) ? List.of("a hold") : List.of();
    }

    /** Whether a hold touches it, or did before it ended. */
    default boolean wasEverHeld(StreamId stream, Instant start, Instant end) {
        return isHeld(stream, start, end);
    }

    /**
     * Streams of which something in {@code [from, to)} is held and stands nowhere but here.
     *
     * @throws IOException when that cannot be told: nothing may be erased then
     */
    Set<StreamId> streamsHeld(Instant from, Instant to) throws IOException;
}
