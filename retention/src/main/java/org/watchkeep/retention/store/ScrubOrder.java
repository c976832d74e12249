// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.keys.Epoch;

/** In which order footage is read again, and what lies beside a segment. Confined to one thread. */
final class ScrubOrder {
    private static final Comparator<Segment> IN_EPOCH =
            Comparator.comparingLong(Segment::run).thenComparingInt(Segment::number);

    /** Runs are numbered one after the other, and short ones have a segment 0 only: they must not all fall to one sweep. */
    private static final long RUN_SPREAD = 7;

    private final FootageStore store;
    private final List<StreamState> streams;

    /** The next to be read, and its place. */
    record Next(Segment segment, ScrubState.Position position) {}

    /** A segment with those before and behind it. */
    record Beside(Instant from, Instant to) {}

    ScrubOrder(FootageStore store) {
        this.store = store;
        this.streams = store.streams().stream()
                .map(store::streamState)
                .sorted(Comparator.comparingInt(state -> state.number))
                .toList();
    }

    /** The first behind this place that can be read and is one of this sweep's; null where there is none. */
    @Nullable
    Next after(ScrubState.Position last, ScrubState.Sweep sweep) throws IOException {
        // Also those that are erased but for what is held: it is kept longest.
        for (Epoch epoch : store.held().epochs.epochs()) {
            if (epoch.number() < last.epoch()) {
                continue;
            }
            for (StreamState stream : streams) {
                boolean isLast = epoch.number() == last.epoch() && stream.number == last.stream();
                boolean isBefore = epoch.number() == last.epoch() && stream.number < last.stream();
                if (isBefore) {
                    continue;
                }
                for (Segment segment : rows(epoch.number(), stream)) {
                    boolean wasRead = isLast
                            && (segment.run() < last.run()
                                    || (segment.run() == last.run() && segment.number() <= last.number()));
                    if (!wasRead && isOf(sweep, segment) && store.finder.isReadable(segment)) {
                        return new Next(
                                segment,
                                new ScrubState.Position(
                                        epoch.number(), stream.number, segment.run(), segment.number()));
                    }
                }
            }
        }
        return null;
    }

    private List<Segment> rows(long epoch, StreamState stream) throws IOException {
        return store.segments(epoch, stream, Instant.MIN, Instant.MAX).stream()
                .filter(segment -> segment.state() != Segment.State.OPEN)
                .sorted(IN_EPOCH)
                .toList();
    }

    private static boolean isOf(ScrubState.Sweep sweep, Segment segment) {
        long ordinal = segment.run() * RUN_SPREAD + segment.number();
        return Math.floorMod(ordinal, sweep.stride()) == Math.floorMod(sweep.number(), sweep.stride());
    }

    /** From the beginning of the segment before to the end of the one behind, of the same stream. */
    Beside beside(ScrubState.Mark mark) throws IOException {
        long reach = 2 * StreamAppender.SEGMENT_MICROS;
        List<SegmentSummary> near = store.summaries(
                mark.id(),
                StreamState.instant(mark.fromUtcMicros() - reach),
                StreamState.instant(mark.toUtcMicros() + reach));
        Instant from = near.stream()
                .filter(segment -> segment.start().isBefore(mark.from()))
                .map(SegmentSummary::start)
                .max(Comparator.naturalOrder())
                .orElse(mark.from());
        Instant to = near.stream()
                .filter(segment -> segment.start().isAfter(mark.from()))
                .map(SegmentSummary::end)
                .min(Comparator.naturalOrder())
                .orElse(mark.to());
        return new Beside(from, to.isAfter(mark.to()) ? to : mark.to());
    }
}
