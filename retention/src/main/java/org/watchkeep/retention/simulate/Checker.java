// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.store.Digest;
import org.watchkeep.retention.store.FragmentGoneException;
import org.watchkeep.retention.store.FragmentRef;
import org.watchkeep.retention.store.Segment;
import org.watchkeep.retention.store.SegmentSummary;
import org.watchkeep.retention.store.SimulatedStore;
import org.watchkeep.retention.store.StreamId;

/** Compares what every reader of the store shows with the truth. One thread. */
final class Checker {
    /** What an erasure may be early: the length of an epoch, and the minute it is begun before the limit. */
    static final long EARLY_MICROS = TimeUnit.HOURS.toMicros(1) + TimeUnit.MINUTES.toMicros(1);

    /** To both sides of a limit, and back from now: what an hourly look takes in. */
    private static final long LOOK_MICROS = TimeUnit.HOURS.toMicros(3);

    /** Each look reads, beside what it lists, of every fifth camera: a reading past the cache is dear. */
    private static final int READ_OF = 5;

    private static final long SLEW_MICROS = AccountCheck.SLEW_MICROS;

    private final SimulatedTime time;
    private final List<CameraTruth> cameras;
    private final List<HoldTruth> holds;
    private final Counters counters;
    private final AccountCheck accounts;
    private final long beginTrueMicros;

    /** A volume that is not there: what is on it is not asked for until it is back. */
    private @Nullable String lostVolume;

    /** Where the account of this look begins, in true time. */
    private long accountedFrom;

    /** Looks so far: each reads of some cameras, in turn. */
    private long looks;

    /** In true time, half-open. */
    private record Span(long from, long to) {
        boolean contains(long micros) {
            return micros >= from && micros < to;
        }
    }

    /** @param holds those in force; changed by its owner */
    Checker(SimulatedTime time, List<CameraTruth> cameras, List<HoldTruth> holds, Counters counters) {
        this.time = time;
        this.cameras = cameras;
        this.holds = holds;
        this.counters = counters;
        this.accounts = new AccountCheck(time, counters);
        this.beginTrueMicros = time.trueMicros();
    }

    /** From now on this volume is not there; null where all are. */
    void volumeIsLost(@Nullable String volume) {
        lostVolume = volume;
    }

    private boolean isOutOfReach(Recorded fragment) {
        Recorded.Place place = fragment.place();
        return place != null && place.fragment().volume().equals(lostVolume);
    }

    /** Around the limit of each camera, and its last hours. */
    void look(SimulatedStore store) throws IOException {
        long now = time.trueMicros();
        looks++;
        accountedFrom = accountBeginsAt();
        for (CameraTruth camera : cameras) {
            long edge = now - camera.limitMicros;
            look(store, camera, new Span(edge - LOOK_MICROS, edge + LOOK_MICROS));
            look(store, camera, new Span(Math.max(now - LOOK_MICROS, edge + LOOK_MICROS), now));
            readBeyond(store, camera, edge);
        }
    }

    /** All there is and all there was, and every second of what is held. */
    void lookAtAll(SimulatedStore store) throws IOException {
        accountedFrom = accountBeginsAt();
        Map<StreamId, List<SimulatedStore.OwnGap>> gaps = store.gapsEver();
        for (CameraTruth camera : cameras) {
            Set<Recorded> shown = look(store, camera, new Span(Long.MIN_VALUE, Long.MAX_VALUE));
            // While UTC is far off readers may refuse what is past its limit by it.
            if (!time.isUtcWrong()) {
                accounts.check(
                        camera,
                        accountedFrom,
                        gaps.getOrDefault(camera.stream, List.of()),
                        shown,
                        fragment -> isAnothersCount(camera, fragment));
            }
            for (HoldTruth hold : holds) {
                for (Recorded fragment : kept(camera, hold)) {
                    requireHeld(store, camera, fragment);
                }
            }
        }
    }

    /** Where it is not shown that is gone too early, or lost; or nobody can say while its volume is not there. */
    private boolean isAnothersCount(CameraTruth camera, Recorded fragment) {
        return isOutOfReach(fragment)
                || fragment.fromTrueMicros >= youngerThanLimit(camera)
                || isHeld(camera, fragment);
    }

    /** What a hold kept is not kept any more. */
    void released(SimulatedStore store, HoldTruth hold) throws IOException {
        for (CameraTruth camera : cameras) {
            for (Recorded fragment : kept(camera, hold)) {
                if (camera.isPast(fragment, time.trueMicros()) && !isHeld(camera, fragment)) {
                    tryBeyond(store, camera, fragment);
                }
            }
        }
    }

    private static List<Recorded> kept(CameraTruth camera, HoldTruth hold) {
        return hold.streams().contains(camera.stream)
                ? camera.all().stream()
                        .filter(fragment -> hold.keeps(camera, fragment))
                        .toList()
                : List.of();
    }

    private boolean isHeld(CameraTruth camera, Recorded fragment) {
        return holds.stream().anyMatch(hold -> hold.keeps(camera, fragment));
    }

    // ---- what is listed -------------------------------------------------------------------------------------------

    private Set<Recorded> look(SimulatedStore store, CameraTruth camera, Span span) throws IOException {
        Set<Recorded> shown = new HashSet<>();
        if (span.from >= span.to) {
            return shown;
        }
        Instant from = span.from == Long.MIN_VALUE ? Instant.MIN : SimulatedTime.instant(span.from);
        Instant to = span.to == Long.MAX_VALUE ? Instant.MAX : SimulatedTime.instant(span.to);
        for (Segment segment : store.store().segments(camera.stream, from, to)) {
            for (FragmentRef ref : segment.fragments()) {
                Recorded fragment = known(camera, camera.of(segment.run(), ref.sequence()), segment.run());
                shown.add(fragment);
                fragment.found(segment, ref);
                shownIsDue(camera, fragment, "listed");
            }
        }
        for (SegmentSummary summary : store.store().summaries(camera.stream, from, to)) {
            Optional<Recorded> first = camera.at(summary.run(), summary.start());
            shownIsDue(camera, known(camera, first, summary.run()), "summed up");
        }
        requireShown(store, camera, span, shown);
        account(store, camera, span, shown);
        return shown;
    }

    private static Recorded known(CameraTruth camera, Optional<Recorded> fragment, long run) {
        return fragment.orElseThrow(() -> new IllegalStateException(
                "the store shows footage of " + camera.stream + " in run " + run + " that was never acknowledged"));
    }

    private void shownIsDue(CameraTruth camera, Recorded fragment, String how) {
        if (camera.isPast(fragment, time.trueMicros()) && !isHeld(camera, fragment)) {
            counters.beyond(camera, fragment, how, time.trueMicros());
        }
    }

    /** While UTC is far off the recorder may refuse what is past its limit by UTC; it may not erase it. */
    private void requireShown(SimulatedStore store, CameraTruth camera, Span span, Set<Recorded> shown)
            throws IOException {
        long now = time.trueMicros();
        Recorded oldest = null;
        Recorded newest = null;
        for (Recorded fragment : camera.between(youngerThanLimit(camera), now)) {
            // The query was in UTC: what was recorded while that was wrong is elsewhere by it.
            if (span.contains(fragment.fromUtcMicros) && !time.isUtcWrong()) {
                if (isOutOfReach(fragment)) {
                    continue;
                }
                if (!shown.contains(fragment)) {
                    counters.early(camera, fragment, "not listed", now);
                }
                oldest = oldest == null ? fragment : oldest;
                newest = fragment;
            }
        }
        boolean reads = oldest != null && newest != null && (cameras.indexOf(camera) + looks) % READ_OF == 0;
        for (Recorded sample : reads ? List.of(oldest, newest) : List.<Recorded>of()) {
            if (!isReadAsRecorded(store, sample)) {
                counters.early(camera, sample, "not read", now);
            }
        }
        for (HoldTruth hold : holds) {
            for (Recorded fragment : hold.streams().contains(camera.stream)
                    ? camera.between(now - camera.limitMicros - LOOK_MICROS, now - camera.limitMicros + LOOK_MICROS)
                    : List.<Recorded>of()) {
                if (hold.keeps(camera, fragment)
                        && span.contains(fragment.fromUtcMicros)
                        && !shown.contains(fragment)
                        && !isOutOfReach(fragment)) {
                    counters.lost(camera, fragment, "not listed", now);
                }
            }
        }
    }

    private long youngerThanLimit(CameraTruth camera) {
        return time.trueMicros() - camera.limitMicros + EARLY_MICROS;
    }

    // ---- what is read ---------------------------------------------------------------------------------------------

    /** A reader that remembers where it was. */
    private void readBeyond(SimulatedStore store, CameraTruth camera, long edge) throws IOException {
        for (Recorded fragment : camera.between(edge - LOOK_MICROS, edge)) {
            if (!isHeld(camera, fragment)) {
                tryBeyond(store, camera, fragment);
            }
        }
        camera.between(edge - 2 * LOOK_MICROS, edge - LOOK_MICROS).stream()
                .filter(fragment -> !isHeld(camera, fragment))
                .forEach(Recorded::forgetPlace);
    }

    private void tryBeyond(SimulatedStore store, CameraTruth camera, Recorded fragment) throws IOException {
        if (!isOutOfReach(fragment) && read(store, fragment).isPresent()) {
            counters.beyond(camera, fragment, "read", time.trueMicros());
        }
    }

    private void requireHeld(SimulatedStore store, CameraTruth camera, Recorded fragment) throws IOException {
        if (!isOutOfReach(fragment) && !isReadAsRecorded(store, fragment)) {
            counters.lost(camera, fragment, "not read", time.trueMicros());
        }
    }

    private static boolean isReadAsRecorded(SimulatedStore store, Recorded fragment) throws IOException {
        return read(store, fragment).filter(fragment.digest::equals).isPresent();
    }

    private static Optional<Digest> read(SimulatedStore store, Recorded fragment) throws IOException {
        Recorded.Place place = fragment.place();
        if (place == null) {
            return Optional.empty();
        }
        try {
            ByteBuffer payload = store.store().read(place.segment(), place.fragment());
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            return Optional.of(Feed.sha256(bytes));
        } catch (FragmentGoneException gone) {
            return Optional.empty();
        }
    }

    // ---- the account ----------------------------------------------------------------------------------------------

    /** Every second since the camera was configured, as far back as its limit, is footage or a gap. */
    private void account(SimulatedStore store, CameraTruth camera, Span span, Collection<Recorded> shown) {
        long from = Math.max(Math.max(accountedFrom, youngerThanLimit(camera)), span.from);
        long to = Math.min(time.trueMicros(), span.to);
        List<Span> told = new ArrayList<>();
        shown.forEach(fragment -> told.add(new Span(fragment.fromTrueMicros, fragment.toTrueMicros)));
        // What is there and not shown (its UTC was wrong, or UTC is) is another counter's.
        camera.between(from - EARLY_MICROS, to)
                .forEach(fragment -> told.add(new Span(fragment.fromTrueMicros, fragment.toTrueMicros)));
        for (SimulatedStore.OwnGap gap : store.gaps(camera.stream)) {
            told.add(new Span(
                    trueMicros(gap.from()), gap.to().map(this::trueMicros).orElse(to)));
        }
        told.sort(Comparator.comparingLong(Span::from));
        long cursor = from;
        for (Span each : told) {
            if (each.from - cursor > SLEW_MICROS && cursor < to) {
                counters.unaccounted(camera, cursor, Math.min(each.from, to));
            }
            cursor = Math.max(cursor, each.to);
        }
        if (to - cursor > SLEW_MICROS) {
            counters.unaccounted(camera, cursor, to);
        }
    }

    /** With what is oldest on the volumes that are configured: of the time before, nothing but the ledger tells. */
    private long accountBeginsAt() {
        if (lostVolume == null) {
            return beginTrueMicros;
        }
        return cameras.stream()
                .flatMap(camera -> camera.all().stream()
                        .filter(fragment -> fragment.place() != null && !isOutOfReach(fragment))
                        .findFirst()
                        .stream())
                .mapToLong(fragment -> fragment.fromTrueMicros)
                .min()
                .orElse(beginTrueMicros);
    }

    private long trueMicros(SimulatedStore.OwnTime own) {
        return time.trueMicros(own.bootId(), own.micros());
    }
}
