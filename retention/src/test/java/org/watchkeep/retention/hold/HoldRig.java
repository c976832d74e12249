// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.audit.Appended;
import org.watchkeep.retention.audit.Commitment;
import org.watchkeep.retention.audit.Hash;
import org.watchkeep.retention.audit.NewEntry;
import org.watchkeep.retention.audit.TrailException;
import org.watchkeep.retention.keys.HeldKey;
import org.watchkeep.retention.store.FootageInReach;
import org.watchkeep.retention.store.StreamId;

/**
 * Holds over a recorder that exists in memory: three streams recorded without a gap since {@link #START}, an epoch an hour,
 * a reel an hour; a trail and key homes that fail when told to.
 */
final class HoldRig implements FootageInReach, Holds.KeyStore {
    static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
    static final Actor OWNER = Actor.staff(17);
    static final Actor OTHER = Actor.staff(4);
    static final List<StreamId> STREAMS =
            List.of(StreamId.main("north-1"), StreamId.main("north-2"), StreamId.main("south-1"));

    private static final Duration EPOCH = Duration.ofHours(1);
    private static final long BYTES_A_SECOND = 500_000;

    /** An entry that is durable. */
    record Written(NewEntry entry, Instant entered) {}

    final List<Written> entries = new ArrayList<>();
    final Set<HeldKey> kept = new TreeSet<>();
    final TreeMap<Long, Instant> erasedAt = new TreeMap<>();
    Instant now = START.plus(Duration.ofDays(3));
    Admission.VaultRoom vault = new Admission.VaultRoom(1L << 50, 100_000_000);
    boolean trailFails;
    boolean keysFail;
    boolean indexFails;
    boolean isClockInDoubt;
    int ended;
    int looks;

    @Nullable
    Runnable whileKeeping;

    final ReentrantLock eraseLock = new ReentrantLock();
    HoldRegister register = new HoldRegister();
    Holds holds = holds();

    private Holds holds() {
        return new Holds(
                register,
                new Holds.Surroundings(this::append, Commitment::to, this, this, () -> vault, eraseLock, () -> now));
    }

    /** The process is killed and starts again: all that it knows is in the entries. */
    List<String> restart() throws IOException {
        register = new HoldRegister();
        for (Written each : entries) {
            register.fold(each.entry.act().code(), each.entry.actor(), each.entered, each.entry.data());
        }
        holds = holds();
        return holds.begin();
    }

    private Appended append(NewEntry entry) throws TrailException {
        if (trailFails) {
            throw new TrailException("the trail cannot be written: told to fail");
        }
        entries.add(new Written(entry, now));
        return new Appended(entries.size() - 1L, Hash.of(new byte[Hash.BYTES]), now);
    }

    List<String> acts() {
        return entries.stream().map(each -> each.entry.act().code()).toList();
    }

    static int number(StreamId stream) {
        return STREAMS.indexOf(stream) + 1;
    }

    static Instant hour(long hours) {
        return START.plus(EPOCH.multipliedBy(hours));
    }

    /** Epoch 1 is the first hour. */
    static long epochAt(Instant time) {
        return Duration.between(START, time).toHours() + 1;
    }

    /** Overwrites the root of every epoch up to this one. */
    void eraseUpTo(long epoch) {
        for (long each = 1; each <= epoch; each++) {
            erasedAt.putIfAbsent(each, now);
        }
    }

    boolean opens(HeldKey key) {
        return !erasedAt.containsKey(key.epoch()) || kept.contains(key);
    }

    static HoldTerms terms(List<StreamId> streams, Instant from, Instant to, Instant now) {
        return HoldTerms.of(HeldSpan.of(streams, from, to), Ground.CRIME, OWNER, now.plus(HoldRules.REVIEW));
    }

    @Override
    public boolean knows(StreamId stream) {
        return STREAMS.contains(stream);
    }

    @Override
    public Left left(StreamId stream, Instant from, Instant to) {
        looks++;
        List<HeldKey> keys = new ArrayList<>();
        List<FootageInReach.OnReel> reels = new ArrayList<>();
        Optional<Gone> gone = Optional.empty();
        Instant begin = from.isBefore(START) ? START : from;
        for (long epoch = epochAt(begin); hour(epoch - 1).isBefore(to); epoch++) {
            HeldKey key = new HeldKey(epoch, number(stream));
            if (opens(key)) {
                keys.add(key);
                reels.add(new FootageInReach.OnReel(
                        "v1", epoch, EPOCH.toSeconds() * BYTES_A_SECOND, Duration.ofHours(epoch)));
            } else if (gone.isEmpty()) {
                gone = Optional.ofNullable(erasedAt.get(epoch)).map(at -> new Gone(at, "limit"));
            }
        }
        return new Left(keys, reels, keys.isEmpty() ? List.of() : List.of(new Part(from, to)), Set.of(), gone);
    }

    @Override
    public boolean isTimeInDoubt() {
        return isClockInDoubt;
    }

    @Override
    public int reelsOf(String volume) {
        return 0;
    }

    @Override
    public FootageInReach.OnReel asOfNow(FootageInReach.OnReel reel) {
        return reel;
    }

    @Override
    public void ended(Collection<StreamId> streams, Instant from, Instant to) throws IOException {
        if (indexFails) {
            throw new IOException("the index takes no rows: told to fail");
        }
        ended++;
    }

    @Override
    public Optional<Extent> extent(HeldKey key) {
        return Optional.of(new Extent(STREAMS.get(key.stream() - 1), hour(key.epoch() - 1), hour(key.epoch())));
    }

    @Override
    public void keep(Set<HeldKey> keys) throws IOException {
        if (whileKeeping != null) {
            whileKeeping.run();
        }
        if (keysFail) {
            throw new IOException("both key homes failed: told to fail");
        }
        for (HeldKey key : keys) {
            if (!opens(key)) {
                throw new IOException(key + ": its root is erased");
            }
        }
        kept.addAll(keys);
    }

    @Override
    public void drop(Set<HeldKey> keys) throws IOException {
        if (keysFail) {
            throw new IOException("both key homes failed: told to fail");
        }
        kept.removeAll(keys);
    }

    @Override
    public void reunite() throws IOException {
        if (keysFail) {
            throw new IOException("both key homes failed: told to fail");
        }
    }

    @Override
    public List<HeldKey> kept() {
        return List.copyOf(kept);
    }
}
