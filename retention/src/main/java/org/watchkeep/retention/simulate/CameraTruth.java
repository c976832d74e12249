// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.StreamId;

/**
 * What one camera sent, in true time; made from what was handed over and acknowledged, and from nothing that the store says
 * afterwards. One thread.
 */
final class CameraTruth {
    final StreamId stream;
    final String classId;
    final long limitMicros;
    private final NavigableMap<Long, Recorded> byTrueTime = new TreeMap<>();
    private final Map<Name, Recorded> byName = new HashMap<>();
    private final Map<Beginning, Recorded> byBeginning = new HashMap<>();

    /** From when on nothing is sent, and why; in true time. */
    private final NavigableMap<Long, GapCause> silences = new TreeMap<>();

    /** A stretch of true time: a fragment, or silence with its cause. */
    record Piece(long from, long to, @Nullable Recorded fragment, GapCause cause) {}

    /** How the store numbers a fragment. */
    record Name(long run, long sequence) {}

    /** How a summary names what it begins with. */
    private record Beginning(long run, Instant utc) {}

    CameraTruth(StreamId stream, String classId, int days) {
        this.stream = stream;
        this.classId = classId;
        this.limitMicros = TimeUnit.DAYS.toMicros(days);
    }

    /** Acknowledged: from now on it must be there until its limit. */
    void acknowledged(Name name, Recorded fragment) {
        byTrueTime.put(fragment.fromTrueMicros, fragment);
        byName.put(name, fragment);
        byBeginning.put(new Beginning(name.run(), fragment.fromUtc()), fragment);
    }

    /** From now on nothing is sent, until the next fragment begins or another cause is given. */
    void silent(long fromTrueMicros, GapCause cause) {
        silences.put(fromTrueMicros, cause);
    }

    /** All that is known of {@code [from, to)} in order; what was neither recorded nor announced is in none of them. */
    List<Piece> pieces(long from, long to) {
        NavigableMap<Long, Recorded> fragments = byTrueTime.headMap(to, false);
        List<Piece> pieces = new ArrayList<>();
        fragments.values().stream()
                .filter(each -> each.toTrueMicros > from)
                .forEach(each -> pieces.add(
                        new Piece(Math.max(from, each.fromTrueMicros), each.toTrueMicros, each, GapCause.CONNECTING)));
        silences.headMap(to, false).forEach((begin, cause) -> {
            Long nextSilence = silences.higherKey(begin);
            Long nextFragment = fragments.ceilingKey(begin);
            long end = Math.min(
                    Math.min(to, nextSilence == null ? to : nextSilence), nextFragment == null ? to : nextFragment);
            if (end > Math.max(begin, from)) {
                pieces.add(new Piece(Math.max(begin, from), end, null, cause));
            }
        });
        pieces.sort(Comparator.comparingLong(Piece::from));
        return pieces;
    }

    Optional<Recorded> of(long run, long sequence) {
        return Optional.ofNullable(byName.get(new Name(run, sequence)));
    }

    /** What began then by UTC as it was at the time. */
    Optional<Recorded> at(long run, Instant utc) {
        return Optional.ofNullable(byBeginning.get(new Beginning(run, utc)));
    }

    /** What began in {@code [from, to)} of true time, in order. */
    Collection<Recorded> between(long fromTrueMicros, long toTrueMicros) {
        return fromTrueMicros >= toTrueMicros
                ? List.of()
                : byTrueTime.subMap(fromTrueMicros, toTrueMicros).values();
    }

    Collection<Recorded> all() {
        return byTrueTime.values();
    }

    boolean isPast(Recorded fragment, long nowTrueMicros) {
        return nowTrueMicros - fragment.fromTrueMicros >= limitMicros;
    }

    /** How much of it passed its limit. */
    long expiredMicros(long nowTrueMicros) {
        return byTrueTime.headMap(nowTrueMicros - limitMicros, true).values().stream()
                .mapToLong(Recorded::micros)
                .sum();
    }

    long recordedMicros() {
        return byTrueTime.values().stream().mapToLong(Recorded::micros).sum();
    }
}
