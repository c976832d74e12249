// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What servers have seen of their clients: counted from outside, for whoever wants to know how these behave. Any thread. */
public final class ServerTally {
    private final AtomicInteger inDialogue = new AtomicInteger();
    private final AtomicInteger mostInDialogue = new AtomicInteger();
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong refusedLogins = new AtomicLong();
    private final AtomicLong lockOuts = new AtomicLong();

    void connected() {
        connections.incrementAndGet();
        mostInDialogue.accumulateAndGet(inDialogue.incrementAndGet(), Math::max);
    }

    /** PLAY or RECORD was answered, or the connection closed before. */
    void dialogueOver() {
        inDialogue.decrementAndGet();
    }

    void loginRefused() {
        refusedLogins.incrementAndGet();
    }

    void lockedOut() {
        lockOuts.incrementAndGet();
    }

    public long connections() {
        return connections.get();
    }

    /** The most connections at a time that had not come to media yet. */
    public int mostInDialogue() {
        return mostInDialogue.get();
    }

    /** Answers that were signed, and wrong. */
    public long refusedLogins() {
        return refusedLogins.get();
    }

    /** How often an address was shut out for its wrong logins. */
    public long lockOuts() {
        return lockOuts.get();
    }
}
