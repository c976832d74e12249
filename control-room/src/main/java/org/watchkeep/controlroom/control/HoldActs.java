// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.hold.Ground;
import org.watchkeep.retention.hold.HeldSpan;
import org.watchkeep.retention.hold.Hold;
import org.watchkeep.retention.hold.HoldAnswer;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.hold.HoldTerms;
import org.watchkeep.retention.hold.Holds;
import org.watchkeep.retention.hold.IncidentId;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.StreamId;

/** What people do about holds; everything else goes on to the next, and listings are told what is held. Any thread. */
public final class HoldActs implements Acts {
    public static final String PLACE = "hold-place";
    public static final String LIST = "hold-ls";
    public static final String REVIEW = "hold-review";
    public static final String RELEASE = "hold-release";
    public static final String CONFIRM = "hold-confirm";

    private final Acts next;
    private final Holds holds;
    private final CameraNames cameras;
    private final Actor people;
    private final InstantSource clock;

    /** @param people who acts where a person does */
    public HoldActs(Acts next, Holds holds, FootageStore store, SiteConfig site, Actor people, InstantSource clock) {
        this.next = next;
        this.holds = holds;
        this.cameras = new CameraNames(store, site);
        this.people = people;
        this.clock = clock;
    }

    @Override
    public Result run(Request request, String actor, Answer answer) throws Refusal, IOException {
        Options options = new Options(request.options());
        return switch (request.act()) {
            case PLACE -> place(options);
            case LIST -> list(options);
            case REVIEW -> review(options);
            case RELEASE -> release(options);
            case CONFIRM -> confirm(options);
            case StoreActs.LIST -> withHeld(next.run(request, actor, answer), options);
            default -> next.run(request, actor, answer);
        };
    }

    // ---- acts -----------------------------------------------------------------------------------------------------

    private Result place(Options options) throws Refusal, IOException {
        HoldTerms terms = terms(options);
        options.nothingElse();
        return answer("hold-place", holds.place(terms, people));
    }

    /** Cameras, span, ground, owner, review and what else a hold is placed with. */
    HoldTerms terms(Options options) throws Refusal, IOException {
        Optional<String> track = options.optionalText("stream");
        Set<StreamId> streams = new LinkedHashSet<>();
        for (String camera : options.text("cameras").split(",", -1)) {
            streams.add(cameras.stream(camera, track));
        }
        Instant from = instant(options.text("from"), "from");
        Instant to = instant(options.text("to"), "to");
        return new HoldTerms(
                parsed("cameras or span", () -> HeldSpan.of(streams, from, to)),
                ground(options.text("ground")),
                actor(options, "owner").orElse(people),
                Optional.of(instant(options.text("review"), "review")),
                optional(options, "incident", IncidentId::new),
                options.optionalText("case"),
                options.optionalText("reason"));
    }

    private Result list(Options options) throws Refusal, IOException {
        boolean due = options.flag("due");
        boolean all = options.flag("all");
        options.nothingElse();
        holds.register().requireReadable();
        Instant now = clock.instant();
        List<Hold> listed = due
                ? holds.register().reviewsDue(now)
                : holds.register().holds().stream()
                        .filter(hold -> all || hold.isActive())
                        .toList();
        ObjectNode document = Documents.of("hold-ls");
        ArrayNode array = document.putArray("holds");
        listed.forEach(hold -> array.add(node(hold, now)));
        boolean overdue =
                listed.stream().anyMatch(hold -> hold.isActive() && hold.reviewState(now) == Hold.ReviewState.OVERDUE);
        return new Result(document, overdue ? Refusal.FOUND : Refusal.GOOD);
    }

    private Result review(Options options) throws Refusal, IOException {
        HoldId id = id(options);
        Instant until = instant(options.text("review"), "review");
        Optional<String> reason = options.optionalText("reason");
        options.nothingElse();
        return answer("hold-review", holds.extend(id, Optional.of(until), reason, people));
    }

    /** What the machine has placed is a person's from now on. */
    private Result confirm(Options options) throws Refusal, IOException {
        HoldId id = id(options);
        options.nothingElse();
        return answer("hold-confirm", holds.confirm(id, people));
    }

    /** With a second person at once; else its end is announced. */
    private Result release(Options options) throws Refusal, IOException {
        HoldId id = id(options);
        Optional<Actor> second = actor(options, "approvedBy");
        Optional<String> reason = options.optionalText("reason");
        options.nothingElse();
        return answer(
                "hold-release",
                second.isPresent() ? holds.release(id, reason, people, second) : holds.announceEnd(id, reason, people));
    }

    private Result answer(String command, HoldAnswer answer) throws Refusal {
        if (answer instanceof HoldAnswer.Refused refused) {
            throw refusal(refused.refusal());
        }
        HoldAnswer.Done done = (HoldAnswer.Done) answer;
        ObjectNode document = Documents.of(command);
        document.set("hold", node(done.hold(), clock.instant()));
        ArrayNode nothingLeft = document.putArray("nothingLeft");
        done.nothingLeft().forEach(nothingLeft::add);
        ArrayNode away = document.putArray("away");
        done.away().forEach(away::add);
        return new Result(document, done.nothingLeft().isEmpty() ? Refusal.GOOD : Refusal.FOUND);
    }

    /** What cannot be kept is no mistake of whoever asks. */
    static Refusal refusal(org.watchkeep.retention.hold.Refusal refused) {
        int exit = switch (refused.cause()) {
            case NOTHING_LEFT, PARTLY_ERASED, VAULT_FULL, TOO_SLOW, RING_FULL -> Refusal.FOUND;
            case CLOCK_IN_DOUBT -> Refusal.ENVIRONMENT;
            default -> Refusal.BAD_INPUT;
        };
        return new Refusal(exit, refused.cause().code(), refused.message(), refused.next());
    }

    // ---- documents ------------------------------------------------------------------------------------------------

    static ObjectNode node(Hold hold, Instant now) {
        ObjectNode node = Documents.part().put("hold", hold.id().text());
        ArrayNode streams = node.putArray("streams");
        hold.span().streams().forEach(stream -> streams.add(stream.toString()));
        node.put("from", Documents.instant(hold.span().from()))
                .put("to", Documents.instant(hold.span().to()))
                .put("ground", hold.ground().code())
                .put("owner", hold.owner().text())
                .put("placed", Documents.instant(hold.placed()))
                .put("review", Documents.instant(hold.review()))
                .put("reviewState", code(hold.reviewState(now)))
                .put("state", code(hold.state()))
                .put("origin", code(hold.origin()))
                .put("incident", hold.incident().map(IncidentId::text).orElse(null))
                .put("case", hold.caseId().orElse(null));
        Documents.putInstant(node, "ends", hold.ends());
        return node;
    }

    private static String code(Enum<?> of) {
        return of.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /** Tells a listing of one camera what of it is held. */
    private Result withHeld(Result listing, Options options) throws Refusal {
        Span span = options.span();
        ObjectNode document = listing.document();
        StreamId stream = new StreamId(
                document.path("camera").asText(), document.path("stream").asText());
        ArrayNode held = document.putArray("held");
        for (Hold hold : holds.register().now().on(stream, span.from(), span.to())) {
            held.addObject()
                    .put("hold", hold.id().text())
                    .put("from", Documents.instant(hold.span().from()))
                    .put("to", Documents.instant(hold.span().to()))
                    .put("incident", hold.incident().map(IncidentId::text).orElse(null));
        }
        return listing;
    }

    // ---- options --------------------------------------------------------------------------------------------------

    private static HoldId id(Options options) throws Refusal {
        String text = options.text("hold");
        return parsed("hold", () -> new HoldId(text));
    }

    private static Ground ground(String code) throws Refusal {
        return Ground.ofCode(code)
                .orElseThrow(() ->
                        Refusal.badInput("bad-ground", "ground: " + code, "Give one of: " + Ground.codes() + "."));
    }

    private static Optional<Actor> actor(Options options, String name) throws Refusal {
        return optional(options, name, Actor::new);
    }

    private static <T> Optional<T> optional(Options options, String name, Function<String, T> read) throws Refusal {
        Optional<String> text = options.optionalText(name);
        return text.isEmpty() ? Optional.empty() : Optional.of(parsed(name, () -> read.apply(text.get())));
    }

    private static Instant instant(String text, String name) throws Refusal {
        try {
            return Instant.parse(text);
        } catch (java.time.DateTimeException e) {
            throw Refusal.badInput("bad-option", name + ": " + text + " is no instant", "See --help of the command.");
        }
    }

    interface Reading<T> {
        T read();
    }

    static <T> T parsed(String name, Reading<T> reading) throws Refusal {
        try {
            return reading.read();
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput("bad-option", name + ": " + e.getMessage(), "See --help of the command.");
        }
    }
}
