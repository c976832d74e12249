// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.watchkeep.bench.ingest.IngestSearch.Attempt;
import org.watchkeep.bench.ingest.IngestSearch.Bounds;
import org.watchkeep.bench.ingest.IngestSearch.Found;
import org.watchkeep.controlroom.control.Refusal;

/** The search against machines that are made up: it finds where they break, through noise, and within its time. */
class IngestSearchTest {
    private static final Duration RUN = Duration.ofSeconds(60);
    private static final Bounds LONG = new Bounds(250, 8_000, Duration.ofHours(10));

    private final AtomicLong clock = new AtomicLong();

    private IngestSearch search(Bounds bounds, IngestSearch.Trial trial) {
        return new IngestSearch(
                cameras -> {
                    clock.addAndGet(RUN.toNanos());
                    return trial.run(cameras);
                },
                bounds,
                clock::get);
    }

    private static Attempt attempt(int cameras, boolean carried) {
        return new Attempt(cameras, carried, carried ? "nothing" : "the disk: at " + cameras);
    }

    @Property(tries = 200)
    void search_anyLimit_isFoundToWithinFiveInAHundred(@ForAll @IntRange(min = 1, max = 8_000) int limit)
            throws Exception {
        Found found =
                search(LONG, cameras -> attempt(cameras, cameras <= limit)).search();
        assertThat(found.most()).isLessThanOrEqualTo(limit);
        if (limit < 8_000) {
            int brokeAt = found.brokeAt().orElseThrow();
            assertThat(brokeAt).isGreaterThan(limit);
            assertThat(brokeAt - found.most()).isLessThanOrEqualTo(Math.max(1, (int) Math.round(0.05 * brokeAt)));
            assertThat(found.brokeFirst()).isEqualTo("the disk: at " + brokeAt);
        } else {
            assertThat(found.brokeAt()).isEmpty();
            assertThat(found.ended()).contains("nothing broke");
        }
    }

    @Property(tries = 200)
    void search_runsThatFailForNoReason_areNotBelieved(
            @ForAll @IntRange(min = 1_000, max = 4_000) int limit, @ForAll long seed) throws Exception {
        SplittableRandom noise = new SplittableRandom(seed);
        int[] quietRuns = {0};
        Found found = search(LONG, cameras -> {
                    // A neighbour spoils a run now and then, never two in three.
                    boolean isSpoiled = quietRuns[0] >= 2 && noise.nextInt(4) == 0;
                    quietRuns[0] = isSpoiled ? 0 : quietRuns[0] + 1;
                    return attempt(cameras, cameras <= limit && !isSpoiled);
                })
                .search();
        assertThat(found.most()).isBetween((int) (limit * 0.94), limit);
    }

    @Property(tries = 100)
    void search_littleTime_endsWithinIt(
            @ForAll @IntRange(min = 1, max = 40) int minutes, @ForAll @DoubleRange(min = 0, max = 1) double luck)
            throws Exception {
        clock.set(0);
        SplittableRandom noise = new SplittableRandom(minutes);
        Found found = search(
                        new Bounds(250, 8_000, Duration.ofMinutes(minutes)),
                        cameras -> attempt(cameras, noise.nextDouble() < luck))
                .search();
        assertThat(clock.get()).isLessThanOrEqualTo(TimeUnit.MINUTES.toNanos(minutes));
        assertThat(found.attempts()).isNotEmpty();
    }

    @Test
    void search_noRoomFurtherUp_keepsWhatIsKnown() throws Exception {
        Found found = search(LONG, cameras -> {
                    if (cameras > 1_000) {
                        throw Refusal.environment("no-space", "the disk is full", "Clear it.");
                    }
                    return attempt(cameras, true);
                })
                .search();
        assertThat(found.most()).isEqualTo(1_000);
        assertThat(found.ended()).contains("2000 cameras could not be tried: the disk is full");
    }

    @Test
    void search_noRoomAtAll_isRefused() {
        IngestSearch search = search(LONG, cameras -> {
            throw Refusal.environment("no-space", "the disk is full", "Clear it.");
        });
        assertThatThrownBy(search::search).isInstanceOf(Refusal.class);
    }
}
