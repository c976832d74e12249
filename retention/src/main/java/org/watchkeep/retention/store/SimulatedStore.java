// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.keys.EpochKeys;

/**
 * A store under a clock that its owner moves: an hour passes in milliseconds. It is the {@link FootageStore} that records,
 * but for three things: reels can be small, a commit does not wait for a quarter of a real second, and the housekeeping is
 * done when the owner says so and not by a thread of its own, so that the clock never moves in the middle of it.
 *
 * <p>For {@code retention.simulate}, {@code bench hold} and tests. Nothing that records opens one: a {@link Fault} cannot be configured.
 * Opened, used and closed by one thread.
 */
public final class SimulatedStore implements Closeable {
    /** Nobody waits for an acknowledgement in real time; a commit is as soon as there is something. */
    private static final long COMMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** So much early or late is far beyond anything that a clock could be off by. */
    private static final long FAULT_MICROS = TimeUnit.HOURS.toMicros(6);

    /** What such a store can be made to do wrong. */
    public enum Fault {
        NONE,
        /** Erases six hours late, and its readers refuse nothing meanwhile. */
        ERASES_LATE,
        /** Erases six hours early. */
        ERASES_EARLY
    }

    /** By the rule, but for what is wrong. */
    private record Faulty(Fault fault) implements Reckoning {
        @Override
        public boolean isDue(long ageMicros, int days) {
            long takenFor = switch (fault) {
                case NONE -> ageMicros;
                case ERASES_LATE -> ageMicros - FAULT_MICROS;
                case ERASES_EARLY -> ageMicros + FAULT_MICROS;
            };
            return BY_RULE.isDue(takenFor, days);
        }

        @Override
        public boolean isPast(long ageMicros, int days) {
            return fault != Fault.ERASES_LATE && BY_RULE.isPast(ageMicros, days);
        }
    }

    /** An instant of the recorder's own time: its monotonic clock in a boot. */
    public record OwnTime(String bootId, long micros) {}

    /** A gap as the store keeps it; without an end while it is open. */
    public record OwnGap(GapCause cause, OwnTime from, Optional<OwnTime> to) {}

    private final FootageStore store;
    private final StreamBook streams;

    private SimulatedStore(FootageStore store, StreamBook streams) {
        this.store = store;
        this.streams = streams;
    }

    /** Makes a new store with reels of this size. */
    public static void init(StoreSettings settings, Disk disk, StoreClock clock, long reelBytes) throws IOException {
        StoreParts.make(settings, disk, clock, poolBytes -> reelBytes);
    }

    /** As {@link ShieldedStore#open}. */
    public static SimulatedStore open(
            StoreSettings settings,
            Disk disk,
            EpochKeys keys,
            StoreClock clock,
            AcknowledgementListener listener,
            Holding holding,
            StoreTrail trail,
            Fault fault)
            throws IOException {
        StoreParts parts = StoreParts.open(settings, disk, keys, clock, StoreParts.IndexSettings.ON_DISK)
                .with(holding)
                .with(trail)
                .with(new StoreParts.Running(new Faulty(fault), false));
        FootageStore store = FootageStore.open(parts, new SystemStoreClock(), COMMIT_NANOS, listener);
        return new SimulatedStore(store, parts.streams());
    }

    public FootageStore store() {
        return store;
    }

    /** What the keeper's thread does once a second. */
    public void keepHouse() {
        store.keeper().round();
    }

    /** All gaps of a stream in the recorder's own time, the open one last. */
    public List<OwnGap> gaps(StreamId stream) {
        return streams.of(stream).stream()
                .flatMap(state -> state.gapSpans().stream())
                .map(gap -> new OwnGap(gap.cause(), own(gap.from()), gap.to().map(this::own)))
                .toList();
    }

    /** Every gap that the ledger ever told of, of each stream; those of what was erased since as well. */
    public Map<StreamId, List<OwnGap>> gapsEver() throws IOException {
        store.ledger().awaitDurable();
        Map<Integer, StreamId> ids = new HashMap<>();
        Map<Long, LedgerEntry.GapOpened> opened = new LinkedHashMap<>();
        Map<Long, OwnTime> closed = new HashMap<>();
        store.ledger().read(line -> {
            LedgerEntry entry = line.entry();
            if (entry instanceof LedgerEntry.StreamRegistered e) {
                ids.put(e.number(), e.stream());
            } else if (entry instanceof LedgerEntry.GapOpened e) {
                opened.put(e.gap(), e);
            } else if (entry instanceof LedgerEntry.GapClosed e) {
                // Of two ends of one gap the later stands, and the later one is entered last.
                closed.put(e.gap(), new OwnTime(e.bootId(), e.toMonoNanos() / 1_000));
            }
        });
        Map<StreamId, List<OwnGap>> gaps = new LinkedHashMap<>();
        opened.forEach((number, e) -> {
            OwnTime from = new OwnTime(e.bootId(), e.fromMonoNanos() / 1_000);
            gaps.computeIfAbsent(streamOf(ids, e), none -> new ArrayList<>())
                    .add(new OwnGap(e.cause(), from, Optional.ofNullable(closed.get(number))));
        });
        return gaps;
    }

    private static StreamId streamOf(Map<Integer, StreamId> ids, LedgerEntry.GapOpened gap) {
        StreamId id = ids.get(gap.stream());
        if (id == null) {
            throw new IllegalStateException(
                    "gap " + gap.gap() + " is of stream " + gap.stream() + ", which nobody knows");
        }
        return id;
    }

    private OwnTime own(Moment moment) {
        return new OwnTime(streams.boots.id(moment), moment.ownMicros());
    }

    /** A clean stop. End all runs first. */
    @Override
    public void close() throws IOException {
        keepHouse();
        store.close();
    }
}
