// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.HeldKey;

/** Holds in the store: what they keep of epochs and rows, what can still be held, and where they are entered. Any thread. */
final class StoreHolds implements FootageInReach {
    private static final String LIMIT = "limit";

    final HeldFootage footage;
    final HeldEpochs epochs;
    final SplitEpochs splits;
    final HeldRows rows;
    final Optional<EvidenceVault> vault;
    private final FootageStore store;
    private final StreamBook streams;
    private final HoldLedger entries;
    private final StoreTrail trail;
    private @Nullable Showing showing;

    /** What holds keep is known from here on: before anything is erased, overwritten or shown. */
    StoreHolds(FootageStore store, StoreParts parts) {
        this.store = store;
        this.streams = parts.streams();
        this.footage = parts.holding().footage();
        this.splits = SplitEpochs.open(parts.trail());
        this.epochs = new HeldEpochs(parts, splits);
        this.rows = new HeldRows(store, parts.index(), streams);
        this.entries = new HoldLedger(parts);
        this.trail = parts.trail();
        this.vault = parts.holding().vault();
        vault.ifPresent(of -> of.of(streams));
        entries.replay(streams.holds);
    }

    Showing showing(Erasures erasures) {
        showing = new Showing(erasures, epochs, footage, streams);
        return showing;
    }

    Showing showing() {
        Showing known = showing;
        if (known == null) {
            throw new IllegalStateException("what is shown is asked before retention is known");
        }
        return known;
    }

    /** The keeper's round: what waited for the ledger counts once it is durable. */
    void settle() {
        if (entries.isWaiting() && EraseLock.isTaken(footage.lock())) {
            try {
                entries.settle();
            } finally {
                footage.lock().unlock();
            }
        }
    }

    HoldParts parts() {
        return new HoldParts(entries, this, footage.lock(), trail, vault.map(of -> new HeldCopies(store, streams, of)));
    }

    /** A record that the ring cannot give, from the vault where it is held and copied; else what the ring said. */
    RecordCipher.Opened instead(Segment segment, FragmentRef ref, RecordHeader.Kind kind, IOException ring)
            throws IOException {
        Optional<StreamState> stream = streams.of(segment.stream());
        if (vault.isPresent() && stream.isPresent()) {
            for (VaultCopy copy : vault.get().copies(stream.get().number, SegmentBuilder.Key.of(segment))) {
                Optional<FragmentRef> there = copy.same(ref, kind);
                if (there.isPresent() && showing().mayReadCopy(copy.segment(), there.get(), kind)) {
                    return vault.get().open(copy.segment(), stream.get().number, there.get(), kind);
                }
            }
        }
        throw ring;
    }

    // ---- what can be held -----------------------------------------------------------------------------------------

    @Override
    public boolean knows(StreamId stream) {
        return streams.of(stream).isPresent();
    }

    @Override
    public Left left(StreamId id, Instant from, Instant to) throws IOException {
        StreamState stream = streams.of(id).orElse(null);
        List<Segment> found = stream == null ? List.of() : store.finder.inReach(stream, from, to);
        if (stream != null && found.isEmpty() && !store.isIndexWhole()) {
            throw new IOException(
                    "what there is of " + id + " from " + from + " to " + to
                            + " cannot be told while the index is out of order or being rebuilt; nothing was decided, try again");
        }
        boolean isVaultAway = vault.map(of -> of.notWhole().isPresent()).orElse(true);
        if (found.isEmpty() && isVaultAway && footage.isCopied(id, from, to)) {
            throw new IOException("what there is of " + id + " from " + from + " to " + to
                    + " stands in the vault, which is away; nothing was decided, try again");
        }
        if (stream != null && found.isEmpty() && isHiddenByDoubt(stream, from, to)) {
            throw new ClockInDoubtException("what there is of " + id + " from " + from + " to " + to
                    + " is not shown while the clock is in doubt; nothing was decided");
        }
        if (stream == null || found.isEmpty()) {
            return Left.nothing(stream == null ? Optional.empty() : gone(stream, from, to));
        }
        List<HeldKey> keys = new ArrayList<>();
        for (Epoch epoch : epochs.epochs()) {
            boolean isFound = found.stream().anyMatch(segment -> segment.epoch() == epoch.number());
            if (isFound && epochs.opens(epoch.number(), stream.number)) {
                keys.add(new HeldKey(epoch.number(), stream.number));
            }
        }
        Set<String> away = found.stream()
                .map(segment -> segment.configuration().volume())
                .filter(volume ->
                        !volume.equals(EvidenceVault.ID) && !store.volumes().containsKey(volume))
                .collect(Collectors.toSet());
        return new Left(keys, reels(found), rows.parts(stream, found, from, to), away, Optional.empty());
    }

    /** Whether some of it may be within its limit and be seen again: nothing is erased meanwhile. */
    private boolean isHiddenByDoubt(StreamState stream, Instant from, Instant to) throws IOException {
        if (!store.erasures().isDoubtful()) {
            return false;
        }
        long limitMicros = TimeUnit.DAYS.toMicros(store.erasures().days(stream.classId()));
        return store.finder.standing(stream, from, to).stream()
                .anyMatch(row -> store.erasures().isYounger(row.epoch(), limitMicros));
    }

    /** By its limit, where that has passed: it is erased then, or about to be. */
    private Optional<Gone> gone(StreamState stream, Instant from, Instant to) {
        Duration limit = Duration.ofDays(store.erasures().days(stream.classId()));
        boolean isPast =
                to.plus(limit).isBefore(StreamState.instant(store.clock().utcMicros()));
        return isPast ? Optional.of(new Gone(from.plus(limit), LIMIT)) : Optional.empty();
    }

    private List<OnReel> reels(List<Segment> found) {
        Map<String, OnReel> all = new LinkedHashMap<>();
        for (Segment segment : found) {
            // No head comes to what stands in the vault, or on a volume that is away.
            boolean isOnRing =
                    store.volumes().containsKey(segment.configuration().volume());
            for (FragmentRef ref : isOnRing ? segment.fragments() : List.<FragmentRef>of()) {
                all.merge(
                        ref.volume() + "/" + ref.reelSerial(),
                        new OnReel(ref.volume(), ref.reelSerial(), ref.recordBytes(), Duration.ZERO),
                        (one, other) -> new OnReel(
                                one.volume(), one.serial(), one.bytesToCopy() + other.bytesToCopy(), Duration.ZERO));
            }
        }
        return all.values().stream().map(this::asOfNow).toList();
    }

    @Override
    public OnReel asOfNow(OnReel reel) {
        return new OnReel(reel.volume(), reel.serial(), reel.bytesToCopy(), untilHead(reel));
    }

    /**
     * At the pace since the start, when at the earliest: all that the rings of its volume write goes through what was never
     * written first, and then, it may be, through this ring's reels alone. Where the pace is not known yet, when its class has
     * reached its promise.
     */
    private Duration untilHead(OnReel reel) {
        for (Ring ring : store.rings()) {
            List<Reel> footageReels = ring.footage();
            for (int i = 0; i < footageReels.size(); i++) {
                if (ring.volume.id.equals(reel.volume()) && footageReels.get(i).serial() == reel.serial()) {
                    return ring.reelNanos() == 0
                            ? Duration.ofDays(store.erasures().days(ring.classId))
                            : Duration.ofNanos((long) ((ring.volume.freeReels() + i + 1) / reelsANano(ring.volume)));
                }
            }
        }
        return Duration.ZERO;
    }

    /** Of a volume with a ring whose pace is known. */
    private double reelsANano(Volume volume) {
        return store.rings().stream()
                .filter(ring -> ring.volume == volume)
                .mapToLong(Ring::reelNanos)
                .filter(nanos -> nanos > 0)
                .mapToDouble(nanos -> 1.0 / nanos)
                .sum();
    }

    @Override
    public boolean isTimeInDoubt() {
        store.erasures().tick();
        return store.erasures().isDoubtful();
    }

    @Override
    public int reelsOf(String volume) {
        Volume known = store.volumes().get(volume);
        return known == null ? 0 : known.reels().size();
    }

    @Override
    public Optional<Extent> extent(HeldKey key) {
        Optional<StreamState> stream = streams.ofNumber(key.stream());
        Optional<HeldEpochs.Window> window = epochs.window(key.epoch());
        // Kept for the epoch's own time: no hold explains it, and none that ends takes it along.
        boolean isOfEpoch = !splits.isKnown() || splits.isSplit(key.epoch());
        return isOfEpoch || stream.isEmpty() || window.isEmpty()
                ? Optional.empty()
                : Optional.of(new Extent(
                        stream.get().id, window.get().from(), window.get().to()));
    }

    @Override
    public void ended(Collection<StreamId> ofStreams, Instant from, Instant to) throws IOException {
        for (StreamId id : ofStreams) {
            Optional<StreamState> stream = streams.of(id);
            if (stream.isPresent()) {
                rows.ended(stream.get(), from, to);
            }
        }
    }
}
