// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.crypto.SecretKey;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.HeldKey;
import org.watchkeep.retention.keys.HeldKeys;
import org.watchkeep.retention.policy.Erasing;

/**
 * Epochs as readers find them: those whose root is there, and those of which holds keep single streams' keys. Says what an
 * erasure must keep. Any thread.
 */
final class HeldEpochs implements Erasing.Holds, RecordReader.Keys {
    /** No footage of an epoch lies further outside the time it was open. */
    private static final long REACH_MICROS = 2 * StreamAppender.SEGMENT_MICROS;

    private final Holding holding;
    private final SplitEpochs splits;
    private final EpochKeys keys;
    private final StreamBook streams;
    private final Ledger ledger;
    private final StoreClock clock;

    /** When an epoch may have footage: over-wide, so that nothing held falls between two of them. */
    record Window(Instant from, Instant to) {
        private static Window of(long openedUtcMicros, long closedUtcMicros) {
            long closed = Math.max(openedUtcMicros + EpochSchedule.REACH_MICROS, closedUtcMicros);
            return new Window(
                    StreamState.instant(openedUtcMicros - REACH_MICROS),
                    closed == Long.MAX_VALUE ? Instant.MAX : StreamState.instant(closed + REACH_MICROS));
        }
    }

    HeldEpochs(StoreParts parts, SplitEpochs splits) {
        this.splits = splits;
        this.holding = parts.holding();
        this.keys = parts.keys();
        this.streams = parts.streams();
        this.ledger = parts.ledger();
        this.clock = parts.clock();
    }

    // ---- reading --------------------------------------------------------------------------------------------------

    /** Whether a stream's records of the epoch can be decrypted. */
    @Override
    public boolean opens(long epoch, int stream) {
        return keys.isReadable(epoch) || isKept(epoch, stream);
    }

    /** The epoch, where readers may have this stream of it without a hold: by its root, or by the key kept until its limit. */
    Optional<Epoch> shown(StreamId stream, long number) {
        Optional<SplitEpochs.Split> split = splits.of(number);
        if (split.isEmpty()) {
            return keys.isReadable(number) ? keys.epoch(number) : Optional.empty();
        }
        boolean isOpen = !split.get().streams().containsKey(stream)
                && streams.of(stream)
                        .filter(state -> opens(number, state.number))
                        .isPresent();
        return isOpen ? Optional.of(split.get().asEpoch()) : Optional.empty();
    }

    boolean isKept(long epoch, int stream) {
        return epoch > 0
                && stream > 0
                && holding.keys().isPresent()
                && holding.keys().get().isKept(new HeldKey(epoch, stream));
    }

    @Override
    public Optional<SecretKey> streamKey(long epoch, int stream) {
        Optional<SecretKey> root = keys.streamKey(epoch, stream);
        return root.isPresent() ? root : holding.keys().flatMap(held -> held.streamKey(epoch, stream));
    }

    /** Every epoch that may have readable footage, ascending; among them some that have none. */
    List<Epoch> epochs() {
        List<Epoch> known = keys.epochs();
        if (streams.holds.epochs().isEmpty()) {
            return known;
        }
        Map<Long, Epoch> all = new TreeMap<>();
        for (LedgerEntry.EpochHeld held : streams.holds.epochs()) {
            if (held.streams().stream().anyMatch(stream -> isKept(held.epoch(), stream))) {
                all.put(
                        held.epoch(),
                        new Epoch(held.epoch(), held.classId(), held.openedUtcMicros(), Epoch.State.ERASED));
            }
        }
        known.forEach(epoch -> all.put(epoch.number(), epoch));
        return List.copyOf(all.values());
    }

    /** When the epoch may have footage; empty for one that nothing is known of. */
    Optional<Window> window(long number) {
        Optional<LedgerEntry.EpochHeld> held = streams.holds.epoch(number);
        if (held.isPresent()) {
            return Optional.of(
                    Window.of(held.get().openedUtcMicros(), held.get().closedUtcMicros()));
        }
        return keys.epoch(number)
                .map(epoch -> Window.of(epoch.openedUtcMicros(), closedAt(epoch)))
                .or(() -> splits.ever(number).map(split -> Window.of(split.openedUtcMicros(), Long.MIN_VALUE)));
    }

    private long closedAt(Epoch epoch) {
        return closedAt(keys, epoch);
    }

    /** When the next epoch of its class was opened; the end of time where there is none. */
    static long closedAt(EpochKeys keys, Epoch epoch) {
        return keys.epochs().stream()
                .filter(next -> next.number() > epoch.number() && next.classId().equals(epoch.classId()))
                .mapToLong(Epoch::openedUtcMicros)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    // ---- erasing --------------------------------------------------------------------------------------------------

    @Override
    public List<Integer> heldStreams(long number) throws IOException {
        Window window =
                window(number).orElseThrow(() -> new IOException("epoch " + number + ": when it was is not known"));
        Set<Integer> held = new TreeSet<>(keptStreams(number));
        Set<StreamId> wanted = holding.footage().streamsHeld(window.from(), window.to());
        if (splits.isSplit(number)) {
            // Of it all others are kept as well, for as long as its limit is away.
            held.removeIf(stream -> streams.ofNumber(stream)
                    .filter(state -> wanted.contains(state.id))
                    .isEmpty());
            return List.copyOf(held);
        }
        // Once an erasure has begun no key can be taken from the root any more, and no hold be placed on what it
        // opened.
        if (keys.isReadable(number)) {
            wanted.forEach(id -> streams.of(id).ifPresent(stream -> held.add(stream.number)));
        }
        return List.copyOf(held);
    }

    @Override
    public void keepKeys(long number, List<Integer> kept) throws IOException {
        if (kept.isEmpty()) {
            return;
        }
        HeldKeys held = holding.keys()
                .orElseThrow(() -> new IOException(
                        "epoch " + number + ": streams " + kept + " are held, and the store was opened without holds"));
        Epoch epoch =
                keys.epoch(number).orElseThrow(() -> new IOException("epoch " + number + ": when it was is not known"));
        // First: a kept key of which nobody can tell when its footage was would open nothing.
        LedgerEntry.EpochHeld entry =
                new LedgerEntry.EpochHeld(number, epoch.classId(), epoch.openedUtcMicros(), closedAt(epoch), kept);
        ledger.appendDurably(entry, clock.utcMicros());
        streams.holds.fold(entry);
        List<HeldKey> wanted = new ArrayList<>();
        kept.forEach(stream -> wanted.add(new HeldKey(number, stream)));
        held.keep(wanted, keys);
    }

    @Override
    public void release(long number) throws IOException {
        if (splits.isSplit(number)) {
            Set<Integer> over = keptStreams(number);
            over.removeAll(Set.copyOf(heldStreams(number)));
            drop(number, over);
        }
    }

    private void drop(long number, Set<Integer> over) throws IOException {
        if (!over.isEmpty() && holding.keys().isPresent()) {
            holding.keys()
                    .get()
                    .drop(over.stream()
                            .map(stream -> new HeldKey(number, stream))
                            .toList());
        }
    }

    // ---- streams erased alone -------------------------------------------------------------------------------------

    boolean canKeep() {
        return holding.keys().isPresent();
    }

    private Set<Integer> keptErased(SplitEpochs.Split split) {
        Set<Integer> kept = keptStreams(split.epoch());
        kept.removeIf(stream -> streams.ofNumber(stream)
                .filter(state -> split.streams().containsKey(state.id))
                .isEmpty());
        return kept;
    }

    /** Whether a key is kept of a stream that was erased alone: by an erasure before, or by a home that was away. */
    boolean keepsErased(SplitEpochs.Split split) {
        return !keptErased(split).isEmpty();
    }

    void dropErased(SplitEpochs.Split split) throws IOException {
        drop(split.epoch(), keptErased(split));
    }

    /** A home that was away when an epoch reached its limit brings back keys that no hold ever wanted: they go again. */
    void dropOfEnded() throws IOException {
        if (holding.keys().isEmpty() || !holding.footage().isReadable()) {
            return;
        }
        for (HeldKey key : holding.keys().get().kept()) {
            Optional<Window> window = window(key.epoch());
            boolean isEnded =
                    !splits.isSplit(key.epoch()) && splits.ever(key.epoch()).isPresent() && window.isPresent();
            Optional<StreamState> stream = streams.ofNumber(key.stream());
            if (isEnded
                    && stream.isPresent()
                    && !holding.footage()
                            .wasEverHeld(
                                    stream.get().id,
                                    window.get().from(),
                                    window.get().to())) {
                drop(key.epoch(), Set.of(key.stream()));
            }
        }
    }

    /** Streams whose keys of this epoch stand in the homes. */
    Set<Integer> keptStreams(long number) {
        return holding.keys().stream()
                .flatMap(held -> held.kept().stream())
                .filter(key -> key.epoch() == number)
                .map(HeldKey::stream)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
