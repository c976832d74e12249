// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.audit.Appended;
import org.watchkeep.retention.audit.Commitment;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.audit.NewEntry;
import org.watchkeep.retention.audit.TrailWriter;
import org.watchkeep.retention.hold.HoldAnswer.Done;
import org.watchkeep.retention.hold.HoldAnswer.Refused;
import org.watchkeep.retention.hold.Refusal.Cause;
import org.watchkeep.retention.keys.HeldKey;
import org.watchkeep.retention.store.FootageInReach;

/**
 * The acts on holds. Each is entered first and done second: where the trail cannot be written nothing changes. All of them
 * take the erase lock, so that an erasure either sees a hold or was before it; keys of a new hold are copied after that lock
 * is given back, for it stands in the register by then. Any thread but event loops.
 *
 * <p>Order of placing, and what a power cut right after each step leaves:
 *
 * <ol>
 *   <li>{@code hold.placed} is durable: at the start the hold is folded, and {@link #begin} copies its keys before
 *       anything is erased;
 *   <li>keys of its epochs stand in both homes: the same, and there is nothing left to copy;
 *   <li>{@code hold.secured} is durable: nothing to do.
 * </ol>
 *
 * Order of releasing: {@code hold.released}, then the keys that no other hold needs are overwritten. A cut between the two
 * leaves keys that {@link #begin} overwrites.
 */
public final class Holds {
    private static final Logger log = LoggerFactory.getLogger(Holds.class);

    private final HoldRegister register;
    private final Surroundings around;
    private final HoldCheck check;

    /** One act after another, the slow part of it too: a key home that does not answer keeps nobody from the erase lock. */
    private final Lock acts = new ReentrantLock();

    /** Guarded by {@link #acts}. */
    private final HoldReach reach;

    /** Guarded by {@link #acts}, and used under the erase lock. */
    private final EndedHolds ended;

    /** Where kept keys go: {@code retention.keys.HeldKeys} bound to the store's epochs, and in tests one that fails. */
    public interface KeyStore {
        /** Durable in both homes on return. */
        void keep(Set<HeldKey> keys) throws IOException;

        /** Overwritten and read back in both homes on return. */
        void drop(Set<HeldKey> keys) throws IOException;

        List<HeldKey> kept();

        /** What was dropped while a home was away is overwritten there too, once it is back. */
        void reunite() throws IOException;
    }

    /** Where the sentences go that people write: durable before the entry that commits to them. */
    @FunctionalInterface
    public interface TextBook {
        Commitment keep(String text) throws IOException;
    }

    /** All that the acts need. */
    public record Surroundings(
            TrailWriter trail,
            TextBook texts,
            FootageInReach footage,
            KeyStore keys,
            Supplier<Admission.Room> room,
            Lock eraseLock,
            InstantSource clock) {}

    public Holds(HoldRegister register, Surroundings around) {
        this.register = register;
        this.around = around;
        this.check = new HoldCheck(register, around.footage());
        this.reach = new HoldReach(register, around.footage());
        this.ended = new EndedHolds(register, around);
    }

    public HoldRegister register() {
        return register;
    }

    /** An act under the erase lock. */
    private interface Locked<T> {
        T act() throws IOException;
    }

    private <T> T oneByOne(Locked<T> what) throws IOException {
        acts.lock();
        try {
            return what.act();
        } finally {
            acts.unlock();
        }
    }

    /** Under the erase lock: an erasure, or the clearing of a reel, is before it or after it. */
    private <T> T locked(Locked<T> what) throws IOException {
        return oneByOne(() -> {
            around.eraseLock().lock();
            try {
                register.requireReadable();
                return what.act();
            } finally {
                around.eraseLock().unlock();
            }
        });
    }

    // ---- placing --------------------------------------------------------------------------------------------------

    /** A person holds footage: refused when it cannot be kept. */
    public HoldAnswer place(HoldTerms terms, Actor by) throws IOException {
        return oneByOne(() -> secured(locked(() -> place(terms, by, Hold.Origin.PERSON))));
    }

    /**
     * The machine holds footage on receipt of a request: never refused for want of room, and where several parts of the span
     * are left, each is held. One answer for each; refused only where nothing is left, or a clock in doubt hides some of it.
     */
    public List<HoldAnswer> placeAutomatic(HoldTerms terms) throws IOException {
        return oneByOne(() -> {
            List<Placing> placings = locked(() -> placeParts(terms));
            List<HoldAnswer> answers = new ArrayList<>();
            placings.forEach(placing -> answers.add(secured(placing)));
            return List.copyOf(answers);
        });
    }

    private List<Placing> placeParts(HoldTerms terms) throws IOException {
        boolean isWrong = check.terms(terms, now()).isPresent();
        List<HeldSpan> parts = isWrong ? List.of() : HoldReach.spans(reach.toPlace(terms.span()));
        if (parts.size() < 2) {
            return List.of(place(terms, Actor.MACHINE, Hold.Origin.AUTOMATIC));
        }
        List<Placing> placings = new ArrayList<>();
        for (HeldSpan part : parts) {
            placings.add(place(terms.on(part), Actor.MACHINE, Hold.Origin.AUTOMATIC));
        }
        return placings;
    }

    /**
     * Held already: an erasure that comes before its keys are copied copies them itself. Whoever placed it must not be told that
     * it failed, and place it again: a round copies them.
     */
    private HoldAnswer secured(Placing placing) {
        if (placing.keys.isPresent() && placing.answer instanceof Done done) {
            try {
                secure(done.hold().id(), placing.keys.get());
            } catch (IOException e) {
                notSecured(done.hold().id(), e);
            }
            return new Done(hold(done.hold().id()), done.nothingLeft(), done.away(), done.decision());
        }
        return placing.answer;
    }

    private static String notSecured(HoldId id, IOException why) {
        String text = "hold " + id + " stands, and its keys are not copied yet: " + why.getMessage();
        log.error("ALARM holds: {}; it is tried again", text);
        return text;
    }

    /** An answer, and the keys that are still to be copied for it. */
    private record Placing(HoldAnswer answer, Optional<Set<HeldKey>> keys) {
        static Placing refused(HoldAnswer answer) {
            return new Placing(answer, Optional.empty());
        }
    }

    private Placing place(HoldTerms terms, Actor by, Hold.Origin origin) throws IOException {
        Optional<Refusal> wrong = check.terms(terms, now());
        if (wrong.isPresent()) {
            return Placing.refused(new Refused(wrong.get()));
        }
        HoldReach.Found found = reach.toPlace(terms.span());
        Optional<Refusal> gone = HoldReach.refusal(found);
        if (gone.isPresent()) {
            return Placing.refused(refuse(terms.span(), by, gone.get()));
        }
        HoldTerms held = terms.on(HoldReach.span(found));
        Optional<Refusal> tooMuch = tooMuch(found);
        if (tooMuch.isPresent() && origin == Hold.Origin.PERSON) {
            return Placing.refused(refuse(terms.span(), by, tooMuch.get()));
        }
        HoldId id = register.nextHold(now());
        enter(Act.HOLD_PLACED, by, placed(id, held, origin));
        reach.placed(id, found);
        Optional<HoldAnswer.Decision> decision =
                tooMuch.map(why -> new HoldAnswer.Decision(now().plus(HoldRules.DECIDE_WITHIN), why));
        return new Placing(new Done(hold(id), found.nothingLeft, found.away, decision), Optional.of(found.keys));
    }

    private Optional<Refusal> tooMuch(HoldReach.Found found) throws IOException {
        Admission.Room room = around.room().get();
        return room.check(reach.waitingReels(room), found.reels);
    }

    /** Why a person's hold on these terms would be refused now. */
    Optional<Refusal> wouldRefuse(HoldTerms terms) throws IOException {
        return locked(() -> {
            Optional<Refusal> wrong = check.terms(terms, now());
            if (wrong.isPresent()) {
                return wrong;
            }
            HoldReach.Found found = reach.toPlace(terms.span());
            Optional<Refusal> gone = HoldReach.refusal(found);
            return gone.isPresent() ? gone : tooMuch(found);
        });
    }

    private HoldAnswer refuse(HeldSpan span, Actor by, Refusal refusal) throws IOException {
        Fields data = spanFields(span).with("cause", refusal.cause().code());
        if (refusal.needed().isPresent()) {
            data = data.with("needed", refusal.needed().getAsLong())
                    .with("available", refusal.available().orElse(0));
        }
        enter(Act.HOLD_REFUSED, by, data);
        return new Refused(refusal);
    }

    private Fields placed(HoldId id, HoldTerms terms, Hold.Origin origin) throws IOException {
        Fields data = spanFields(terms.span())
                .with("hold", id.text())
                .with("ground", terms.ground().code())
                .with("owner", terms.owner().text())
                .with("review", terms.review().orElseThrow())
                .with("automatic", origin == Hold.Origin.AUTOMATIC);
        if (terms.incident().isPresent()) {
            data = data.with("incident", terms.incident().get().text());
        }
        if (terms.caseId().isPresent()) {
            data = data.with("case", terms.caseId().get());
        }
        return withReason(data, terms.reason());
    }

    private Fields withReason(Fields data, Optional<String> reason) throws IOException {
        return reason.isEmpty() ? data : data.with("reason", around.texts().keep(reason.get()));
    }

    static Fields spanFields(HeldSpan span) {
        return Fields.NONE
                .with("streams", span.streams())
                .with("from", span.from())
                .with("to", span.to());
    }

    private void secure(HoldId id, Set<HeldKey> keys) throws IOException {
        around.keys().keep(keys);
        long epochs = keys.stream().map(HeldKey::epoch).distinct().count();
        enter(
                Act.HOLD_SECURED,
                Actor.MACHINE,
                Fields.NONE.with("hold", id.text()).with("epochs", epochs));
    }

    // ---- changing -------------------------------------------------------------------------------------------------

    /** A person stands behind an automatic hold: from now on it is copied at once. */
    public HoldAnswer confirm(HoldId id, Actor by) throws IOException {
        return locked(() -> {
            Optional<Refusal> wrong = inForce(id);
            if (wrong.isEmpty() && hold(id).origin() != Hold.Origin.AUTOMATIC) {
                wrong = Optional.of(wrongState(id, "was placed or confirmed by a person already"));
            }
            return wrong.isPresent() ? new Refused(wrong.get()) : done(Act.HOLD_CONFIRMED, by, id, named(id));
        });
    }

    /** A review says that it is still needed: a new date, with the reason. */
    public HoldAnswer extend(HoldId id, Optional<Instant> review, Optional<String> reason, Actor by)
            throws IOException {
        return locked(() -> {
            Optional<Refusal> wrong = inForce(id).or(() -> check.review(review, now()));
            if (wrong.isPresent()) {
                return new Refused(wrong.get());
            }
            return done(Act.HOLD_EXTENDED, by, id, withReason(named(id).with("review", review.orElseThrow()), reason));
        });
    }

    /** A review says that it is no longer needed: its end is announced, and comes after the notice period. */
    public HoldAnswer announceEnd(HoldId id, Optional<String> reason, Actor by) throws IOException {
        Optional<Refusal> doubt = inDoubt();
        if (doubt.isPresent()) {
            return new Refused(doubt.get());
        }
        return locked(() -> {
            Optional<Refusal> wrong = inForce(id).or(() -> notOfOpenIncident(id));
            if (wrong.isPresent()) {
                return new Refused(wrong.get());
            }
            Fields data = withReason(named(id).with("ends", now().plus(HoldRules.NOTICE)), reason);
            return done(Act.HOLD_NOTIFIED, by, id, data);
        });
    }

    /** An end that is announced by a wrong clock may be over as soon as that is put right. */
    Optional<Refusal> inDoubt() {
        return around.footage().isTimeInDoubt()
                ? Optional.of(Refusal.of(
                        Cause.CLOCK_IN_DOUBT,
                        "the clock is in doubt, so nobody can say when the end would come",
                        "Put the clock right, or compare it and say 'retention confirm-clock'."))
                : Optional.empty();
    }

    /** Releases at once, without notice: only with the word of a second person. */
    public HoldAnswer release(HoldId id, Optional<String> reason, Actor by, Optional<Actor> second) throws IOException {
        return locked(() -> {
            Optional<Refusal> wrong = inForce(id).or(() -> notOfOpenIncident(id));
            if (wrong.isEmpty() && (second.isEmpty() || second.get().equals(by))) {
                wrong = Optional.of(Refusal.of(
                        Cause.SECOND_PERSON,
                        "hold " + id + " is released without notice only when a second person agrees",
                        "Announce its end instead, or have somebody else approve."));
            }
            if (wrong.isPresent()) {
                return new Refused(wrong.get());
            }
            enter(NewEntry.of(Act.HOLD_RELEASED, by, withReason(named(id), reason))
                    .approvedBy(second.orElseThrow()));
            ended.dropUnneeded(Set.of(id));
            return Done.of(hold(id));
        });
    }

    /** Each minute: what a key home or the index kept from being done, and holds whose notice has run out. */
    public void goOn() throws IOException {
        oneByOne(() -> {
            register.requireReadable();
            List<String> alarms = secureWaiting();
            alarms.forEach(alarm -> log.warn("{}", alarm));
            return true;
        });
        oneByOne(() -> {
            around.keys().reunite();
            return true;
        });
        locked(() -> ended.dropUnneeded(Set.of()));
        releaseEnded();
    }

    /**
     * Releases what was announced and whose notice has run out: nothing while the clock is in doubt, or one that is set forward
     * would end every hold that was announced, and what they kept past its limit would be gone. The keeper, and every start.
     */
    public void releaseEnded() throws IOException {
        Instant now = now();
        if (around.footage().isTimeInDoubt()) {
            return; // asked after the time was read, and before the erase lock, which whoever answers may wait for
        }
        locked(() -> {
            for (Hold hold : register.holds()) {
                boolean over = hold.isActive()
                        && hold.ends().filter(ends -> !ends.isAfter(now)).isPresent();
                if (over && notOfOpenIncident(hold.id()).isEmpty()) {
                    enter(Act.HOLD_RELEASED, Actor.MACHINE, named(hold.id()));
                    ended.dropUnneeded(Set.of(hold.id()));
                }
            }
            return true;
        });
    }

    /**
     * Its footage stands in the vault, checked: keys and reels are free from now on.
     *
     * @return false where the hold has ended meanwhile, or is not secured: nothing is entered then
     */
    public boolean copied(HoldId id, long fragments, long bytes, String digest) throws IOException {
        return locked(() -> {
            if (register.hold(id)
                    .map(Hold::state)
                    .filter(HoldState.SECURED::equals)
                    .isEmpty()) {
                return false;
            }
            Fields data =
                    named(id).with("fragments", fragments).with("bytes", bytes).with("digest", digest);
            enter(Act.HOLD_COPIED, Actor.MACHINE, data);
            var unused = ended.dropUnneeded(Set.of());
            return true;
        });
    }

    // ---- start ----------------------------------------------------------------------------------------------------

    /**
     * Before anything is erased: keys of holds whose placing was cut off are copied, and keys that no hold needs any more are
     * overwritten.
     *
     * @return one sentence for each thing that a person must look at
     */
    public List<String> begin() throws IOException {
        return locked(() -> {
            List<String> alarms = new ArrayList<>(secureWaiting());
            alarms.addAll(ended.dropUnneeded(Set.of()));
            return alarms;
        });
    }

    private List<String> secureWaiting() {
        List<String> alarms = new ArrayList<>();
        for (Hold hold : register.holds()) {
            if (hold.state() == HoldState.PLACED) {
                try {
                    HoldReach.Found found = reach.find(hold.span());
                    alarms.addAll(found.nothingLeft);
                    secure(hold.id(), found.keys);
                } catch (IOException e) {
                    alarms.add(notSecured(hold.id(), e));
                }
            }
        }
        return alarms;
    }

    // ---- entries --------------------------------------------------------------------------------------------------

    private Instant now() {
        return around.clock().instant();
    }

    private static Fields named(HoldId id) {
        return Fields.NONE.with("hold", id.text());
    }

    private Hold hold(HoldId id) {
        return register.hold(id).orElseThrow(() -> new IllegalStateException("hold " + id + " is not in the register"));
    }

    private Optional<Refusal> inForce(HoldId id) {
        Optional<Hold> hold = register.hold(id);
        if (hold.isEmpty()) {
            return Optional.of(Refusal.of(Cause.UNKNOWN_HOLD, "no hold " + id, "See 'hold ls' for those there are."));
        }
        return hold.get().isActive() ? Optional.empty() : Optional.of(wrongState(id, "was released"));
    }

    private static Refusal wrongState(HoldId id, String how) {
        return Refusal.of(Cause.WRONG_STATE, "hold " + id + " " + how, "See 'hold ls'.");
    }

    private Optional<Refusal> notOfOpenIncident(HoldId id) {
        return hold(id).incident()
                .flatMap(register::incident)
                .filter(Incident::isOpen)
                .map(incident -> Refusal.of(
                        Cause.WRONG_STATE,
                        "hold " + id + " is in the quarantine of incident " + incident.id() + ", which is open",
                        "Close the incident first; what is quarantined is released together."));
    }

    private HoldAnswer done(Act act, Actor by, HoldId id, Fields data) throws IOException {
        enter(act, by, data);
        return Done.of(hold(id));
    }

    void enter(Act act, Actor by, Fields data) throws IOException {
        enter(NewEntry.of(act, by, data));
    }

    private void enter(NewEntry entry) throws IOException {
        Appended at = around.trail().append(entry);
        register.fold(entry.act().code(), entry.actor(), at.entered(), entry.data());
    }
}
