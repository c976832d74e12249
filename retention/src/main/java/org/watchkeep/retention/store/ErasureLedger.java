// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.audit.NewEntry;
import org.watchkeep.retention.audit.TrailException;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.policy.Erasing;

/**
 * Enters what is erased, by which rule, and under which master. Erasures stand in the trail and nowhere else, so that an
 * entry is found once or not at all, whatever cut its writing short. Rules, backups and masters stand in the ledger as well,
 * which is what the store itself reads at its start; the trail comes first. Without a trail all stands in the ledger. Any
 * thread.
 */
final class ErasureLedger implements Erasing.Trail {
    private static final Logger log = LoggerFactory.getLogger(ErasureLedger.class);

    /** Who says a rule that no person lowered. */
    static final String CONFIGURATION = "configuration";

    /** What a backup of the keystore holds: master and trail key. */
    private static final int KEYS_IN_KEYSTORE = 2;

    private final Ledger ledger;
    private final StreamBook streams;
    private final StoreClock clock;
    private final StoreTrail trail;
    private final EpochKeys keys;

    ErasureLedger(StoreParts parts) {
        this.ledger = parts.ledger();
        this.streams = parts.streams();
        this.clock = parts.clock();
        this.trail = parts.trail();
        this.keys = parts.keys();
    }

    /** Durable on return; only then it counts. */
    void enter(LedgerEntry entry) throws IOException {
        if (trail.isUsed()) {
            Optional<NewEntry> first = inTrail(entry);
            if (first.isPresent()) {
                trail.enter(first.get());
            }
        }
        ledger.appendDurably(entry, clock.utcMicros());
        streams.rules.fold(entry);
    }

    /** Fewer days, before they count: with how many epochs it erases at once. */
    void proposed(LedgerEntry.RuleSet rule, int erases) throws IOException {
        if (trail.isUsed()) {
            Fields data = Fields.NONE
                    .with("class", rule.classId())
                    .with("days", rule.days())
                    .with("reason", trail.text(why(rule)))
                    .with("erases", erases);
            trail.enter(NewEntry.of(Act.POLICY_PROPOSED, trail.people(), data));
        }
    }

    /** As the trail has it: people as the user they act by, what they wrote as a commitment. */
    private Optional<NewEntry> inTrail(LedgerEntry entry) throws IOException {
        if (entry instanceof LedgerEntry.RuleSet rule) {
            Fields data = Fields.NONE.with("class", rule.classId()).with("days", rule.days());
            NewEntry changed = NewEntry.byMachine(Act.POLICY_CHANGED, data.with("reason", trail.text(why(rule))));
            return Optional.of(
                    rule.by().equals(CONFIGURATION)
                            ? changed
                            : NewEntry.of(changed.act(), trail.people(), changed.data()));
        }
        if (entry instanceof LedgerEntry.ClockConfirmed confirmed) {
            Instant at = StreamState.instant(confirmed.utcMicros());
            Fields data = Fields.NONE.with("clock", at).with("witness", "person");
            return Optional.of(NewEntry.of(Act.CLOCK_CONFIRMED, trail.people(), data));
        }
        if (entry instanceof LedgerEntry.MasterRotated rotated) {
            Fields data = Fields.NONE.with("master", rotated.to()).with("old", rotated.from());
            return Optional.of(NewEntry.of(Act.KEYS_ROTATED, trail.people(), data));
        }
        if (entry instanceof LedgerEntry.KeysBackedUp backup) {
            Fields data = Fields.NONE.with("backup", backup.master()).with("keys", KEYS_IN_KEYSTORE);
            return Optional.of(NewEntry.of(Act.KEYS_BACKED_UP, trail.people(), data));
        }
        return Optional.empty();
    }

    private static String why(LedgerEntry.RuleSet rule) {
        String reason = rule.reason().isBlank() ? "no reason was written" : rule.reason();
        String approved = rule.approvedBy().isBlank() ? "" : "\napproved by: " + rule.approvedBy();
        return reason + "\nsaid by: " + rule.by() + approved;
    }

    // ---- erasures -------------------------------------------------------------------------------------------------

    /**
     * At start: what the trail says is half erased is done again; what it says is erased is not.
     *
     * @param days in force in a class
     * @return whether the trail says that an epoch is erased: then no copy of an old key home revives it
     */
    LongPredicate adopt(ToIntFunction<String> days) {
        try {
            Optional<ErasureRegister.State> known = trail.erasures();
            if (known.isEmpty()) {
                return epoch -> false;
            }
            ErasureRegister.State state = known.get();
            streams.rules.unfinished().stream()
                    .map(LedgerEntry.EraseDue::epoch)
                    .filter(state::isErased)
                    .forEach(streams.rules::finished);
            state.unfinished()
                    .forEach((epoch, due) -> streams.rules.fold(new LedgerEntry.EraseDue(
                            epoch, due.classId(), due.rule(), days.applyAsInt(due.classId()), numbers(due.kept()))));
            if (state.hasErased()) {
                streams.rules.sawErased();
            }
            return state::isErased;
        } catch (IOException e) {
            log.error("ALARM audit trail: what was erased cannot be read from it: {}", e.toString());
            return epoch -> false;
        }
    }

    @Override
    public void due(Erasing.Due due) throws IOException {
        LedgerEntry.EraseDue entry =
                new LedgerEntry.EraseDue(due.epoch(), due.classId(), due.rule().code(), due.days(), due.keptStreams());
        if (!trail.isUsed()) {
            enter(entry);
            return;
        }
        Fields data = Fields.NONE
                .with("class", due.classId())
                .with("epoch", due.epoch())
                .with("rule", due.rule().code())
                .with("kept", names(due.keptStreams()));
        Optional<Epoch> epoch = keys.epoch(due.epoch());
        if (epoch.isPresent()) {
            long closed = Math.min(HeldEpochs.closedAt(keys, epoch.get()), clock.utcMicros());
            data = data.with("from", StreamState.instant(epoch.get().openedUtcMicros()))
                    .with("to", StreamState.instant(closed));
        }
        trail.enter(NewEntry.byMachine(Act.EPOCH_DUE, data));
        streams.rules.fold(entry);
    }

    @Override
    public void erased(Erasing.Erased erased) throws IOException {
        LedgerEntry.EpochErased entry = new LedgerEntry.EpochErased(
                erased.due().epoch(),
                erased.due().classId(),
                erased.due().rule().code(),
                erased.counts().streams(),
                erased.counts().segments(),
                erased.counts().fragments(),
                erased.counts().bytes(),
                erased.homes(),
                erased.homesOutstanding(),
                erased.readPastCache(),
                erased.medium());
        if (!trail.isUsed()) {
            enter(entry);
            return;
        }
        trail.enter(NewEntry.byMachine(
                Act.EPOCH_ERASED,
                Fields.NONE
                        .with("class", entry.classId())
                        .with("epoch", entry.epoch())
                        .with("segments", entry.segments())
                        .with("fragments", entry.fragments())
                        .with("bytes", entry.bytes())
                        .with("homes", entry.homes())
                        .with("outstanding", entry.homesOutstanding())
                        .with("medium", entry.medium().contains("copies possible") ? "copies-possible" : "in-place")));
        streams.rules.fold(entry);
    }

    private List<String> names(List<Integer> numbers) {
        return numbers.stream()
                .map(number -> streams.ofNumber(number)
                        .map(stream -> stream.id.toString())
                        .orElseThrow(() -> new IllegalStateException("held stream " + number + " is not known")))
                .toList();
    }

    private List<Integer> numbers(List<String> names) {
        return streams.all().stream()
                .filter(stream -> names.contains(stream.id.toString()))
                .map(stream -> stream.number)
                .sorted()
                .toList();
    }

    // ---- what is owed ---------------------------------------------------------------------------------------------

    void failed(long epoch, String classId, IOException cause) {
        Fields data = Fields.NONE
                .with("class", classId)
                .with("epoch", epoch)
                .with("cause", cause instanceof TrailException ? "trail" : "disk");
        trail.owe(Act.EPOCH_FAILED, data, now());
    }

    /** @param byTime whether time alone made an epoch due, by the rule in force at the round before */
    void braked(String classId, List<Epoch> due, Predicate<Epoch> byTime) {
        Fields data = Fields.NONE
                .with("class", classId)
                .with("due", due.size())
                .with("explained", due.stream().filter(byTime).count());
        trail.owe(Act.BRAKE_APPLIED, data, now());
    }

    void doubted(long reckonedUtcMicros) {
        Fields data = Fields.NONE.with("clock", now()).with("reckoned", StreamState.instant(reckonedUtcMicros));
        trail.owe(Act.CLOCK_DOUBTED, data, now());
    }

    /** The clock chip vouches for what the system clock says. */
    void witnessed() {
        trail.owe(Act.CLOCK_CONFIRMED, Fields.NONE.with("clock", now()).with("witness", "clock-chip"), now());
    }

    private Instant now() {
        return StreamState.instant(clock.utcMicros());
    }
}
