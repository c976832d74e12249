// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.policy.Brake;
import org.watchkeep.retention.policy.Erasing;
import org.watchkeep.retention.policy.PolicyException;
import org.watchkeep.retention.policy.RetentionBook;
import org.watchkeep.retention.policy.RetentionClock;
import org.watchkeep.retention.policy.RetentionRule;

/**
 * Retention in the store: keeps its clock, says what is past its limit, erases what is due. The order of one erasure is
 * {@link Erasing}'s.
 *
 * <p>{@link #isShown} from any thread, without a lock. The rest is guarded by this object; the keeper and people come in.
 */
final class Erasures implements RetentionActs {
    private static final Logger log = LoggerFactory.getLogger(Erasures.class);

    /** How often the clock is written down: what a power cut takes from it is made up for by UTC, with a witness. */
    private static final long WRITE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** An erasure that failed is tried again so much later. */
    private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final FootageStore store;
    private final StreamBook streams;
    private final StoreClock clock;
    private final Map<String, StoreSettings.ClassSettings> configured = new LinkedHashMap<>();
    private final RetentionBook book;
    private final ErasureLedger entries;
    private final Erasing erasing;
    private final Reckoning reckoning;

    /** Of the epochs that live, any thread. */
    private final Map<Long, Long> stamps = new ConcurrentHashMap<>();

    private final Map<String, Brake.Mark> marks = new HashMap<>();

    private final ErasureAccounts accounts;

    /** Single streams of an epoch. */
    final StreamErasures single;

    private final SplitEpochs splits;
    /** What a ring overwrites before its promise. */
    final EarlyEndings early;

    /** What keeps an erasure from being done, by what it is about. */
    private final Map<String, String> alarms = new ConcurrentHashMap<>();

    /** What readers reckon from; the next tick replaces it. */
    private volatile RetentionClock.State reckoned;

    private RetentionClock retention;
    private long writtenNanos;
    private long againNanos;
    private boolean failed;

    Erasures(FootageStore store, StoreParts parts) throws IOException {
        this.store = store;
        this.streams = parts.streams();
        this.clock = parts.clock();
        parts.settings().classes().forEach(inClass -> configured.put(inClass.id(), inClass));
        this.book = new RetentionBook(parts.disk(), parts.settings().folder());
        this.entries = new ErasureLedger(parts);
        this.accounts = new ErasureAccounts(store, streams, parts.index());
        this.early = new EarlyEndings(parts.trail(), clock);
        this.reckoning = parts.running().reckoning();
        this.erasing = new Erasing(
                parts.keys(),
                entries,
                store.held().epochs,
                new ShownInStore(store, stamps),
                parts.keys().medium(),
                store.held().footage.lock());
        this.single = new StreamErasures(store, parts, erasing.lock());
        this.splits = store.held().splits;
        this.retention = open(parts);
        this.reckoned = retention.state();
        this.writtenNanos = clock.monoNanos() - WRITE_NANOS;
    }

    private RetentionClock open(StoreParts parts) throws IOException {
        Optional<RetentionBook.Content> content = book.read();
        if (content.isPresent()) {
            stamps.putAll(content.get().stamps());
            marks.putAll(content.get().marks());
            return new RetentionClock(content.get().clock());
        }
        List<Epoch> epochs = parts.keys().epochs();
        if (epochs.isEmpty()) {
            return RetentionClock.begin(reading());
        }
        // Lost, or a store of a version that had none: what is surely known is when its newest epoch was opened. All
        // behind that is in doubt until somebody vouches for it.
        long newest = epochs.get(epochs.size() - 1).openedUtcMicros();
        log.warn("there is no retention clock; it goes on from {}", StreamState.instant(newest));
        return RetentionClock.begin(new RetentionClock.Reading(newest, clock.monoNanos(), "unknown"));
    }

    private RetentionClock.Reading reading() {
        return new RetentionClock.Reading(clock.utcMicros(), clock.monoNanos(), clock.bootId());
    }

    /** Before anything is shown or recorded: rules, and what a stop left half erased. */
    synchronized void begin() {
        tick();
        for (Epoch epoch : live()) {
            stamps.computeIfAbsent(epoch.number(), number -> boundedStamp(epoch));
        }
        for (StoreSettings.ClassSettings inClass : configured.values()) {
            if (streams.rules.isNews(inClass)) {
                raise(new LedgerEntry.RuleSet(inClass.id(), inClass.days(), inClass.reason(), "configuration", ""));
            }
        }
        // A rule that was entered explains itself, also where a stop kept its mark from being written down.
        LongPredicate erased = entries.adopt(this::days);
        marks.replaceAll((id, mark) -> new Brake.Mark(mark.spentMicros(), TimeUnit.DAYS.toMicros(days(id))));
        redo(Optional.empty());
        live().stream().filter(epoch -> erased.test(epoch.number())).forEach(this::revived);
    }

    /** An old copy of a key home is back: what the trail says is erased stays erased. */
    private void revived(Epoch epoch) {
        log.error("epoch {} was erased, says the trail, and its key is back: it is erased again", epoch.number());
        erase(epoch, Erasing.Counts.NONE);
    }

    /** A ledger that cannot be written must not keep the recorder from starting; the entry waits in it. */
    private void raise(LedgerEntry.RuleSet rule) {
        try {
            entries.enter(rule);
        } catch (IOException e) {
            log.error("the rule of class {} is in force and not entered yet: {}", rule.classId(), e.toString());
            streams.rules.fold(rule);
        }
    }

    /** What a stop, or a failure, left half erased. */
    private void redo(Optional<Overwritten> overwritten) {
        for (LedgerEntry.EraseDue due : streams.rules.unfinished()) {
            if (!EraseLock.isTaken(erasing.lock())) {
                return;
            }
            try {
                log.warn("the erasure of epoch {} had begun and is done again", due.epoch());
                // A hold that has ended since keeps nothing of it any more.
                Optional<Epoch> known = store.keys().epoch(due.epoch());
                if (known.isPresent() && overwritten.isPresent()) {
                    accounts.enter(known.get(), due.days(), overwritten.get());
                }
                erasing.again(
                        new Erasing.Due(
                                due.epoch(),
                                due.classId(),
                                new Erasing.Rule(due.rule()),
                                due.days(),
                                due.keptStreams()),
                        Erasing.Counts.NONE,
                        clock.utcMicros());
                accounts.settled(due.epoch());
                splits.ended(due.epoch());
                alarms.remove("epoch " + due.epoch());
            } catch (IOException e) {
                failed(due.epoch(), due.classId(), e);
            } finally {
                erasing.lock().unlock();
            }
        }
    }

    private void failed(long epoch, String classId, IOException cause) {
        failed = true;
        againNanos = clock.monoNanos() + AGAIN_NANOS;
        String about = "epoch " + epoch;
        if (alarms.put(about, about + " of class " + classId + " is due and not erased: " + cause.getMessage())
                == null) {
            entries.failed(epoch, classId, cause);
        }
        log.error("{} of class {} is due and cannot be erased, it is tried again", about, classId, cause);
    }

    /** Epochs are numbered as they were opened, so one without a stamp lies between its neighbours. */
    private long boundedStamp(Epoch epoch) {
        long stamp = retention.state().stampOf(epoch.openedUtcMicros());
        for (Map.Entry<Long, Long> other : stamps.entrySet()) {
            stamp = other.getKey() < epoch.number()
                    ? Math.max(stamp, other.getValue())
                    : Math.min(stamp, other.getValue());
        }
        return stamp;
    }

    /** An epoch is being opened. The keeper, and the opening thread. */
    synchronized void opened(Epoch epoch) {
        tick();
        stamps.put(epoch.number(), retention.stamp());
        writeDown();
    }

    /** Takes the clocks in; asks a witness where they disagree or one was asked in vain before. */
    synchronized void tick() {
        RetentionClock.Reading now = reading();
        boolean wasDoubtful = retention.state().doubtful();
        retention.tick(now, false);
        RetentionClock.State after = retention.state();
        boolean wantsWord = after.doubtful() || after.unseenAt() >= 0;
        if (wantsWord && clock.witness().vouches(now.utcMicros(), after.doubtMicros())) {
            retention.tick(now, true);
            if (after.doubtful() && !retention.state().doubtful()) {
                entries.witnessed();
            }
        }
        reckoned = retention.state();
        if (reckoned.doubtful() && !wasDoubtful) {
            entries.doubted(reckoned.utcMicros());
            log.error(
                    "the system clock says {}, by what was seen to elapse it is {}: nothing is erased until the clock"
                            + " is put right or somebody confirms it",
                    StreamState.instant(now.utcMicros()),
                    StreamState.instant(reckoned.utcMicros()));
        }
        if (now.monoNanos() - writtenNanos >= WRITE_NANOS) {
            writeDown();
        }
    }

    boolean isDoubtful() {
        return reckoned.doubtful();
    }

    synchronized void writeDown() {
        stamps.keySet().removeIf(number -> !isLive(number));
        stamps.values().stream().min(Long::compare).ifPresent(retention::forgetBefore);
        reckoned = retention.state();
        try {
            book.write(new RetentionBook.Content(retention.state(), stamps, marks));
            alarms.remove(RetentionBook.FILE);
        } catch (IOException e) {
            log.error("the retention clock cannot be written down, it is tried again: {}", e.toString());
            alarms.put(RetentionBook.FILE, "the retention clock cannot be written down: " + e.getMessage());
        }
        writtenNanos = clock.monoNanos();
    }

    private boolean isLive(long epoch) {
        return splits.isSplit(epoch)
                || store.keys()
                        .epoch(epoch)
                        .map(e -> e.state() == Epoch.State.LIVE)
                        .orElse(false);
    }

    // ---- what is shown --------------------------------------------------------------------------------------------

    /** Whether readers may have it: a key opens it, and its first fragment is not past the limit by any reckoning. */
    boolean isShown(StreamId stream, long number, Instant start) {
        Epoch epoch = store.held().epochs.shown(stream, number).orElse(null);
        if (epoch == null) {
            return false;
        }
        RetentionClock.State now = reckoned;
        long opened = epoch.openedUtcMicros();
        boolean sameBoot = now.bootId().equals(clock.bootId());
        long sinceTick = sameBoot ? Math.max(0, clock.monoNanos() - now.monoNanos()) / 1_000 : 0;
        long stamp = stamps.getOrDefault(number, now.stampOf(opened));
        long age = now.greatestAgeMicros(stamp) + sinceTick - EpochSchedule.intoEpochMicros(opened, start);
        return !reckoning.isPast(age, days(epoch.classId()));
    }

    /** Whether it lives and is not that old: as erasing reckons, whatever UTC says. Any thread. */
    boolean isYounger(long number, long micros) {
        Long stamp = stamps.get(number);
        return stamp != null && isLive(number) && reckoned.ageMicros(stamp) < micros;
    }

    /** Days in force. A class that nobody ever set a rule for has the limit of ordinary CCTV. */
    int days(String classId) {
        return streams.rules.of(classId).map(LedgerEntry.RuleSet::days).orElse(RetentionRule.ORDINARY_LIMIT_DAYS);
    }

    // ---- erasing --------------------------------------------------------------------------------------------------

    /** The keeper's round: everything that is due, the oldest first. */
    synchronized void round(Overwritten overwritten) {
        if (reckoned.doubtful() || (failed && clock.monoNanos() - againNanos < 0)) {
            return;
        }
        failed = false;
        redo(Optional.of(overwritten));
        Map<String, List<Epoch>> due = new TreeMap<>();
        for (Epoch epoch : live()) {
            if (isDue(epoch, days(epoch.classId())) && !isOpen(epoch)) {
                due.computeIfAbsent(epoch.classId(), id -> new ArrayList<>()).add(epoch);
            }
        }
        streams.rules.all().forEach(rule -> due.putIfAbsent(rule.classId(), List.of()));
        due.forEach((classId, epochs) -> round(classId, epochs, overwritten));
    }

    private void round(String classId, List<Epoch> due, Overwritten overwritten) {
        Brake.Mark now = new Brake.Mark(reckoned.spentMicros(), TimeUnit.DAYS.toMicros(days(classId)));
        Brake.Mark before = marks.getOrDefault(classId, now);
        if (!Brake.allows(before, now)) {
            if (alarms.put(classId, "the brake is on") == null) {
                log.error(
                        "class {}: {} epochs are due that neither time nor a confirmed rule explains; nothing of it is"
                                + " erased until somebody confirms its rule",
                        classId,
                        due.size());
                entries.braked(classId, due, epoch -> isDue(epoch, before.limitDays()));
            }
            return;
        }
        marks.put(classId, now);
        alarms.remove(classId);
        var unused = due.stream().allMatch(epoch -> erase(epoch, overwritten));
    }

    /**
     * A hold is placed before both or after both: what is entered as erased is what no hold kept when the key went. False while
     * an act on holds has the lock.
     */
    private boolean erase(Epoch epoch, Overwritten overwritten) {
        if (!EraseLock.isTaken(erasing.lock())) {
            return false;
        }
        try {
            accounts.enter(epoch, days(epoch.classId()), overwritten);
            erase(epoch, accounts.counts(epoch));
        } catch (IOException e) {
            failed(epoch.number(), epoch.classId(), e);
        } finally {
            erasing.lock().unlock();
        }
        return true;
    }

    private void erase(Epoch epoch, Erasing.Counts counts) {
        String about = "epoch " + epoch.number();
        try {
            int days = days(epoch.classId());
            Erasing.Erased erased = erasing.erase(epoch, Erasing.Rule.LIMIT, days, counts, clock.utcMicros());
            stamps.remove(epoch.number());
            splits.ended(epoch.number());
            accounts.settled(epoch.number());
            if (alarms.remove(about) != null) {
                log.warn("{} of class {} is erased at last", about, epoch.classId());
            }
            log.info("erased {}", erased);
        } catch (IOException e) {
            failed(epoch.number(), epoch.classId(), e);
        }
    }

    private List<Epoch> live() {
        return splits.live(store.keys());
    }

    private boolean isDue(Epoch epoch, int days) {
        long stamp = stamps.computeIfAbsent(epoch.number(), number -> boundedStamp(epoch));
        return reckoning.isDue(reckoned.ageMicros(stamp), days);
    }

    /** What is being written into is never a day old; but a keeper that slept must not take the key from under a writer. */
    private boolean isOpen(Epoch epoch) {
        return store.schedules().stream().anyMatch(schedule -> schedule.current() == epoch.number());
    }

    @Override
    public StreamErasures singleStreams() {
        return single;
    }

    @Override
    public ReentrantLock eraseLock() {
        return erasing.lock();
    }

    // ---- people ---------------------------------------------------------------------------------------------------

    @Override
    public synchronized Status status() {
        tick();
        List<ClassStatus> classes = new ArrayList<>();
        for (LedgerEntry.RuleSet rule : streams.rules.byId().values()) {
            List<Epoch> epochs = live().stream()
                    .filter(epoch -> epoch.classId().equals(rule.classId()))
                    .toList();
            classes.add(new ClassStatus(
                    rule.classId(),
                    rule.days(),
                    Optional.ofNullable(configured.get(rule.classId())).map(StoreSettings.ClassSettings::days),
                    rule.reason(),
                    epochs.size(),
                    (int) epochs.stream()
                            .filter(epoch -> isDue(epoch, rule.days()))
                            .count(),
                    epochs.stream().findFirst().map(epoch -> StreamState.instant(epoch.openedUtcMicros()))));
        }
        return new Status(
                StreamState.instant(reckoned.utcMicros()),
                reckoned.doubtMicros(),
                classes,
                Forecast.of(store, this::days),
                Stream.of(new TreeMap<>(alarms).values(), early.alarms(), single.alarms())
                        .flatMap(Collection::stream)
                        .toList());
    }

    @Override
    public synchronized Effect effect(String classId, int days) throws PolicyException {
        LedgerEntry.RuleSet rule = streams.rules
                .of(classId)
                .orElseThrow(() -> new PolicyException(
                        "retention class " + classId + ": not known (expected: one of "
                                + streams.rules.byId().keySet() + ")",
                        "Name a class of the configuration."));
        RetentionRule.of(classId, days, RetentionRule.MOST_DAYS, "asked");
        List<Doomed> erases = live().stream()
                .filter(epoch -> epoch.classId().equals(classId) && isDue(epoch, days) && !isOpen(epoch))
                .map(epoch -> new Doomed(epoch.number(), StreamState.instant(epoch.openedUtcMicros())))
                .toList();
        return new Effect(classId, rule.days(), days, erases);
    }

    @Override
    public synchronized Effect lower(String classId, int days, String by, String approvedBy)
            throws IOException, PolicyException {
        Effect effect = effect(classId, days);
        StoreSettings.ClassSettings wanted = configured.get(classId);
        if (wanted == null || wanted.days() != days || days >= effect.daysNow()) {
            throw new PolicyException(
                    "retention class " + classId + ": " + days + " days, in force " + effect.daysNow()
                            + " (expected: fewer than in force, and as in the configuration)",
                    "Write the new days into the configuration first; more days need nobody's approval.");
        }
        if (by.isBlank() || approvedBy.isBlank() || by.strip().equalsIgnoreCase(approvedBy.strip())) {
            throw new PolicyException(
                    "fewer days for class " + classId + ": asked for by '" + by + "', approved by '" + approvedBy
                            + "' (expected: two people)",
                    "Have a second person look at what it erases, and name them.");
        }
        tick();
        LedgerEntry.RuleSet rule = new LedgerEntry.RuleSet(classId, days, wanted.reason(), by, approvedBy);
        entries.proposed(rule, effect.epochs());
        entries.enter(rule);
        marks.put(classId, new Brake.Mark(reckoned.spentMicros(), TimeUnit.DAYS.toMicros(days)));
        alarms.remove(classId);
        writeDown();
        return effect;
    }

    @Override
    public List<String> masterRotated(String from, String to, String by) throws IOException {
        entries.enter(new LedgerEntry.MasterRotated(from, to, by));
        return streams.rules.mediaOf(from);
    }

    @Override
    public void keysBackedUp(String master, String medium, String by) throws IOException {
        entries.enter(new LedgerEntry.KeysBackedUp(master, medium, by));
    }

    @Override
    public synchronized void confirmClock(String by) throws IOException, PolicyException {
        tick();
        // Where time may have passed unseen, what is shown goes by the worst: a word ends that too.
        if (!reckoned.doubtful() && reckoned.unseenAt() < 0) {
            throw new PolicyException("the clock is not in doubt", "Nothing needs doing.");
        }
        if (by.isBlank()) {
            throw new PolicyException("nobody confirms the clock", "Name who has compared it with another clock.");
        }
        long utcMicros = clock.utcMicros();
        entries.enter(new LedgerEntry.ClockConfirmed(utcMicros, reckoned.doubtMicros(), by));
        retention.confirmUtc(utcMicros);
        reckoned = retention.state();
        writeDown();
    }
}
