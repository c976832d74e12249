// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.watchkeep.bench.Questions;
import org.watchkeep.bench.report.Spread;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.Segment;
import org.watchkeep.retention.store.StoreTotals;
import org.watchkeep.retention.store.StreamId;
import org.watchkeep.retention.store.SystemStoreClock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code bench store-reader}: opens a store as {@code serve} does, says how long that took, and answers: {@code find FROM TO
 * N} and {@code day FROM TO N} (so many random cameras and instants between two seconds since 1970), {@code since SECOND}
 * (fragments of all cameras from then on).
 */
@Command(name = "store-reader", hidden = true, description = "Opens a store and asks it; started by bench store.")
public final class StoreReaderCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration INSTANT = Duration.ofNanos(1_000);
    private static final Duration DAY = Duration.ofDays(1);

    private final PrintStream out;
    private final LongSupplier nanoTime;

    /** Not the same cameras and instants again for those who ask later. */
    private final SplittableRandom random = new SplittableRandom(7);

    @Mixin
    private StoreFolderOptions folder = new StoreFolderOptions();

    @Option(names = "--cameras", required = true, description = "How many it has.")
    private int cameras;

    public StoreReaderCommand(PrintStream out, LongSupplier nanoTime) {
        this.out = out;
        this.nanoTime = nanoTime;
    }

    @Override
    public Integer call() throws IOException {
        StoreFolder of = folder.folder();
        long from = nanoTime.getAsLong();
        try (EpochKeys keys = of.openKeys()) {
            long keysOpen = nanoTime.getAsLong();
            try (FootageStore store = FootageStore.open(
                    of.settings(), of.disk(), keys, new SystemStoreClock(), AcknowledgementListener.NONE)) {
                long storeOpen = nanoTime.getAsLong();
                store.configure(StoreFolder.streams(cameras));
                ObjectNode opened = JSON.createObjectNode();
                opened.put("keysSeconds", seconds(keysOpen - from));
                opened.put("storeSeconds", seconds(storeOpen - keysOpen));
                opened.put("openSeconds", seconds(nanoTime.getAsLong() - from));
                Questions questions = new Questions(out);
                questions.say(opened);
                questions.answerAll(question -> answer(store, question));
            }
        }
        return 0;
    }

    private static double seconds(long nanos) {
        return Math.round(nanos / 1e6) / 1e3;
    }

    private JsonNode answer(FootageStore store, String question) throws IOException {
        String[] words = question.split(" ", -1);
        return switch (words[0]) {
            case "find" -> ask(store, words, INSTANT, false);
            case "day" -> ask(store, words, DAY, true);
            case "since" -> since(store, Instant.ofEpochSecond(Long.parseLong(words[1])));
            case "totals" -> totals(store);
            default -> throw new IOException("question: " + question + " (expected: find, day, since or totals)");
        };
    }

    /**
     * Random instants of random cameras: each call is the one that {@code store extract} makes, of a day the ones that {@code
     * store ls} makes.
     */
    private JsonNode ask(FootageStore store, String[] words, Duration length, boolean withGaps) throws IOException {
        long from = Long.parseLong(words[1]);
        long to = Long.parseLong(words[2]);
        int calls = Integer.parseInt(words[3]);
        Spread spread = new Spread();
        long segments = 0;
        long gaps = 0;
        int empty = 0;
        for (int i = 0; i < calls; i++) {
            StreamId stream = StoreFolder.stream(1 + random.nextInt(cameras));
            Instant start = Instant.ofEpochSecond(random.nextLong(from, to), random.nextInt(1_000_000) * 1_000L);
            long before = nanoTime.getAsLong();
            List<?> found = withGaps
                    ? store.summaries(stream, start, start.plus(length))
                    : store.segments(stream, start, start.plus(length));
            gaps += withGaps ? store.gaps(stream, start, start.plus(length)).size() : 0;
            spread.add(nanoTime.getAsLong() - before);
            segments += found.size();
            empty += found.isEmpty() ? 1 : 0;
        }
        ObjectNode answer = JSON.createObjectNode();
        return spread.writeTo(answer)
                .put("segments", segments)
                .put("gaps", gaps)
                .put("empty", empty);
    }

    private JsonNode since(FootageStore store, Instant from) throws IOException {
        long fragments = 0;
        for (StreamId stream : store.streams()) {
            for (Segment segment : store.segments(stream, from, Instant.MAX)) {
                fragments += segment.fragments().stream()
                        .filter(fragment -> !fragment.start().isBefore(from))
                        .count();
            }
        }
        return JSON.createObjectNode().put("fragments", fragments);
    }

    private static JsonNode totals(FootageStore store) throws IOException {
        StoreTotals totals = store.totals();
        return JSON.createObjectNode().put("reels", totals.reels()).put("fragments", totals.fragments());
    }
}
