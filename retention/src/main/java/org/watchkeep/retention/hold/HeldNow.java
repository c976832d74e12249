// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.watchkeep.retention.store.StreamId;

/** What the holds in force keep at one moment, by stream. Immutable. */
public final class HeldNow {
    public static final HeldNow NOTHING = new HeldNow(Map.of(), Set.of());

    private final Map<StreamId, List<Hold>> byStream;
    private final Set<IncidentId> open;

    private HeldNow(Map<StreamId, List<Hold>> byStream, Set<IncidentId> open) {
        this.byStream = byStream;
        this.open = Set.copyOf(open);
    }

    static HeldNow of(Collection<Hold> holds, Set<IncidentId> open) {
        Map<StreamId, List<Hold>> byStream = new HashMap<>();
        for (Hold hold : holds) {
            if (hold.isActive()) {
                hold.span()
                        .streams()
                        .forEach(stream -> byStream.computeIfAbsent(stream, s -> new ArrayList<>())
                                .add(hold));
            }
        }
        byStream.values()
                .forEach(list -> list.sort(
                        Comparator.comparing((Hold hold) -> hold.span().from())));
        return new HeldNow(byStream, open);
    }

    /** Holds in force that touch footage of the stream in {@code [start, end)}. */
    public List<Hold> on(StreamId stream, Instant start, Instant end) {
        return byStream.getOrDefault(stream, List.of()).stream()
                .filter(hold -> hold.span().touches(stream, start, end))
                .toList();
    }

    /** Whether it must stay readable. */
    public boolean isHeld(StreamId stream, Instant start, Instant end) {
        return byStream.getOrDefault(stream, List.of()).stream()
                .anyMatch(hold -> hold.span().touches(stream, start, end));
    }

    /** Whether its reel must not be cleared: held, and by one hold at least not yet whole in the vault. */
    public boolean needsItsReel(StreamId stream, Instant start, Instant end) {
        return byStream.getOrDefault(stream, List.of()).stream()
                .anyMatch(hold -> hold.needsItsReels() && hold.span().touches(stream, start, end));
    }

    /** Whether a hold keeps it of which all stands in the vault. */
    public boolean isCopied(StreamId stream, Instant start, Instant end) {
        return byStream.getOrDefault(stream, List.of()).stream()
                .anyMatch(
                        hold -> hold.state() == HoldState.COPIED && hold.span().touches(stream, start, end));
    }

    /** Open incidents in whose quarantine it lies: closed to ordinary viewing. */
    public List<IncidentId> quarantine(StreamId stream, Instant start, Instant end) {
        if (open.isEmpty()) {
            return List.of();
        }
        return on(stream, start, end).stream()
                .flatMap(hold -> hold.incident().stream())
                .filter(open::contains)
                .toList();
    }

    /** Streams of which something in {@code [from, to)} is held and stands on reels only. */
    public Set<StreamId> streamsOnReels(Instant from, Instant to) {
        return byStream.keySet().stream()
                .filter(stream -> needsItsReel(stream, from, to))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether anything held stands on reels only. */
    public boolean isAnythingOnReels() {
        return byStream.values().stream().anyMatch(list -> list.stream().anyMatch(Hold::needsItsReels));
    }

    public boolean isEmpty() {
        return byStream.isEmpty();
    }
}
