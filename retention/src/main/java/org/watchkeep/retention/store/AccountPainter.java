// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.watchkeep.retention.store.StreamAccount.Kind;

/**
 * Says of every instant of a span what became of it: paints the span as a whole, then each fact over what is less certain
 * than it, footage last. So whatever the facts are, the pieces are one behind the other and leave nothing out. Confined to
 * one thread.
 */
final class AccountPainter {
    private final long from;
    private final long to;
    private final long sliver;

    /** What holds from each key to the next, or to the end of the span. */
    private final NavigableMap<Long, Label> labels = new TreeMap<>();

    private record Label(Kind kind, String cause) {
        static Label of(Kind kind) {
            return new Label(kind, "");
        }

        /** Of what nothing is entered, only concluded: a sliver of it says nothing. */
        boolean isConcluded() {
            return kind == Kind.UNEXPLAINED || kind == Kind.ERASED || kind == Kind.OPEN;
        }
    }

    /** @param sliver what nothing is entered of, and is no longer than this, is taken for what stands beside it */
    AccountPainter(long from, long to, long sliver) {
        this.from = from;
        this.to = to;
        this.sliver = sliver;
    }

    List<StreamAccount.Piece> paint(AccountFacts facts) {
        labels.clear();
        labels.put(from, Label.of(Kind.NOT_ASKED));
        if (facts.registered().isPresent()) {
            paintConcluded(facts, facts.registered().getAsLong());
        }
        paint(facts.now(), to, Label.of(Kind.FUTURE));
        facts.gaps().forEach(gap -> paint(gap.from(), gap.to(), label(gap)));
        facts.footage().forEach(footage -> paint(footage.from(), footage.to(), Label.of(Kind.RECORDED)));
        return pieces();
    }

    /** What is not entered, and follows from what is. */
    private void paintConcluded(AccountFacts facts, long registered) {
        OptionalLong lastKnown = facts.lastKnown();
        paint(registered, to, Label.of(Kind.UNEXPLAINED));
        // Where nothing is there any more all of it was erased in its order.
        paint(registered, facts.oldest().orElse(lastKnown.orElse(registered)), Label.of(Kind.ERASED));
        paint(Math.max(registered, lastKnown.orElse(registered)), to, Label.of(Kind.OPEN));
        for (AccountFacts.Stretch step : facts.steps()) {
            paint(Math.max(registered, step.from()), step.to(), Label.of(Kind.CLOCK_STEP));
        }
    }

    private static Label label(AccountFacts.Stretch gap) {
        return switch (GapCause.ofCode(gap.cause()).orElse(GapCause.RECORDER_STOPPED)) {
            case DISABLED -> new Label(Kind.NOT_ASKED, gap.cause());
            case ERASED, OVERWRITTEN -> new Label(Kind.ERASED, gap.cause());
            case DAMAGED -> new Label(Kind.DAMAGED, gap.cause());
            default -> new Label(Kind.GAP, gap.cause());
        };
    }

    private void paint(long begin, long end, Label label) {
        long first = Math.max(begin, from);
        long last = Math.min(end, to);
        if (first >= last) {
            return;
        }
        Map.Entry<Long, Label> behind = labels.floorEntry(last);
        NavigableMap<Long, Label> covered = labels.subMap(first, true, last, false);
        covered.clear();
        labels.put(first, label);
        if (last < to && behind != null) {
            labels.putIfAbsent(last, behind.getValue());
        }
    }

    private List<StreamAccount.Piece> pieces() {
        dropSlivers();
        List<StreamAccount.Piece> pieces = new ArrayList<>();
        Map.Entry<Long, Label> open = labels.firstEntry();
        for (Map.Entry<Long, Label> next : labels.tailMap(from, false).entrySet()) {
            if (!next.getValue().equals(open.getValue())) {
                pieces.add(piece(open, next.getKey()));
                open = next;
            }
        }
        pieces.add(piece(open, to));
        return pieces;
    }

    private void dropSlivers() {
        List<Long> starts = List.copyOf(labels.keySet());
        for (int i = 0; i < starts.size(); i++) {
            long start = starts.get(i);
            long end = i + 1 < starts.size() ? starts.get(i + 1) : to;
            Label label = labels.get(start);
            if (label == null || !label.isConcluded() || end - start > sliver) {
                continue;
            }
            Map.Entry<Long, Label> before = labels.lowerEntry(start);
            if (before != null) {
                labels.put(start, before.getValue());
            } else if (end < to) {
                labels.put(start, labels.floorEntry(end).getValue());
            }
        }
    }

    private static StreamAccount.Piece piece(Map.Entry<Long, Label> of, long end) {
        return new StreamAccount.Piece(
                StreamState.instant(of.getKey()), StreamState.instant(end), of.getValue().kind, of.getValue().cause);
    }
}
