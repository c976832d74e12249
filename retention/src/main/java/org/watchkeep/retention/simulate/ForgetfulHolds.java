// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.time.Instant;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.store.HeldFootage;
import org.watchkeep.retention.store.StreamId;

/** The sabotage {@code drop-hold}: takes every hold in and tells whoever asks that nothing is held. */
final class ForgetfulHolds implements HeldFootage {
    private final HeldFootage register;

    ForgetfulHolds(HeldFootage register) {
        this.register = register;
    }

    @Override
    public void replay(Entry entry) {
        register.replay(entry);
    }

    @Override
    public void unreadable(String why) {
        register.unreadable(why);
    }

    @Override
    public boolean isReadable() {
        return register.isReadable();
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
        return register.version();
    }

    @Override
    public ReentrantLock lock() {
        return register.lock();
    }
}
