// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a check of a whole trail found. Immutable.
 *
 * @param head what the entries themselves add up to, as far as they are sound
 * @param newer entries of a version that this program does not know; tree and chain hold for them too
 * @param tornBytes at the end of the journal, that nobody was told of
 * @param lastEntered when the last sound entry was made
 * @param notExcludedSince from when on a trail cut short, forked or written anew would not be noticed: no outside checkpoint
 *     covers what came later
 */
public record TrailReport(
        String origin,
        TreeHead head,
        Optional<Finding> finding,
        long newer,
        long tornBytes,
        Optional<Instant> lastEntered,
        Optional<Instant> notExcludedSince) {
    /** What was done to a trail. */
    public enum Kind {
        EDITED,
        DELETED,
        INSERTED,
        REORDERED,
        /** Entries that a checkpoint covers are not there at the end. */
        TRUNCATED,
        /** Entries that a checkpoint covers were others. */
        FORKED,
        /** Signed with another key, or another trail in its place. */
        RESIGNED,
        /** Entries are sound; a file beside them (tile, checkpoint, key) is not. */
        DAMAGED
    }

    /**
     * The first thing that is wrong; what comes behind it was not looked at.
     *
     * @param firstBad index of the first entry that is not as it was; empty where it cannot be told
     * @param detail one sentence
     */
    public record Finding(Kind kind, OptionalLong firstBad, String detail) {
        static Finding at(Kind kind, long index, String detail) {
            return new Finding(kind, OptionalLong.of(index), detail);
        }

        static Finding of(Kind kind, String detail) {
            return new Finding(kind, OptionalLong.empty(), detail);
        }
    }

    public boolean isGood() {
        return finding.isEmpty();
    }
}
