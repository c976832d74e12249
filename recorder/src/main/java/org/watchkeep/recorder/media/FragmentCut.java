// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.watchkeep.retention.store.FragmentRef;

/**
 * Cuts one run's fragments to a window so that no picture outside it remains. What can be decoded begins at a key picture:
 * pictures in the window before the first one are left out as well, and so is everything from the first picture, in the order
 * of decoding, that is shown at the window's end or after it. Feed one run's fragments in order. Confined to one thread.
 */
public final class FragmentCut {
    /** Beyond the length of any fragment: how far outside a border is does not matter. */
    private static final long FAR_SECONDS = 3_600;

    private final Instant from;
    private final Instant to;
    private boolean isStarted;
    private boolean isOver;
    private int sequence;

    /** Keeps pictures shown in {@code [from, to)}, on the recorder's clock. */
    public FragmentCut(Instant from, Instant to) {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("window: " + from + " to " + to + " (expected: from before to)");
        }
        this.from = from;
        this.to = to;
    }

    /**
     * The part of the run's next fragment that is inside; empty where there is none.
     *
     * @param ref what the store says of the fragment: its place on the recorder's clock
     * @param fragment its bytes, between position and limit; left as they are
     */
    public Optional<ByteBuffer> next(FragmentRef ref, ByteBuffer fragment) throws BoxFormatException {
        if (isOver || !ref.end().isAfter(from)) {
            return Optional.empty();
        }
        MovieFragment movie = MovieFragment.read(fragment);
        // The end is where media time and our clock meet: a fragment after a stop may begin before its first picture.
        long fromTicks = movie.endTicks() + ticksUntil(ref.end(), from);
        long toTicks = movie.endTicks() + ticksUntil(ref.end(), to);
        List<MovieFragment.Sample> kept = inside(movie.samples(), fromTicks, toTicks);
        if (kept.isEmpty()) {
            return Optional.empty();
        }
        isStarted = true;
        return Optional.of(write(fragment, kept, toTicks));
    }

    /**
     * Signed; {@link Instant#MIN} and {@link Instant#MAX} stand for no border. A microsecond is added because times on our
     * clock are rounded down to one: a border that is a picture's own time must mean that picture.
     */
    private static long ticksUntil(Instant end, Instant border) {
        if (border.isBefore(end.minusSeconds(FAR_SECONDS))) {
            return -FAR_SECONDS * MediaTime.TICKS_PER_SECOND;
        }
        if (border.isAfter(end.plusSeconds(FAR_SECONDS))) {
            return FAR_SECONDS * MediaTime.TICKS_PER_SECOND;
        }
        return border.isBefore(end)
                ? -Math.floorDiv((border.until(end, ChronoUnit.MICROS) + 1) * 9, 100L)
                : Math.floorDiv(end.until(border, ChronoUnit.MICROS) * 9, 100L);
    }

    private List<MovieFragment.Sample> inside(List<MovieFragment.Sample> samples, long fromTicks, long toTicks) {
        int end = 0;
        while (end < samples.size() && samples.get(end).shownTicks() < toTicks) {
            end++;
        }
        isOver = end < samples.size();
        int begin = 0;
        while (!isStarted
                && begin < end
                && !(samples.get(begin).isKey() && samples.get(begin).shownTicks() >= fromTicks)) {
            begin++;
        }
        return samples.subList(begin, end).stream()
                .filter(sample -> sample.shownTicks() >= fromTicks)
                .toList();
    }

    private ByteBuffer write(ByteBuffer fragment, List<MovieFragment.Sample> kept, long toTicks) {
        SampleTable table = new SampleTable(kept.size() > 1 && kept.stream().allMatch(MovieFragment.Sample::isKey));
        table.begin(kept.get(0).ticks(), kept.get(0).isKey());
        int bytes = 0;
        for (int i = 0; i < kept.size(); i++) {
            MovieFragment.Sample sample = kept.get(i);
            long next = i + 1 < kept.size()
                    ? kept.get(i + 1).ticks()
                    : Math.min(sample.ticks() + sample.durationTicks(), Math.max(toTicks, sample.ticks() + 1));
            table.add(sample.sizeBytes(), (int) (next - sample.ticks()), (int) (sample.shownTicks() - sample.ticks()));
            bytes += sample.sizeBytes();
        }
        ByteBuffer header = Boxes.fragmentHeader(++sequence, table);
        ByteBuffer out = ByteBuffer.allocate(header.remaining() + bytes);
        out.put(header);
        for (MovieFragment.Sample sample : kept) {
            out.put(fragment.slice(sample.index(), sample.sizeBytes()));
        }
        return out.flip();
    }
}
