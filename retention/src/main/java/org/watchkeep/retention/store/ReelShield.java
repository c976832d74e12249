// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Asked before a reel is cleared: is every held fragment on it copied and checked? A reel of which that is not true is
 * skipped. Asked by the keeper for every record of a reel, so it answers from memory. Any thread.
 */
public interface ReelShield {
    /** Whether footage of the stream in {@code [start, end)} is held and stands nowhere else. */
    boolean needsItsReel(StreamId stream, Instant start, Instant end);

    /** Whether any footage is held at all: a reel whose contents cannot be told is then not cleared. */
    boolean isAnythingHeld();

    /** Another number whenever an answer may have changed: a reel that was skipped is then asked for again. */
    long version();

    /** Held while a reel is asked for and cleared, and by whoever places a hold: it is before the clearing or after it. */
    ReentrantLock lock();
}
