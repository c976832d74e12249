// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.watchkeep.retention.keys.HeldKey;

/** What holds ask of the store. Any thread but event loops. */
public interface FootageInReach {
    /** Whether the store has ever known the stream. */
    boolean knows(StreamId stream);

    /**
     * What of the stream can still be held in {@code [from, to)}, whole GOPs.
     *
     * @throws ClockInDoubtException where a clock in doubt hides all of what is there
     */
    Left left(StreamId stream, Instant from, Instant to) throws IOException;

    /** What a kept key opens; empty when the store cannot tell, and then the key stays. */
    Optional<Extent> extent(HeldKey key) throws IOException;

    /** The same reel with the time that is left to it now. */
    OnReel asOfNow(OnReel reel);

    /**
     * Whether UTC, read anew, says otherwise than what was seen to elapse: nothing may be ended because its time has come. Not
     * under the erase lock.
     */
    boolean isTimeInDoubt();

    /** How many reels a volume has; 0 for one that is not of the store. */
    int reelsOf(String volume);

    /**
     * A hold on these has ended: what is past its limit and that no other hold keeps is accounted for as erased, and
     * forgotten. May be run again.
     */
    void ended(Collection<StreamId> streams, Instant from, Instant to) throws IOException;

    /**
     * What is left of a span of one stream.
     *
     * @param keys of the epochs it lies in; none: nothing is left
     * @param reels that hold it
     * @param parts of the span that hold footage, and nothing that readers may not have any more: no hold brings it back
     * @param away volumes that have some of it and are not there now: it can be held, and not be read
     * @param gone when the first of it was erased and by which rule, where it was
     */
    record Left(List<HeldKey> keys, List<OnReel> reels, List<Part> parts, Set<String> away, Optional<Gone> gone) {
        public Left {
            away = Set.copyOf(away);
            keys = List.copyOf(keys);
            reels = List.copyOf(reels);
            parts = List.copyOf(parts);
        }

        public static Left nothing(Optional<Gone> gone) {
            return new Left(List.of(), List.of(), List.of(), Set.of(), gone);
        }
    }

    /** From here to there. */
    record Part(Instant from, Instant to) {
        @Override
        public String toString() {
            return from + " to " + to;
        }
    }

    /**
     * A reel on which something is held that stands nowhere else.
     *
     * @param untilHead when the head will want it, at the present pace
     */
    record OnReel(String volume, long serial, long bytesToCopy, Duration untilHead) {}

    /** When footage was erased, and by which rule. */
    record Gone(Instant at, String rule) {}

    /** Footage of one stream that a key opens. */
    record Extent(StreamId stream, Instant from, Instant to) {}
}
