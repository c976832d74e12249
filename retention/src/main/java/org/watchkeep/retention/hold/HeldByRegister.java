// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.store.HeldFootage;
import org.watchkeep.retention.store.StreamId;

/**
 * What the register says to whoever wants to erase, to overwrite or to read. While it cannot be read nothing is
 * erased, beyond its limit nothing is shown, and the head goes by the keys that are kept. Any thread; answers from memory.
 */
public final class HeldByRegister implements HeldFootage {
    /** No incident is called this. */
    private static final String UNKNOWN = "that cannot be told, as the register of holds cannot be read";

    private final HoldRegister register;
    private final ReentrantLock eraseLock = new ReentrantLock();

    public HeldByRegister(HoldRegister register) {
        this.register = register;
    }

    @Override
    public void replay(Entry entry) {
        register.fold(entry);
    }

    @Override
    public void unreadable(String why) {
        register.unreadable(why);
    }

    @Override
    public boolean isReadable() {
        return register.trouble().isEmpty();
    }

    @Override
    public boolean isHeld(StreamId stream, Instant start, Instant end) {
        return register.trouble().isEmpty() && register.now().isHeld(stream, start, end);
    }

    /** While the register cannot be read nobody can tell what is set aside: then all is. */
    @Override
    public List<String> quarantine(StreamId stream, Instant start, Instant end) {
        return register.trouble().isPresent()
                ? List.of(UNKNOWN)
                : register.now().quarantine(stream, start, end).stream()
                        .map(IncidentId::text)
                        .toList();
    }

    @Override
    public List<String> holdsOn(StreamId stream, Instant start, Instant end) {
        return register.now().on(stream, start, end).stream()
                .map(hold -> hold.id().text())
                .toList();
    }

    @Override
    public boolean wasEverHeld(StreamId stream, Instant start, Instant end) {
        return register.holds().stream().anyMatch(hold -> hold.span().touches(stream, start, end));
    }

    @Override
    public Set<StreamId> streamsHeld(Instant from, Instant to) throws IOException {
        register.requireReadable();
        return register.now().streamsOnReels(from, to);
    }

    @Override
    public boolean needsItsReel(StreamId stream, Instant start, Instant end) {
        return register.trouble().isEmpty() && register.now().needsItsReel(stream, start, end);
    }

    @Override
    public boolean isCopied(StreamId stream, Instant start, Instant end) {
        return register.trouble().isEmpty() && register.now().isCopied(stream, start, end);
    }

    @Override
    public List<CopiedHold> copied() {
        return register.trouble().isPresent()
                ? List.of()
                : register.holds().stream()
                        .filter(hold -> hold.state() == HoldState.COPIED)
                        .map(hold -> new CopiedHold(
                                hold.id().text(),
                                hold.wanted(),
                                register.copiedFragments(hold.id()).orElse(1)))
                        .toList();
    }

    @Override
    public boolean isAnythingHeld() {
        return register.trouble().isPresent() || register.now().isAnythingOnReels();
    }

    @Override
    public long version() {
        return register.version();
    }

    @Override
    public ReentrantLock lock() {
        return eraseLock;
    }
}
