// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.policy.PolicyException;
import org.watchkeep.retention.store.RetentionActs;
import org.watchkeep.retention.store.ScrubStatus;
import org.watchkeep.retention.store.Scrubber;
import org.watchkeep.retention.store.StreamErasures;
import org.watchkeep.retention.store.StreamId;

/** What is asked of retention, and decided, through the owner. Any thread. */
final class RetentionCalls {
    private final RetentionActs retention;
    private final Scrubber scrubber;

    RetentionCalls(RetentionActs retention, Scrubber scrubber) {
        this.retention = retention;
        this.scrubber = scrubber;
    }

    Acts.Result status(Options options) throws Refusal {
        options.nothingElse();
        RetentionActs.Status status = retention.status();
        ObjectNode document = Documents.of("retention-status")
                .put("utc", Documents.instant(status.utc()))
                .put("clockOffMicros", status.offMicros());
        ArrayNode classes = document.putArray("classes");
        boolean waits = false;
        for (RetentionActs.ClassStatus of : status.classes()) {
            ObjectNode node = classes.addObject()
                    .put("id", of.id())
                    .put("days", of.days())
                    .put("configuredDays", of.configuredDays().orElse(null))
                    .put("reason", of.reason())
                    .put("liveEpochs", of.liveEpochs())
                    .put("dueEpochs", of.dueEpochs());
            Documents.putInstant(node, "oldest", of.oldest());
            waits |= of.configuredDays().filter(days -> days < of.days()).isPresent();
        }
        ArrayNode rings = document.putArray("rings");
        for (RetentionActs.RingForecast of : status.rings()) {
            ObjectNode node = rings.addObject().put("ring", of.ring()).put("wantedDays", of.wanted());
            node.put("forecastDays", of.days().orElse(null));
            if (of.days().isEmpty()) {
                node.put("forecastReason", "fewer than three reels of a ring on its volume are known");
            }
        }
        ScrubStatus scrubbed = scrubber.status();
        document.set("scrub", ScrubDocument.of(scrubbed));
        ArrayNode alarms = document.putArray("alarms");
        status.alarms().forEach(alarms::add);
        scrubbed.alarms().forEach(alarms::add);
        boolean good = status.offMicros() == 0 && alarms.isEmpty() && !waits;
        return new Acts.Result(document, good ? Refusal.GOOD : Refusal.FOUND);
    }

    Acts.Result effect(Options options) throws Refusal {
        String classId = options.text("class");
        int days = days(options);
        options.nothingElse();
        try {
            return new Acts.Result(document(retention.effect(classId, days)), Refusal.GOOD);
        } catch (PolicyException e) {
            throw refused(e);
        }
    }

    Acts.Result lower(Options options) throws Refusal, IOException {
        String classId = options.text("class");
        int days = days(options);
        String by = options.text("as");
        String approvedBy = options.text("approvedBy");
        options.nothingElse();
        try {
            ObjectNode document = document(retention.lower(classId, days, by, approvedBy));
            return new Acts.Result(document.put("as", by).put("approvedBy", approvedBy), Refusal.GOOD);
        } catch (PolicyException e) {
            throw refused(e);
        }
    }

    /** Whole hours of one stream, before their limit. */
    Acts.Result eraseStream(StreamId stream, Options options) throws Refusal, IOException {
        Span span = options.span();
        StreamErasures.Order order = new StreamErasures.Order(
                stream,
                span.from(),
                span.to(),
                options.text("cause"),
                options.optionalText("reason"),
                actor(options, "as"),
                actor(options, "approvedBy"));
        options.nothingElse();
        ObjectNode document = Documents.of("retention-erase-stream")
                .put("stream", stream.toString())
                .put("cause", order.cause())
                .put("as", order.by().text())
                .put("approvedBy", order.second().text());
        ArrayNode epochs = document.putArray("epochs");
        try {
            for (StreamErasures.Gone gone : retention.singleStreams().erase(order)) {
                epochs.addObject()
                        .put("epoch", gone.epoch())
                        .put("from", Documents.instant(gone.from()))
                        .put("to", Documents.instant(gone.to()))
                        .put("segments", gone.segments());
            }
        } catch (PolicyException e) {
            throw refused(e);
        }
        return new Acts.Result(document, Refusal.GOOD);
    }

    private static Actor actor(Options options, String name) throws Refusal {
        String text = options.text(name);
        try {
            return new Actor(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput("bad-option", name + ": " + e.getMessage(), "Name a person, as in staff/17.");
        }
    }

    Acts.Result confirmClock(Options options) throws Refusal, IOException {
        String by = options.text("as");
        options.nothingElse();
        try {
            retention.confirmClock(by);
        } catch (PolicyException e) {
            throw refused(e);
        }
        ObjectNode document = Documents.of("retention-confirm-clock")
                .put("utc", Documents.instant(retention.status().utc()))
                .put("as", by);
        return new Acts.Result(document, Refusal.GOOD);
    }

    private static int days(Options options) throws Refusal {
        String text = options.text("days");
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw Refusal.badInput("bad-days", "days: " + text, "Give a whole number of days.");
        }
    }

    private static ObjectNode document(RetentionActs.Effect effect) {
        ObjectNode document = Documents.of("retention-effect")
                .put("class", effect.classId())
                .put("daysNow", effect.daysNow())
                .put("days", effect.days())
                .put("epochs", effect.epochs());
        Documents.putInstant(document, "from", effect.from());
        Documents.putInstant(document, "to", effect.to());
        ArrayNode erases = document.putArray("erases");
        effect.erases()
                .forEach(each ->
                        erases.addObject().put("epoch", each.epoch()).put("opened", Documents.instant(each.opened())));
        return document;
    }

    private static Refusal refused(PolicyException e) {
        return Refusal.badInput("retention-rule", String.valueOf(e.getMessage()), e.next());
    }
}
