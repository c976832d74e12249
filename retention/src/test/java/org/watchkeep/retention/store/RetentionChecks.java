// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.watchkeep.retention.hold.Hold;
import org.watchkeep.retention.hold.HoldId;

/** Compares what the store says and shows with what is true of a {@link RetentionWorld}. */
final class RetentionChecks {
    /** An hour shares its key, which goes a minute before the limit; and a round of the keeper. */
    private static final long EARLY_MICROS = TimeUnit.MINUTES.toMicros(62);

    /** What two reckonings of one clock may differ by. */
    private static final long SLEW_MICROS = TimeUnit.MILLISECONDS.toMicros(250);

    private final RetentionWorld world;

    RetentionChecks(RetentionWorld world) {
        this.world = world;
    }

    /** In true time, half-open. */
    private record Stretch(long from, long to, GapCause cause) {}

    /** After every deed. */
    void look(String when, boolean readsAll) throws IOException {
        HoldingRig rig = world.rig();
        Map<StreamId, List<Stretch>> gaps = new HashMap<>();
        Set<StoreRig.Acknowledged> found = new HashSet<>();
        for (StreamId camera : RetentionWorld.CAMERAS) {
            gaps.put(camera, gaps(rig, camera));
            for (Segment segment : rig.rig.segments(camera)) {
                for (FragmentRef ref : segment.fragments()) {
                    found.add(seen(rig, segment, ref, readsAll, when));
                }
            }
        }
        for (RetentionWorld.Piece piece : world.pieces.values()) {
            pieceIsWhereItIsToBe(
                    piece, found.contains(piece.name), gaps.getOrDefault(piece.name.stream(), List.of()), when);
        }
        for (StreamId camera : RetentionWorld.CAMERAS) {
            everySecondIsTold(camera, gaps.getOrDefault(camera, List.of()), when);
        }
        holdsAreThoseOfTheRegister(rig, when);
    }

    private StoreRig.Acknowledged seen(HoldingRig rig, Segment segment, FragmentRef ref, boolean readsAll, String when)
            throws IOException {
        StoreRig.Acknowledged name = new StoreRig.Acknowledged(segment.stream(), segment.run(), ref.sequence());
        RetentionWorld.Piece piece = world.pieces.get(name);
        assertThat(piece).as("%s: shows %s, which nobody recorded", when, name).isNotNull();
        piece.start = ref.start();
        piece.end = ref.end();
        piece.volume = ref.volume();
        piece.serial = ref.reelSerial();
        if (readsAll || piece.digest == null) {
            try {
                Digest read = rig.store.digest(segment, ref);
                assertThat(read).as("%s: %s", when, piece).isEqualTo(piece.digest == null ? read : piece.digest);
                piece.digest = read;
            } catch (FragmentGoneException clearedSince) {
                // The head or an erasure goes on beside this; the next look says whether it may have.
                piece.start = null;
            }
        }
        return name;
    }

    private void pieceIsWhereItIsToBe(RetentionWorld.Piece piece, boolean isShown, List<Stretch> gaps, String when) {
        if (piece.digest == null) {
            return; // never acknowledged: everySecondIsTold
        }
        long age = world.elapsed() - piece.from;
        boolean isHeld = world.holds.values().stream().anyMatch(piece::isIn);
        piece.wasDue |= age >= world.limitMicros() - EARLY_MICROS;
        if (isShown) {
            assertThat(isHeld || age < world.limitMicros())
                    .as("%s: %s is shown past its limit, %s old", when, piece, days(age))
                    .isTrue();
            // What was due and refused, but not yet erased, more days bring back.
            assertThat(piece.isGone && !piece.wasDue)
                    .as("%s: %s is there again", when, piece)
                    .isFalse();
            return;
        }
        if (piece.isGone) {
            return;
        }
        assertThat(isHeld).as("%s: %s is held and not shown", when, piece).isFalse();
        // In doubt what is past by either reckoning is refused.
        boolean isRefused = age + Math.max(0, world.offMicros()) >= world.limitMicros();
        if (!piece.wasDue && !isRefused) {
            assertThat(gaps)
                    .as(
                            "%s: %s, %s old, is neither shown nor told to be overwritten; shown by the index: %s",
                            when, piece, days(age), indexed(piece))
                    .anyMatch(gap -> gap.cause == GapCause.OVERWRITTEN
                            && gap.from <= piece.from + SLEW_MICROS
                            && piece.to <= gap.to + SLEW_MICROS);
            overwritten++;
        }
        if (piece.wasDue || !isRefused) {
            piece.isGone = true;
        }
    }

    private String indexed(RetentionWorld.Piece piece) {
        return world.rig().store.streamState(piece.name.stream()).gapSpans().toString();
    }

    /** Pieces that the head took in their turn. */
    long overwritten;

    private static String days(long micros) {
        return String.format(java.util.Locale.ROOT, "%.3f days", micros / (double) TimeUnit.DAYS.toMicros(1));
    }

    // ---- the account ----------------------------------------------------------------------------------------------

    private List<Stretch> gaps(HoldingRig rig, StreamId camera) {
        List<Stretch> gaps = new ArrayList<>();
        for (GapBook.Span gap : rig.store.streamState(camera).gapSpans()) {
            gaps.add(new Stretch(
                    world.elapsed(gap.from()), gap.to().map(world::elapsed).orElse(Long.MAX_VALUE), gap.cause()));
        }
        return gaps;
    }

    /** As far back as the limit, from the first second that was acknowledged. */
    private void everySecondIsTold(StreamId camera, List<Stretch> gaps, String when) {
        List<Stretch> told = new ArrayList<>(gaps);
        long born = Long.MAX_VALUE;
        for (RetentionWorld.Piece piece : world.pieces.values()) {
            if (piece.name.stream().equals(camera) && piece.digest != null) {
                told.add(new Stretch(piece.from, piece.to, GapCause.CONNECTING));
                born = Math.min(born, piece.from);
            }
        }
        if (born == Long.MAX_VALUE) {
            return;
        }
        told.sort(Comparator.comparingLong(Stretch::from));
        long cursor = Math.max(born, world.elapsed() - world.limitMicros() + EARLY_MICROS);
        for (Stretch stretch : told) {
            if (stretch.from - cursor > SLEW_MICROS) {
                assertThat(stretch.from - cursor)
                        .as(
                                "%s: microseconds of %s before %s that are neither footage nor gap, from %s on; now %s, %s",
                                when, camera, stretch, cursor, world.elapsed(), told)
                        .isLessThanOrEqualTo(SLEW_MICROS);
            }
            cursor = Math.max(cursor, stretch.to);
        }
        assertThat(world.elapsed() - cursor)
                .as("%s: microseconds of %s up to now that are neither footage nor gap", when, camera)
                .isLessThanOrEqualTo(SLEW_MICROS);
    }

    // ---- holds and the trail --------------------------------------------------------------------------------------

    private void holdsAreThoseOfTheRegister(HoldingRig rig, String when) {
        Set<HoldId> inForce = new HashSet<>();
        rig.register.holds().stream().filter(Hold::isActive).forEach(hold -> inForce.add(hold.id()));
        assertThat(inForce).as(when).isEqualTo(world.holds.keySet());
    }

    /** What is dear. */
    void check(String when) throws IOException {
        assertThat(world.rig().store.check(true, Optional.empty()).findings())
                .as(when)
                .isEmpty();
    }
}
