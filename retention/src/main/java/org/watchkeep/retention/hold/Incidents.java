// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.hold.Refusal.Cause;

/**
 * The acts on incidents. One opens with a hold over all its streams together; what of it was gone by then is told. More
 * footage is added by holds that name the incident. Closed, its holds end together, after the notice period. Any thread but
 * event loops.
 */
public final class Incidents {
    private final Holds holds;
    private final InstantSource clock;

    public Incidents(Holds holds, InstantSource clock) {
        this.holds = holds;
        this.clock = clock;
    }

    /** What came of opening or closing an incident. */
    public sealed interface Answer {
        /** Done; each hold with what came of it, also where one of them failed. */
        record Done(Incident incident, List<HoldAnswer> holds) implements Answer {
            public Done {
                holds = List.copyOf(holds);
            }
        }

        record Refused(Refusal refusal) implements Answer {}
    }

    /** Opens an incident and holds its footage; refused, and nothing entered of it, when none of it can be held. */
    public Answer open(HoldTerms terms, Actor by) throws IOException {
        HoldRegister register = holds.register();
        Instant now = clock.instant();
        Optional<Refusal> wrong = holds.wouldRefuse(terms);
        if (wrong.isPresent()) {
            return new Answer.Refused(wrong.get());
        }
        IncidentId id = register.nextIncident(now);
        Fields data = Holds.spanFields(terms.span())
                .with("incident", id.text())
                .with("ground", terms.ground().code());
        holds.enter(Act.INCIDENT_OPENED, by, data);
        HoldAnswer held = holds.place(terms.inIncident(id), by);
        return new Answer.Done(incident(id), List.of(held));
    }

    /** Closes it and announces the end of each of its holds. */
    public Answer close(IncidentId id, Incident.Outcome outcome, Actor by) throws IOException {
        Optional<Incident> open = holds.register().incident(id).filter(Incident::isOpen);
        if (open.isEmpty()) {
            return new Answer.Refused(Refusal.of(
                    Cause.UNKNOWN_INCIDENT, "no open incident " + id, "See 'incident ls' for those there are."));
        }
        Optional<Refusal> doubt = holds.inDoubt();
        if (doubt.isPresent()) {
            return new Answer.Refused(doubt.get());
        }
        holds.enter(
                Act.INCIDENT_CLOSED, by, Fields.NONE.with("incident", id.text()).with("outcome", outcome.code()));
        List<HoldAnswer> ended = new ArrayList<>();
        for (Hold hold : ofIncident(id)) {
            ended.add(holds.announceEnd(hold.id(), Optional.empty(), by));
        }
        return new Answer.Done(incident(id), ended);
    }

    /** The quarantine: holds in force of this incident. */
    public List<Hold> ofIncident(IncidentId id) {
        return holds.register().holds().stream()
                .filter(hold -> hold.isActive() && hold.incident().equals(Optional.of(id)))
                .toList();
    }

    private Incident incident(IncidentId id) {
        return holds.register()
                .incident(id)
                .orElseThrow(() -> new IllegalStateException("incident " + id + " is not in the register"));
    }
}
