// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.retention.store.CheckReport;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.Scrubber;
import org.watchkeep.retention.store.StreamAccount;
import org.watchkeep.retention.store.StreamId;
import org.watchkeep.retention.store.Viewing;
import org.watchkeep.retention.store.VolumeStatus;

/**
 * The acts on an open store, each written once: the owner runs them for a client of its socket, or for its own command.
 * Any thread.
 */
public final class StoreActs implements Acts {
    public static final String LIST = "store-ls";
    public static final String EXTRACT = "store-extract";
    public static final String CHECK = "store-check";
    public static final String LEDGER = "store-ledger";
    public static final String VOLUMES = "volume-ls";
    public static final String REBUILD_INDEX = "store-rebuild-index";
    public static final String RETENTION = "retention-status";
    public static final String RETENTION_EFFECT = "retention-effect";
    public static final String RETENTION_LOWER = "retention-lower";
    public static final String ERASE_STREAM = "retention-erase-stream";
    public static final String CONFIRM_CLOCK = "retention-confirm-clock";

    private final FootageStore store;
    private final CameraNames cameras;
    private final RetentionCalls retention;
    private final BeforeExtracting before;
    private final Scrubber scrubber;

    /** Enters that footage is copied out; where it throws, nothing is. */
    @FunctionalInterface
    public interface BeforeExtracting {
        void extracting(StreamId stream, Span span, Optional<String> purpose, Optional<String> incident)
                throws IOException, Refusal;
    }

    /**
     * @param site names the cameras that options may say by number
     * @param before asked before any footage leaves
     * @param scrubber knows which footage is not what was recorded
     */
    public StoreActs(FootageStore store, SiteConfig site, BeforeExtracting before, Scrubber scrubber) {
        this.store = store;
        this.before = before;
        this.cameras = new CameraNames(store, site);
        this.retention = new RetentionCalls(store.retention(), scrubber);
        this.scrubber = scrubber;
    }

    @Override
    public Result run(Request request, String actor, Answer answer) throws Refusal, IOException {
        Options options = new Options(request.options());
        return switch (request.act()) {
            case LIST -> list(options);
            case EXTRACT -> extract(options, answer);
            case CHECK -> check(options, answer);
            case LEDGER -> ledger(options);
            case VOLUMES -> volumes(options);
            case RETENTION -> retention.status(options);
            case RETENTION_EFFECT -> retention.effect(options);
            case RETENTION_LOWER -> retention.lower(options);
            case ERASE_STREAM ->
                retention.eraseStream(cameras.stream(options.text("camera"), options.optionalText("stream")), options);
            case CONFIRM_CLOCK -> retention.confirmClock(options);
            case REBUILD_INDEX ->
                throw Refusal.environment(
                        "recording",
                        "the index cannot be rebuilt while serve or demo records into this folder",
                        "Stop it, run the command again, then start it.");
            default ->
                throw Refusal.badInput(
                        "act-unknown", "no act " + request.act(), "Use the command line of this version.");
        };
    }

    private Result list(Options options) throws Refusal, IOException {
        String camera = options.text("camera");
        Optional<String> track = options.optionalText("stream");
        Span span = options.span();
        // Asked for with extracts alone: a listing shows no footage.
        var unused = options.purpose();
        options.nothingElse();
        return new Result(new StoreListing(store, scrubber).list(cameras.stream(camera, track), span), Refusal.GOOD);
    }

    private Result extract(Options options, Answer answer) throws Refusal, IOException {
        String camera = options.text("camera");
        Optional<String> track = options.optionalText("stream");
        Span span = options.span();
        boolean exact = options.flag("exact");
        Optional<String> purpose = options.purpose();
        Optional<String> incident = options.optionalText("incident");
        options.nothingElse();
        StreamId stream = cameras.stream(camera, track);
        Viewing viewing = store.viewing(incident);
        before.extracting(stream, span, purpose, incident);
        ObjectNode document = new StoreExtraction(store, viewing, scrubber).extract(stream, span, exact, answer);
        boolean whole = Stream.of("missing", "mismatched")
                        .allMatch(part -> document.path(part).isEmpty())
                && !document.path("files").isEmpty();
        return new Result(document, whole ? Refusal.GOOD : Refusal.FOUND);
    }

    private Result check(Options options, Answer answer) throws Refusal, IOException {
        boolean deep = options.flag("deep");
        Optional<Path> against = options.optionalText("against").map(Path::of);
        options.nothingElse();
        answer.progress(deep ? "reading every fragment" : "checking index, ledger and seals");
        CheckReport report;
        try {
            report = store.check(deep, against);
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput(
                    "bad-log", String.valueOf(e.getMessage()), "Give the file that serve --ack-log wrote.");
        }
        ObjectNode document = Documents.of("store-check");
        document.put("fragments", report.fragments())
                .put("segments", report.segments())
                .put("damaged", report.damaged())
                .put("missing", report.missing())
                .put("gaps", report.gaps())
                .put("unexplained", report.unexplained());
        ArrayNode findings = document.putArray("findings");
        report.findings().forEach(findings::add);
        return new Result(document, report.isClean() ? Refusal.GOOD : Refusal.FOUND);
    }

    private Result ledger(Options options) throws Refusal, IOException {
        String camera = options.text("camera");
        Optional<String> track = options.optionalText("stream");
        Optional<String> month = options.optionalText("month");
        Span span = options.span();
        options.nothingElse();
        StreamId stream = cameras.stream(camera, track);
        LedgerPage page = new LedgerPage(store);
        ObjectNode document =
                month.isPresent() ? page.of(stream, month(month.get(), span)) : page.of(stream, some(span));
        boolean isExplained = StreamSupport.stream(document.path("classes").spliterator(), false)
                .noneMatch(of -> of.path("class").asText().equals(StreamAccount.Kind.UNEXPLAINED.code()));
        return new Result(document, isExplained ? Refusal.GOOD : Refusal.FOUND);
    }

    private static YearMonth month(String text, Span span) throws Refusal {
        if (!span.equals(Span.ALL)) {
            throw Refusal.badInput("bad-span", "both a month and a span", "Give --month, or --from and --to.");
        }
        try {
            return YearMonth.parse(text);
        } catch (DateTimeException e) {
            throw Refusal.badInput("bad-month", "month: " + text, "Give it as 2026-11; months are those of UTC.");
        }
    }

    private static Span some(Span span) throws Refusal {
        boolean isBounded = !span.from().equals(Instant.MIN) && !span.to().equals(Instant.MAX);
        if (!isBounded || Duration.between(span.from(), span.to()).compareTo(StreamAccount.LONGEST) > 0) {
            throw Refusal.badInput(
                    "bad-span",
                    "an account of "
                            + (isBounded ? "more than " + StreamAccount.LONGEST.toDays() + " days" : "all time"),
                    "Give --month, or --from and --to at most " + StreamAccount.LONGEST.toDays() + " days apart.");
        }
        return span;
    }

    private Result volumes(Options options) throws Refusal {
        options.nothingElse();
        ObjectNode document = Documents.of("volume-ls");
        ArrayNode list = document.putArray("volumes");
        for (VolumeStatus volume : store.volumeStatuses()) {
            ObjectNode of = list.addObject()
                    .put("id", volume.id())
                    .put("path", volume.path().toString())
                    .put("uuid", volume.uuid().toString())
                    .put("reels", volume.reels())
                    .put("reelBytes", volume.reelBytes())
                    .put("free", volume.free())
                    .put("ready", volume.ready())
                    .put("writing", volume.writing())
                    .put("full", volume.full())
                    .put("retired", volume.retired());
            volume.notAnswering().ifPresent(what -> of.put("notAnswering", what));
            volume.missing().ifPresent(why -> of.put("missing", why));
        }
        return new Result(document, Refusal.GOOD);
    }
}
