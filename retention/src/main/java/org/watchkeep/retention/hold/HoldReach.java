// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.watchkeep.retention.hold.Refusal.Cause;
import org.watchkeep.retention.keys.HeldKey;
import org.watchkeep.retention.store.ClockInDoubtException;
import org.watchkeep.retention.store.FootageInReach;
import org.watchkeep.retention.store.StreamId;

/** What of a span can be held, and what holds stand on no other place than their reels. One act at a time: {@link Holds}. */
final class HoldReach {
    /** Parts of a span that a refusal names. */
    private static final int MAX_NAMED = 5;

    private final HoldRegister register;
    private final FootageInReach footage;

    /** What each hold needs that stands nowhere else: looked up once. */
    private final Map<HoldId, List<FootageInReach.OnReel>> onReels = new HashMap<>();

    HoldReach(HoldRegister register, FootageInReach footage) {
        this.register = register;
        this.footage = footage;
    }

    /** It was placed. */
    void placed(HoldId id, Found found) {
        onReels.put(id, List.copyOf(found.reels));
    }

    /** What of a span can still be held. */
    static final class Found {
        final Set<StreamId> streams = new LinkedHashSet<>();
        final Set<HeldKey> keys = new TreeSet<>();
        final List<FootageInReach.OnReel> reels = new ArrayList<>();

        /** What is left, and of which streams just that is. */
        final Map<FootageInReach.Part, Set<StreamId>> parts = new LinkedHashMap<>();

        final List<String> nothingLeft = new ArrayList<>();

        /** Some of it is hidden by a clock that is in doubt: nothing is decided. */
        Optional<Refusal> inDoubt = Optional.empty();

        /** What is held and cannot be read now. */
        final List<String> away = new ArrayList<>();
    }

    static HeldSpan span(Found found) {
        FootageInReach.Part part = found.parts.keySet().iterator().next();
        return HeldSpan.of(found.streams, part.from(), part.to());
    }

    /** A hold for each part that is left, on the streams of which it is. */
    static List<HeldSpan> spans(Found found) {
        List<HeldSpan> spans = new ArrayList<>();
        if (found.inDoubt.isPresent()) {
            return spans;
        }
        found.parts.forEach((part, streams) -> spans.add(HeldSpan.of(streams, part.from(), part.to())));
        return spans;
    }

    /** No hold brings back what readers may not have any more: what is left must be one span. */
    static Optional<Refusal> refusal(Found found) {
        if (found.inDoubt.isPresent()) {
            return found.inDoubt;
        }
        if (found.streams.isEmpty()) {
            return Optional.of(nothingLeft(found));
        }
        if (found.parts.size() == 1) {
            return Optional.empty();
        }
        return Optional.of(Refusal.of(
                Cause.PARTLY_ERASED,
                "of this span some was erased, and what is left is not one span: "
                        + found.parts.keySet().stream()
                                .limit(MAX_NAMED)
                                .map(FootageInReach.Part::toString)
                                .collect(Collectors.joining(", ")),
                "Hold each part by itself."));
    }

    /** What a new hold can keep: a clock in doubt refuses it. */
    Found toPlace(HeldSpan span) throws IOException {
        try {
            return find(span);
        } catch (ClockInDoubtException e) {
            Found none = new Found();
            none.inDoubt = Optional.of(Refusal.of(
                    Cause.CLOCK_IN_DOUBT,
                    String.valueOf(e.getMessage()),
                    "Put the clock right, or compare it and say 'retention confirm-clock', then try again."));
            return none;
        }
    }

    Found find(HeldSpan span) throws IOException {
        Found found = new Found();
        for (StreamId stream : span.streams()) {
            FootageInReach.Left left = footage.left(stream, span.from(), span.to());
            // What stands in the vault needs no key of an epoch.
            if (left.keys().isEmpty() && left.parts().isEmpty()) {
                found.nothingLeft.add(nothingLeft(stream, span, left));
            } else {
                found.streams.add(stream);
                found.keys.addAll(left.keys());
                found.reels.addAll(left.reels());
                new TreeSet<>(left.away())
                        .forEach(volume -> found.away.add(
                                "of " + stream + " some stands on volume " + volume + ", which is not there now"));
                left.parts()
                        .forEach(part -> found.parts
                                .computeIfAbsent(part, none -> new LinkedHashSet<>())
                                .add(stream));
            }
        }
        return found;
    }

    private static String nothingLeft(StreamId stream, HeldSpan span, FootageInReach.Left left) {
        return "nothing of " + stream + " from " + span.from() + " to " + span.to() + " is left to hold: "
                + left.gone()
                        .map(gone -> "erased on " + gone.at() + ", rule " + gone.rule())
                        .orElse("nothing was recorded then");
    }

    private static Refusal nothingLeft(Found found) {
        int others = found.nothingLeft.size() - 1;
        return Refusal.of(
                Cause.NOTHING_LEFT,
                found.nothingLeft.get(0) + (others > 0 ? "; the same of " + others + " other streams" : ""),
                "See 'store ls' for what there is.");
    }

    /** Reels of holds that are not yet in the vault. What a hold needs does not change; when the head will want it does. */
    List<FootageInReach.OnReel> waitingReels(Admission.Room room) throws IOException {
        List<FootageInReach.OnReel> reels = new ArrayList<>();
        Set<HoldId> waiting = new HashSet<>();
        for (Hold hold : register.holds()) {
            if (hold.needsItsReels()) {
                waiting.add(hold.id());
                List<FootageInReach.OnReel> known = onReels.get(hold.id());
                if (known == null) {
                    known = List.copyOf(find(hold.span()).reels);
                    onReels.put(hold.id(), known);
                }
                room.left(hold, known).forEach(reel -> reels.add(footage.asOfNow(reel)));
            }
        }
        onReels.keySet().retainAll(waiting);
        return reels;
    }
}
