// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.hold.Hold;
import org.watchkeep.retention.hold.HoldAnswer;
import org.watchkeep.retention.hold.HoldTerms;
import org.watchkeep.retention.hold.Holds;
import org.watchkeep.retention.hold.Incident;
import org.watchkeep.retention.hold.IncidentId;
import org.watchkeep.retention.hold.Incidents;

/**
 * What people do about incidents, whose holds together are a quarantine; everything else goes on to the next, an extract only
 * when the incident it names is open. Any thread.
 */
public final class IncidentActs implements Acts {
    public static final String OPEN = "hold-incident-open";
    public static final String CLOSE = "hold-incident-close";
    public static final String LIST = "hold-incident-ls";

    private static final String OUTCOMES = "resolved, handed-over or unfounded";

    private final HoldActs next;
    private final Holds holds;
    private final Incidents incidents;
    private final Actor people;
    private final InstantSource clock;

    /** @param people who acts where a person does */
    public IncidentActs(HoldActs next, Holds holds, Actor people, InstantSource clock) {
        this.next = next;
        this.holds = holds;
        this.incidents = new Incidents(holds, clock);
        this.people = people;
        this.clock = clock;
    }

    @Override
    public Result run(Request request, String actor, Answer answer) throws Refusal, IOException {
        Options options = new Options(request.options());
        return switch (request.act()) {
            case OPEN -> open(options);
            case CLOSE -> close(options);
            case LIST -> list(options);
            case StoreActs.EXTRACT -> {
                requireOpen(options.optionalText("incident"));
                yield next.run(request, actor, answer);
            }
            default -> next.run(request, actor, answer);
        };
    }

    private Result open(Options options) throws Refusal, IOException {
        HoldTerms terms = next.terms(options);
        options.nothingElse();
        return answer("hold-incident-open", incidents.open(terms, people));
    }

    private Result close(Options options) throws Refusal, IOException {
        String text = options.text("incident");
        IncidentId id = HoldActs.parsed("incident", () -> new IncidentId(text));
        String code = options.text("outcome");
        options.nothingElse();
        Incident.Outcome outcome = Incident.Outcome.ofCode(code)
                .orElseThrow(
                        () -> Refusal.badInput("bad-outcome", "outcome: " + code, "Give one of: " + OUTCOMES + "."));
        return answer("hold-incident-close", incidents.close(id, outcome, people));
    }

    private Result list(Options options) throws Refusal, IOException {
        boolean all = options.flag("all");
        options.nothingElse();
        holds.register().requireReadable();
        ObjectNode document = Documents.of("hold-incident-ls");
        ArrayNode array = document.putArray("incidents");
        for (Incident incident : holds.register().incidents()) {
            if (all || incident.isOpen()) {
                array.add(node(incident, incidents.ofIncident(incident.id())));
            }
        }
        return new Result(document, Refusal.GOOD);
    }

    /** Footage is looked at for an incident while that is open, or by ordinary viewing. */
    private void requireOpen(Optional<String> incident) throws Refusal {
        boolean isOpen = incident.isEmpty()
                || holds.register().incidents().stream()
                        .anyMatch(each -> each.isOpen() && each.id().text().equals(incident.get()));
        if (!isOpen) {
            throw Refusal.badInput(
                    "unknown-incident",
                    "no open incident " + incident.orElseThrow(),
                    "See 'hold incident ls' for those there are.");
        }
    }

    /** Done; told with what came of each hold, exit 1 where one of them could not be done. */
    private Result answer(String command, Incidents.Answer answer) throws Refusal {
        if (answer instanceof Incidents.Answer.Refused refused) {
            throw HoldActs.refusal(refused.refusal());
        }
        Incidents.Answer.Done done = (Incidents.Answer.Done) answer;
        ObjectNode document = Documents.of(command);
        ArrayNode notDone = document.putArray("notDone");
        ArrayNode away = document.putArray("away");
        for (HoldAnswer each : done.holds()) {
            if (each instanceof HoldAnswer.Refused refused) {
                notDone.add(refused.refusal().message());
            } else if (each instanceof HoldAnswer.Done placed) {
                placed.nothingLeft().forEach(notDone::add);
                placed.away().forEach(away::add);
            }
        }
        document.set(
                "incident",
                node(done.incident(), incidents.ofIncident(done.incident().id())));
        return new Result(document, notDone.isEmpty() ? Refusal.GOOD : Refusal.FOUND);
    }

    private ObjectNode node(Incident incident, List<Hold> quarantine) {
        Instant now = clock.instant();
        ObjectNode node = Documents.part().put("incident", incident.id().text());
        ArrayNode streams = node.putArray("streams");
        incident.span().streams().forEach(stream -> streams.add(stream.toString()));
        node.put("from", Documents.instant(incident.span().from()))
                .put("to", Documents.instant(incident.span().to()))
                .put("ground", incident.ground().code())
                .put("opened", Documents.instant(incident.opened()))
                .put("open", incident.isOpen())
                .put("outcome", incident.outcome().map(Incident.Outcome::code).orElse(null));
        ArrayNode of = node.putArray("holds");
        quarantine.forEach(hold -> of.add(HoldActs.node(hold, now)));
        return node;
    }
}
