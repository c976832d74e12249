// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which reels the head must pass over, and which rings have come to stand because of it. Confined to the keeper's thread. */
final class ShieldedReels {
    private static final Logger log = LoggerFactory.getLogger(ShieldedReels.class);

    private final HeldFootage shield;
    private final HeldEpochs epochs;
    private final StreamBook streams;
    private final Map<Reel, Found> shielded = new HashMap<>();
    private final Set<Ring> standing = new HashSet<>();

    /** Found to hold what is held: in this generation, by this version of the answers. */
    private record Found(long serial, long version) {}

    ShieldedReels(StoreHolds held, StreamBook streams) {
        this.shield = held.footage;
        this.epochs = held.epochs;
        this.streams = streams;
    }

    /** {@link ReelShield#lock}. */
    Lock lock() {
        return shield.lock();
    }

    /** Whether the reel was found shielded and nothing has changed since. */
    boolean isSkipped(Reel reel) {
        Found found = shielded.get(reel);
        return found != null && found.serial == reel.serial() && found.version == shield.version();
    }

    /** Whether the reel must not be cleared; remembered. */
    boolean shields(ReelLists.Listed listed) {
        // Taken before the question: an answer that changes meanwhile is then asked for again.
        long version = shield.version();
        boolean holds = listed.failure() != null
                ? shield.isAnythingHeld()
                : listed.entries().stream().anyMatch(entry -> isHeld(entry.header()));
        if (!holds) {
            shielded.remove(listed.reel());
            return false;
        }
        Found before = shielded.put(listed.reel(), new Found(listed.serial(), version));
        if (before == null || before.serial != listed.serial()) {
            log.warn("{} is passed over: it holds footage that is held and not yet copied", listed.reel().path);
        }
        return true;
    }

    private boolean isHeld(RecordHeader header) {
        Optional<StreamState> stream = streams.ofNumber(header.stream());
        if (header.kind() == RecordHeader.Kind.PADDING || stream.isEmpty()) {
            return false;
        }
        if (!shield.isReadable() && epochs.isKept(header.epoch(), header.stream())) {
            return true;
        }
        boolean isFragment = header.kind() == RecordHeader.Kind.FRAGMENT;
        long start = isFragment ? header.startUtcMicros() : header.segmentStartUtcMicros();
        long duration = isFragment ? header.durationMicros() : StreamAppender.SEGMENT_MICROS;
        // What is held begins with a whole GOP, which is no longer than a segment; a segment goes with its
        // configuration.
        long end = start + duration + StreamAppender.SEGMENT_MICROS;
        return shield.needsItsReel(stream.get().id, StreamState.instant(start), StreamState.instant(end));
    }

    /** Says once when a ring has nothing but shielded reels left, and once when that is over. */
    void note(Ring ring, boolean nothingElse) {
        if (nothingElse && standing.add(ring)) {
            log.error(
                    "recording of {} stops: only held reels that are not yet copied are left; release a hold, or give"
                            + " the vault room",
                    ring);
        } else if (!nothingElse && standing.remove(ring)) {
            log.warn("recording of {} goes on: a reel could be cleared", ring);
        }
    }
}
