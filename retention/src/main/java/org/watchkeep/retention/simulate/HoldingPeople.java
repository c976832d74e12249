// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.watchkeep.retention.hold.Ground;
import org.watchkeep.retention.hold.HeldSpan;
import org.watchkeep.retention.hold.HoldAnswer;
import org.watchkeep.retention.hold.HoldRules;
import org.watchkeep.retention.hold.HoldTerms;
import org.watchkeep.retention.store.StreamId;

/** People who hold footage and let it go: a hold a day, for days or for longer than any limit. One thread. */
final class HoldingPeople {
    /** Of the day at this hour, on something of the day before. */
    private static final int HOUR_OF_PLACING = 6;

    private static final long DAY = TimeUnit.DAYS.toMicros(1);
    private static final long HOUR = TimeUnit.HOURS.toMicros(1);

    /** Longer than the longest limit. */
    private static final long LONG_DAYS = 36;

    private final List<CameraTruth> cameras;
    private final List<HoldTruth> inForce;
    private final Checker checker;
    private long placed;

    HoldingPeople(List<CameraTruth> cameras, List<HoldTruth> inForce, Checker checker) {
        this.cameras = cameras;
        this.inForce = inForce;
        this.checker = checker;
    }

    long placed() {
        return placed;
    }

    void round(Site site, long hour, long nowTrueMicros) throws IOException {
        long day = hour / 24;
        if (hour % 24 == HOUR_OF_PLACING && day > 0) {
            place(site, day, nowTrueMicros, 0);
            if (day % 5 == 2) {
                place(site, day, nowTrueMicros, HOUR); // overlaps the first
            }
        }
        for (HoldTruth hold : List.copyOf(inForce)) {
            if (nowTrueMicros >= hold.releaseAtTrueMicros()) {
                release(site, hold);
            }
        }
    }

    private void place(Site site, long day, long nowTrueMicros, long laterMicros) throws IOException {
        Set<StreamId> streams = new TreeSet<>();
        streams.add(camera(day * 7));
        if (day % 4 == 3) {
            streams.add(camera(day * 7 + 1));
        }
        Instant from = SimulatedTime.instant(nowTrueMicros - 20 * HOUR + laterMicros);
        Instant to = from.plusSeconds(TimeUnit.HOURS.toSeconds(2 + day % 3));
        HoldTerms terms = HoldTerms.of(
                HeldSpan.of(streams, from, to),
                Ground.CRIME,
                Site.KEEPER,
                SimulatedTime.instant(nowTrueMicros).plus(HoldRules.REVIEW));
        if (site.holds.place(terms, Site.KEEPER) instanceof HoldAnswer.Done done) {
            placed++;
            long days = day % 5 == 0 ? LONG_DAYS : 3 + day % 6;
            inForce.add(new HoldTruth(
                    done.hold().id(),
                    new TreeSet<>(done.hold().span().streams()),
                    from,
                    to,
                    nowTrueMicros,
                    nowTrueMicros + days * DAY));
        }
    }

    private StreamId camera(long number) {
        return cameras.get((int) (number % cameras.size())).stream;
    }

    private void release(Site site, HoldTruth hold) throws IOException {
        HoldAnswer answer = site.holds.release(hold.id(), Optional.empty(), Site.KEEPER, Optional.of(Site.SECOND));
        if (!(answer instanceof HoldAnswer.Done)) {
            throw new IllegalStateException("hold " + hold.id() + " is not released: " + answer);
        }
        inForce.remove(hold);
        checker.released(site.store, hold);
    }
}
