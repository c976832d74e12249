// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A set of instants in true time: half-open spans, those that touch made one. One thread. */
final class Spans {
    private final NavigableMap<Long, Long> ends = new TreeMap<>();

    /** Half-open, in microseconds of true time. */
    record Span(long from, long to) {
        long micros() {
            return to - from;
        }
    }

    /** A span that ends before it begins is empty. */
    void add(long from, long to) {
        if (from >= to) {
            return;
        }
        long first = from;
        long last = to;
        Map.Entry<Long, Long> before = ends.floorEntry(to);
        while (before != null && before.getValue() >= from) {
            first = Math.min(first, before.getKey());
            last = Math.max(last, before.getValue());
            ends.remove(before.getKey());
            before = ends.floorEntry(last);
        }
        ends.put(first, last);
    }

    void addAll(Spans others) {
        others.ends.forEach(this::add);
    }

    /** What of {@code [from, to)} is not in the set. */
    List<Span> without(long from, long to) {
        List<Span> left = new ArrayList<>();
        long cursor = from;
        for (Span each : within(from, to)) {
            if (each.from > cursor) {
                left.add(new Span(cursor, each.from));
            }
            cursor = each.to;
        }
        if (cursor < to) {
            left.add(new Span(cursor, to));
        }
        return left;
    }

    /** What of {@code [from, to)} is in the set. */
    List<Span> within(long from, long to) {
        if (from >= to) {
            return List.of();
        }
        Long begin = ends.floorKey(from);
        List<Span> parts = new ArrayList<>();
        ends.subMap(begin == null ? from : begin, true, to, false).forEach((each, end) -> {
            if (end > from) {
                parts.add(new Span(Math.max(each, from), Math.min(end, to)));
            }
        });
        return parts;
    }
}
