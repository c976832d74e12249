// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.vault;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.hold.Admission;
import org.watchkeep.retention.hold.Hold;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.hold.HoldRules;
import org.watchkeep.retention.hold.HoldState;
import org.watchkeep.retention.hold.Holds;
import org.watchkeep.retention.hold.Refusal;
import org.watchkeep.retention.store.CopyLine;
import org.watchkeep.retention.store.EvidenceVault;
import org.watchkeep.retention.store.FootageInReach;
import org.watchkeep.retention.store.FootageInReach.OnReel;
import org.watchkeep.retention.store.HeldCopies;

/**
 * Copies what is held into the vault, nearest the head first; says that a hold is copied when every second of it that the
 * ledger shows as footage stands there, read back; and frees the reels of cases that are over. Whatever fails is tried again
 * in the next round, and keeps nothing else from being done.
 *
 * <p>Order for one hold, and what a power cut right after each step leaves:
 *
 * <ol>
 *   <li>the case's key in both homes: a key without copies;
 *   <li>each batch written and synced: copies that the next start finds on the reels, and reads back before it believes them;
 *   <li>{@code hold.copied} is durable: keys that nobody needs, which {@link Holds#begin} drops, and reels the head may take;
 *   <li>the kept keys are overwritten: all.
 * </ol>
 *
 * When its case is over: what goes with it is accounted for, the case's key is overwritten, its reels are freed one by one. A
 * cut between leaves reels whose case is over, which the next round frees.
 *
 * <p>{@link #round} is the vault's thread's; {@link #room} and {@link #alarms} any thread's, from memory.
 */
public final class HoldCopier {
    private static final Logger log = LoggerFactory.getLogger(HoldCopier.class);

    /** So long copying goes on before what is nearest the head is looked for anew. */
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Holds holds;
    private final HeldCopies copies;
    private final FootageInReach footage;
    private final Lock eraseLock;
    private final InstantSource clock;
    private final LongSupplier monoNanos;

    /** What of each hold is still to be copied, by reel. */
    private final Map<HoldId, Map<String, OnReel>> left = new ConcurrentHashMap<>();

    /** Cases that are over and could not be accounted for, since when. */
    private final Map<String, Instant> unaccounted = new HashMap<>();

    private final Map<String, String> alarms = new ConcurrentHashMap<>();

    /** Of the round that is under way. */
    private final Map<String, String> raised = new TreeMap<>();

    /** Holds that were copied and cannot be read whole, as of {@link #lookedFor}. */
    private final Map<String, String> missing = new TreeMap<>();

    /** All that the answer to that hangs on. */
    private List<Object> lookedFor = List.of();

    private final CopyPace pace = new CopyPace();
    private volatile boolean stopping;
    private volatile Runnable looked = () -> {};

    /** Which clocks it goes by: the store's. */
    public record Clocks(InstantSource utc, LongSupplier monoNanos) {}

    public HoldCopier(Holds holds, HeldCopies copies, FootageInReach footage, Lock eraseLock, Clocks clocks) {
        this.holds = holds;
        this.copies = copies;
        this.footage = footage;
        this.eraseLock = eraseLock;
        this.clock = clocks.utc();
        this.monoNanos = clocks.monoNanos();
    }

    /** The round that is under way ends after the segment it is copying. Any thread. */
    public void stop() {
        stopping = true;
    }

    /** What a person must see to; empty in good order. */
    public List<String> alarms() {
        return new TreeMap<>(alarms).values().stream().toList();
    }

    private void raise(String about, String what) {
        raised.put(about, what);
    }

    /** What this round has found stands, and nothing else; said once each. */
    private void settleAlarms() {
        raised.forEach((about, what) -> {
            if (!what.equals(alarms.put(about, what))) {
                log.error("ALARM vault: {}", what);
            }
        });
        alarms.entrySet().removeIf(entry -> {
            boolean isOver = !raised.containsKey(entry.getKey());
            if (isOver) {
                log.warn("vault: no longer so: {}", entry.getValue());
            }
            return isOver;
        });
        raised.clear();
    }

    /** Told in each round when the vault has been looked into. Before the first round. */
    public void onLook(Runnable heard) {
        looked = heard;
    }

    // ---- admission ------------------------------------------------------------------------------------------------

    /** Whether the vault can take another hold, and what still waits for it; without the vault by the ring alone. */
    public Admission.Room room() {
        Admission.Room ring = Admission.onReels(footage);
        return new Admission.Room() {
            @Override
            public Optional<Refusal> check(Collection<OnReel> waiting, Collection<OnReel> wanted) {
                EvidenceVault vault = copies.vault();
                return vault.away().isPresent()
                        ? ring.check(waiting, wanted)
                        : Admission.check(
                                waiting, wanted, new Admission.VaultRoom(vault.freeBytes(), pace.bytesPerSecond()));
            }

            @Override
            public Collection<OnReel> left(Hold hold, Collection<OnReel> all) {
                Map<String, OnReel> known = left.get(hold.id());
                return known == null ? all : List.copyOf(known.values());
            }
        };
    }

    private static String key(OnReel reel) {
        return reel.volume() + "/" + reel.serial();
    }

    // ---- a round --------------------------------------------------------------------------------------------------

    /** One segment of one hold. */
    private record Work(HoldId hold, HeldCopies.Item item) {}

    /**
     * Does what can be done now, for half a minute at most: then what was placed meanwhile may be nearer the head.
     *
     * @return whether there is more to copy
     */
    public boolean round() {
        Optional<String> notWhole = copies.vault().look();
        notWhole.ifPresent(why -> raise("vault", why));
        looked.run();
        boolean isMore = false;
        Optional<String> trouble = holds.register().trouble();
        if (trouble.isPresent()) {
            // What is held cannot be told: nothing is copied, and above all nothing freed.
            raise("register", "nothing is copied: what is held cannot be told: " + trouble.get());
        } else {
            freeWhatIsOver();
            isMore = copyWhatIsDue();
            checkCopied(notWhole);
        }
        settleAlarms();
        return isMore;
    }

    private boolean copyWhatIsDue() {
        List<Work> work = new ArrayList<>();
        List<Hold> due = new ArrayList<>();
        for (Hold hold : holds.register().holds()) {
            if (hold.state() == HoldState.SECURED) {
                plan(hold, work, due);
            }
        }
        left.keySet()
                .removeIf(id ->
                        holds.register().hold(id).filter(Hold::needsItsReels).isEmpty());
        boolean isMore = copy(work);
        due.forEach(hold -> sayCopied(hold, isMore));
        return isMore;
    }

    private void plan(Hold hold, List<Work> work, List<Hold> due) {
        try {
            List<HeldCopies.Item> items = copies.plan(hold.wanted());
            Map<String, OnReel> reels = new ConcurrentHashMap<>();
            for (HeldCopies.Item item : items) {
                reels.merge(key(item.reel()), item.reel(), (one, other) -> with(one, other.bytesToCopy()));
            }
            left.put(hold.id(), reels);
            if (isDue(hold, items)) {
                due.add(hold);
                items.forEach(item -> work.add(new Work(hold.id(), item)));
            }
        } catch (IOException | RuntimeException e) {
            raise(hold.id() + " plan", "what of hold " + hold.id() + " is to be copied cannot be told: " + e);
        }
    }

    private static OnReel with(OnReel reel, long moreBytes) {
        return new OnReel(reel.volume(), reel.serial(), reel.bytesToCopy() + moreBytes, reel.untilHead());
    }

    /** At once; an automatic one that nobody has confirmed some days before its limit or the head. */
    private boolean isDue(Hold hold, List<HeldCopies.Item> items) {
        int days = hold.span().streams().stream().mapToInt(copies::days).min().orElse(0);
        Duration head = items.stream()
                .map(item -> item.reel().untilHead())
                .min(Duration::compareTo)
                .orElse(Duration.ZERO);
        Instant limit = hold.span().from().plus(Duration.ofDays(days));
        Instant now = clock.instant();
        return !now.isBefore(Admission.copyFrom(hold, limit, now.plus(head)));
    }

    /** Returns whether the round has ended before all was tried. */
    private boolean copy(List<Work> work) {
        work.sort(Comparator.comparing(one -> one.item.reel().untilHead()));
        Copying copying = new Copying(work);
        pace.begin(monoNanos.getAsLong());
        copies.copy(work.stream().map(Work::item).toList(), copying);
        pace.pause(monoNanos.getAsLong());
        return copying.isMore;
    }

    /** What a round has come to in its copying. */
    private final class Copying implements CopyLine.Guide {
        private final Map<HeldCopies.Item, Work> works = new HashMap<>();
        private final Set<String> full = ConcurrentHashMap.newKeySet();
        private final long roundBegun = monoNanos.getAsLong();
        private boolean isMore;

        Copying(List<Work> work) {
            work.forEach(one -> works.put(one.item, one));
        }

        @Override
        public boolean goesOn() {
            isMore = stopping || monoNanos.getAsLong() - roundBegun > ROUND_NANOS;
            return !isMore;
        }

        @Override
        public boolean isWanted(HeldCopies.Item item) {
            return !stopping && !full.contains(item.caseId());
        }

        @Override
        public boolean isNewCase(String caseId) {
            return isNew(caseId);
        }

        @Override
        public void done(HeldCopies.Item item, HeldCopies.Outcome outcome) {
            pace.copied(outcome.bytes(), monoNanos.getAsLong());
            String caseId = item.caseId();
            switch (outcome.result()) {
                case COPIED -> isCopied(Objects.requireNonNull(works.get(item)));
                case FULL -> {
                    full.add(caseId);
                    raise(
                            caseId + " copying",
                            "no room for case " + caseId + ", its footage stays on its reels: " + outcome.why());
                }
                case LATER -> raise(caseId + " copying", "case " + caseId + " is not all copied yet: " + outcome.why());
                case DAMAGED -> raise(caseId + " damaged", "of case " + caseId + ": " + outcome.why());
                case VAULT_FAILED -> raise("writing", "the vault's disk failed, it is tried again: " + outcome.why());
            }
        }
    }

    /** A hold that is over may have been copied before it was. */
    private boolean isNew(String caseId) {
        return holds.register().holds().stream()
                .filter(hold -> hold.vaultCase().equals(caseId))
                .noneMatch(hold -> hold.state() == HoldState.COPIED || hold.state() == HoldState.RELEASED);
    }

    private void isCopied(Work one) {
        Map<String, OnReel> reels = left.get(one.hold);
        OnReel reel = one.item.reel();
        if (reels != null) {
            reels.computeIfPresent(
                    key(reel),
                    (key, known) ->
                            known.bytesToCopy() <= reel.bytesToCopy() ? null : with(known, -reel.bytesToCopy()));
        }
    }

    /** @param isMore whether the round ended before all was tried: that it is not whole yet is no new trouble */
    private void sayCopied(Hold hold, boolean isMore) {
        if (stopping) {
            return;
        }
        try {
            Optional<String> why = copies.notWhole(hold.wanted());
            if (why.isEmpty()) {
                HeldCopies.Tally tally = copies.tally(hold.wanted());
                if (holds.copied(hold.id(), tally.fragments(), tally.bytes(), tally.digest())) {
                    log.info("hold {} is copied: {} fragments, {} bytes", hold.id(), tally.fragments(), tally.bytes());
                }
            } else if (!isMore || alarms.containsKey(hold.id() + " whole")) {
                raise(hold.id() + " whole", "hold " + hold.id() + " is not whole in the vault: " + why.get());
            }
        } catch (IOException | RuntimeException e) {
            raise(hold.id() + " whole", "whether hold " + hold.id() + " is whole in the vault cannot be told: " + e);
        }
    }

    /** What was said to be copied is there, and its key: looked for whenever something has changed. */
    private void checkCopied(Optional<String> notWhole) {
        List<Hold> said = holds.register().holds().stream()
                .filter(hold -> hold.state() == HoldState.COPIED)
                .toList();
        List<Object> now = List.of(
                notWhole,
                said,
                said.stream()
                        .map(hold -> copies.vault().hasKey(hold.vaultCase()))
                        .toList());
        if (!now.equals(lookedFor)) {
            lookedFor = now;
            missing.clear();
            for (Hold hold : said) {
                long fragments = holds.register().copiedFragments(hold.id()).orElse(1);
                copies.missing(hold.wanted(), fragments)
                        .ifPresent(why -> missing.put(
                                hold.id() + " missing", "hold " + hold.id() + " was copied to the vault: " + why));
            }
        }
        missing.forEach(this::raise);
    }

    // ---- the end of a case ----------------------------------------------------------------------------------------

    private void freeWhatIsOver() {
        Map<String, List<Hold>> byCase = new HashMap<>();
        for (Hold hold : holds.register().holds()) {
            byCase.computeIfAbsent(hold.vaultCase(), c -> new ArrayList<>()).add(hold);
        }
        for (String caseId : copies.vault().cases()) {
            List<Hold> ofCase = byCase.getOrDefault(caseId, List.of());
            if (ofCase.isEmpty()) {
                // The hold wins, also over a trail that does not know it.
                raise(caseId + " unknown", "no hold of case " + caseId + " is in the trail; its copies are kept");
            } else if (ofCase.stream().noneMatch(Hold::isActive) && isForgotten(caseId, ofCase)) {
                List<String> failures = copies.vault().free(caseId);
                failures.stream().findFirst().ifPresent(what -> raise(caseId + " freeing", what));
            }
        }
    }

    /**
     * Under the lock that placing takes: a hold on what only this case's copies have is before it, and has them copied first, or
     * after it, and is refused. As {@code EndedHolds} does it for kept keys, an index does not keep for ever what nobody holds.
     */
    private boolean isForgotten(String caseId, List<Hold> over) {
        eraseLock.lock();
        try {
            List<HeldCopies.Wanted> wanted = over.stream().map(Hold::wanted).toList();
            boolean isNeeded = holds.register().holds().stream()
                    .anyMatch(hold -> hold.vaultCase().equals(caseId)
                            ? hold.isActive()
                            : hold.needsItsReels() && copies.isNeeded(wanted, hold.wanted()));
            if (isNeeded || !isAccounted(caseId, over)) {
                return false;
            }
            copies.vault().forget(caseId);
            return true;
        } finally {
            eraseLock.unlock();
        }
    }

    private boolean isAccounted(String caseId, List<Hold> over) {
        try {
            for (Hold hold : over) {
                footage.ended(
                        hold.span().streams(), hold.span().from(), hold.span().to());
            }
            unaccounted.remove(caseId);
            return true;
        } catch (IOException e) {
            Instant since = unaccounted.computeIfAbsent(caseId, first -> clock.instant());
            log.error("vault: what goes with case {} cannot be accounted for yet: {}", caseId, e.toString());
            return !clock.instant().isBefore(since.plus(HoldRules.ACCOUNT_WITHIN));
        }
    }
}
