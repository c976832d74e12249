// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.time.Instant;
import java.util.concurrent.locks.Lock;
import org.watchkeep.retention.store.ReelShield;
import org.watchkeep.retention.store.StreamId;

/** What the register says to the head that wants to overwrite a reel. Any thread; answers from memory. */
public final class HeldReels implements ReelShield {
    private final HoldRegister register;
    private final Lock eraseLock;

    public HeldReels(HoldRegister register, Lock eraseLock) {
        this.register = register;
        this.eraseLock = eraseLock;
    }

    @Override
    public boolean needsItsReel(StreamId stream, Instant start, Instant end) {
        return register.now().needsItsReel(stream, start, end);
    }

    @Override
    public boolean isAnythingHeld() {
        return register.now().isAnythingOnReels();
    }

    @Override
    public long version() {
        return register.version();
    }

    @Override
    public Lock lock() {
        return eraseLock;
    }
}
