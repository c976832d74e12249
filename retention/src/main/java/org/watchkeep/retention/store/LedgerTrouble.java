// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What people are told when the ledger cannot be written, or its disk is about to be full: an alarm when it begins or
 * becomes worse, a reminder each minute, a line when it is over. A ledger writes seldom, so a full disk would stay
 * unsaid until the next entry: the free space is looked at as well. Any thread.
 */
final class LedgerTrouble implements Ledger.Watcher {
    /** Less is short: some days of a large site's entries, and the index with them. */
    static final long SHORT_BYTES = 64L << 20;

    /** So that an index that is being tidied does not begin and end the alarm. */
    private static final long PLENTY_BYTES = SHORT_BYTES + SHORT_BYTES / 4;

    /** Less is as good as nothing: no table of the index fits, and hardly a minute of entries. */
    private static final long FULL_BYTES = 1L << 20;

    static final long REMIND_NANOS = TimeUnit.MINUTES.toNanos(1);

    private enum State {
        WELL,
        SHORT,
        FULL
    }

    private final Path folder;
    private final StoreClock pace;
    private final Consumer<String> alarm;
    private final Consumer<String> over;

    // Guarded by the monitor.
    private State state = State.WELL;
    private String failure = "";
    private long lostEntries;
    private OptionalLong freeBytes = OptionalLong.empty();
    private long saidNanos;

    /**
     * @param folder the data folder
     * @param alarm takes what a person must see to
     * @param over takes that it is over
     */
    LedgerTrouble(Path folder, StoreClock pace, Consumer<String> alarm, Consumer<String> over) {
        this.folder = folder;
        this.pace = pace;
        this.alarm = alarm;
        this.over = over;
    }

    @Override
    public synchronized void failed(IOException cause) {
        failure = String.valueOf(cause.getMessage());
        settle();
    }

    @Override
    public synchronized void lost(long entries) {
        lostEntries += entries;
    }

    @Override
    public synchronized void committed() {
        failure = "";
        settle();
    }

    /** The keeper's round. */
    synchronized void look(OptionalLong nowFreeBytes) {
        freeBytes = nowFreeBytes;
        settle();
    }

    private void settle() {
        State before = state;
        state = next();
        long now = pace.monoNanos();
        if (state == State.WELL) {
            if (before != State.WELL) {
                over.accept("the ledger in " + folder + " is written again" + lostText());
                lostEntries = 0;
            }
        } else if (state.compareTo(before) > 0 || now - saidNanos >= REMIND_NANOS) {
            saidNanos = now;
            alarm.accept(text());
        }
    }

    private State next() {
        long free = freeBytes.orElse(Long.MAX_VALUE);
        if (!failure.isEmpty() || free < FULL_BYTES) {
            return State.FULL;
        }
        return free < (state == State.WELL ? SHORT_BYTES : PLENTY_BYTES) ? State.SHORT : State.WELL;
    }

    private String text() {
        String free = freeBytes.isPresent() ? " (" + (freeBytes.getAsLong() >> 20) + " MiB free)" : "";
        String next = "; this stops no recording, and what is recorded is safe. Free space on the disk with " + folder;
        return failure.isEmpty()
                ? "the disk with the ledger is nearly full" + free + next
                : "the ledger cannot be written: " + failure + free
                        + "; gaps and other events wait in memory and are entered when it can be" + lostText() + next;
    }

    private String lostText() {
        return lostEntries == 0 ? "" : "; " + lostEntries + " entries were too many to wait and are lost";
    }
}
