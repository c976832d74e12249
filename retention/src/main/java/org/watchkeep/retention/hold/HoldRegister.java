// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.store.StreamId;

/**
 * Holds and incidents, folded from the trail's entries {@code hold.*} and {@code incident.*} in their order. There is no
 * second copy that could disagree. An entry of its own names that it does not know, or that does not follow from those
 * before, makes it refuse to say anything: what is held must not be guessed.
 *
 * <p>Guarded by its own monitor, held for memory work only. {@link #now} may be asked by any thread.
 */
public final class HoldRegister {
    private static final String HOLD = "hold.";
    private static final String INCIDENT = "incident.";

    private final TreeMap<HoldId, Hold> holds = new TreeMap<>();
    private final TreeMap<IncidentId, Incident> incidents = new TreeMap<>();

    /** How many fragments stood in the vault when a hold was said to be copied. */
    private final TreeMap<HoldId, Long> copied = new TreeMap<>();

    private volatile @Nullable HeldNow now;
    private volatile long version;
    private volatile Optional<String> trouble = Optional.empty();

    /** An entry could not be read: what it says must not be guessed, until it has been folded anew. */
    public synchronized void unreadable(String why) {
        trouble = Optional.of(why);
        version = version + 1;
    }

    /** Why nothing is said of what is held; empty in all good order. */
    public Optional<String> trouble() {
        return trouble;
    }

    /** @throws IOException when {@link #trouble} has something to say */
    public void requireReadable() throws IOException {
        Optional<String> why = trouble;
        if (why.isPresent()) {
            throw new IOException("what is held cannot be told: " + why.get());
        }
    }

    /** Takes an entry in; one of another register is passed over. */
    public void fold(Entry entry) {
        fold(entry.act(), entry.actor(), entry.entered(), entry.data());
    }

    /**
     * Takes an entry in.
     *
     * @throws IllegalArgumentException when it is not known or does not follow from what came before
     */
    synchronized void fold(String code, Actor actor, Instant entered, Fields data) {
        if (!code.startsWith(HOLD) && !code.startsWith(INCIDENT)) {
            return;
        }
        Act act = Act.ofCode(code)
                .orElseThrow(() -> new IllegalArgumentException(
                        "entry " + code + ": not known (expected: none newer than this program)"));
        now = null;
        version = version + 1;
        switch (act) {
            case HOLD_PLACED -> place(actor, entered, data);
            case HOLD_REFUSED -> {
                // Nothing was placed, so nothing is to be folded.
            }
            case HOLD_SECURED -> replace(of(data).in(HoldState.SECURED));
            case HOLD_COPIED -> {
                Hold hold = of(data).in(HoldState.COPIED);
                replace(hold);
                copied.put(hold.id(), data.number("fragments"));
            }
            case HOLD_EXTENDED -> replace(of(data).extendedTo(data.time("review")));
            case HOLD_CONFIRMED -> replace(of(data).confirmed());
            case HOLD_NOTIFIED -> replace(of(data).endingAt(data.time("ends")));
            case HOLD_RELEASED -> replace(of(data).in(HoldState.RELEASED));
            case INCIDENT_OPENED -> open(entered, data);
            case INCIDENT_CLOSED -> close(data);
            default -> throw new IllegalArgumentException("entry " + code + ": not one of holds or incidents");
        }
    }

    private void place(Actor actor, Instant entered, Fields data) {
        Hold hold = new Hold(
                new HoldId(data.text("hold")),
                span(data),
                ground(data),
                new Actor(data.text("owner")),
                entered,
                data.time("review"),
                data.flag("automatic") ? Hold.Origin.AUTOMATIC : Hold.Origin.PERSON,
                HoldState.PLACED,
                data.findText("incident").map(IncidentId::new),
                data.findText("case"),
                Optional.empty());
        if (holds.putIfAbsent(hold.id(), hold) != null) {
            throw new IllegalArgumentException("hold " + hold.id() + ": placed twice, again by " + actor);
        }
    }

    private void open(Instant entered, Fields data) {
        Incident incident = new Incident(
                new IncidentId(data.text("incident")), span(data), ground(data), entered, Optional.empty());
        if (incidents.putIfAbsent(incident.id(), incident) != null) {
            throw new IllegalArgumentException("incident " + incident.id() + ": opened twice");
        }
    }

    private void close(Fields data) {
        IncidentId id = new IncidentId(data.text("incident"));
        Incident incident = incidents.get(id);
        if (incident == null || !incident.isOpen()) {
            throw new IllegalArgumentException("incident " + id + ": closed (expected: to be open)");
        }
        String code = data.text("outcome");
        incidents.put(
                id,
                incident.closed(Incident.Outcome.ofCode(code)
                        .orElseThrow(
                                () -> new IllegalArgumentException("outcome: " + code + " (expected: a known one)"))));
    }

    private Hold of(Fields data) {
        HoldId id = new HoldId(data.text("hold"));
        Hold hold = holds.get(id);
        if (hold == null || !hold.isActive()) {
            throw new IllegalArgumentException("hold " + id + ": " + (hold == null ? "never placed" : "released before")
                    + " (expected: a hold that is in force)");
        }
        return hold;
    }

    private void replace(Hold hold) {
        holds.put(hold.id(), hold);
    }

    private static HeldSpan span(Fields data) {
        List<StreamId> streams =
                data.texts("streams").stream().map(StreamId::parse).toList();
        return HeldSpan.of(streams, data.time("from"), data.time("to"));
    }

    private static Ground ground(Fields data) {
        String code = data.text("ground");
        return Ground.ofCode(code)
                .orElseThrow(() -> new IllegalArgumentException(
                        "ground: " + code + " (expected: " + Ground.codes() + "; a newer Watchkeep wrote it)"));
    }

    /** All holds, also those released, by their ids. */
    public synchronized List<Hold> holds() {
        return List.copyOf(holds.values());
    }

    public synchronized Optional<Hold> hold(HoldId id) {
        return Optional.ofNullable(holds.get(id));
    }

    /** How many fragments stood in the vault when it was said to be copied; empty for one that never was. */
    public synchronized OptionalLong copiedFragments(HoldId id) {
        Long fragments = copied.get(id);
        return fragments == null ? OptionalLong.empty() : OptionalLong.of(fragments);
    }

    public synchronized List<Incident> incidents() {
        return List.copyOf(incidents.values());
    }

    public synchronized Optional<Incident> incident(IncidentId id) {
        return Optional.ofNullable(incidents.get(id));
    }

    /** Holds whose review is due soon or overdue, the most overdue first: the list that somebody works through. */
    public List<Hold> reviewsDue(Instant at) {
        return holds().stream()
                .filter(Hold::isActive)
                .filter(hold -> hold.reviewState(at) != Hold.ReviewState.AHEAD)
                .sorted(Comparator.comparing(Hold::review).thenComparing(Hold::id))
                .toList();
    }

    /** What is held at this moment: immutable, and made anew only when something changed. */
    public HeldNow now() {
        HeldNow known = now;
        if (known != null) {
            return known;
        }
        synchronized (this) {
            Set<IncidentId> open = incidents.values().stream()
                    .filter(Incident::isOpen)
                    .map(Incident::id)
                    .collect(Collectors.toCollection(HashSet::new));
            HeldNow made = HeldNow.of(holds.values(), open);
            now = made;
            return made;
        }
    }

    /** Another number whenever {@link #now} may say something else. */
    long version() {
        return version;
    }

    synchronized HoldId nextHold(Instant at) {
        int year = at.atOffset(ZoneOffset.UTC).getYear();
        HoldId highest = holds.floorKey(HoldId.of(year, 999_999));
        return HoldId.of(year, highest == null || highest.year() != year ? 1 : highest.number() + 1);
    }

    synchronized IncidentId nextIncident(Instant at) {
        int year = at.atOffset(ZoneOffset.UTC).getYear();
        IncidentId highest = incidents.floorKey(IncidentId.of(year, 999_999));
        return IncidentId.of(year, highest == null || highest.year() != year ? 1 : highest.number() + 1);
    }
}
