// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SegmentRowTest {
    static final StreamId STREAM = StreamId.main("town-hall-3");

    static Instant at(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    /** A minute of one camera among 195: a fragment a second, the others' records in between. */
    static Segment minute(long epoch, long startMicros, Random random) {
        List<FragmentRef> fragments = new ArrayList<>();
        long offset = 3L << 30;
        long start = startMicros;
        FragmentRef configuration = new FragmentRef("volume-1", 90_123, offset, 900, 0, at(start), 0, 0);
        for (int i = 0; i < 60; i++) {
            offset += 40_000_000 + random.nextInt(20_000_000);
            long duration = 960_000 + 40_000L * random.nextInt(3);
            int size = 200_000 + random.nextInt(100_000);
            fragments.add(new FragmentRef("volume-1", 90_123, offset, size, i, at(start), duration, 1));
            start += duration + random.nextInt(100);
        }
        FragmentRef seal = new FragmentRef("volume-1", 90_124, 4_096, 180, 60, at(start), 0, 0);
        return new Segment(
                STREAM,
                1_234,
                5,
                epoch,
                Segment.State.SEALED,
                "avc1.640028",
                -41_000,
                80_000_000L - startMicros,
                configuration,
                Optional.of(seal),
                fragments);
    }

    /** A configuration and one fragment. */
    static Segment small(long epoch, long startMicros, Random random) {
        FragmentRef configuration = new FragmentRef("v", 7, 4_096, 900, 0, at(startMicros), 0, 0);
        FragmentRef fragment = new FragmentRef("v", 7, random.nextInt(1 << 20), 9, 1, at(startMicros), 3, 1);
        return new Segment(
                STREAM,
                1,
                0,
                epoch,
                Segment.State.OPEN,
                "avc1",
                0,
                -startMicros,
                configuration,
                Optional.empty(),
                List.of(fragment));
    }

    /** Anything a segment may hold, likely or not. */
    static Segment strange(Random random) {
        List<FragmentRef> fragments = new ArrayList<>();
        for (int i = random.nextInt(20); i >= 0; i--) {
            fragments.add(strangeRef(random));
        }
        Optional<FragmentRef> seal = random.nextBoolean() ? Optional.of(strangeRef(random)) : Optional.empty();
        long offset = random.nextBoolean() ? Fragment.OFFSET_UNKNOWN : random.nextLong();
        Segment.State state = List.of(Segment.State.OPEN, Segment.State.UNSEALED, Segment.State.SEALED)
                .get(random.nextInt(3));
        return new Segment(
                STREAM,
                random.nextLong() >>> 1,
                random.nextInt() >>> 1,
                7,
                state,
                "codec é".substring(random.nextInt(7)),
                offset,
                random.nextBoolean() ? Segment.OWN_UNKNOWN : random.nextLong(),
                strangeRef(random),
                seal,
                fragments);
    }

    private static FragmentRef strangeRef(Random random) {
        boolean usual = random.nextBoolean();
        return new FragmentRef(
                "volume-" + random.nextInt(3),
                usual ? 5 : random.nextLong(),
                usual ? random.nextInt(1 << 30) : random.nextLong(),
                random.nextInt(),
                usual ? random.nextInt(10) : random.nextLong(),
                at(random.nextLong() >> (1 + random.nextInt(63))),
                random.nextLong() >> random.nextInt(64),
                random.nextInt());
    }

    @Test
    void encode_minuteOfACameraAmongHundreds_takesAboutSevenHundredBytes() throws Exception {
        Segment segment = minute(7, 1_795_946_400_000_000L, new Random(1));
        byte[] row = SegmentRow.encode(segment);
        assertThat(row.length).isBetween(500, 800);
        assertThat(SegmentRow.decode(row, 7, STREAM)).isEqualTo(segment);
    }

    @Property(tries = 500)
    void encode_anySegment_readsBackAsItWas(@ForAll long seed) throws Exception {
        Segment segment = strange(new Random(seed));
        assertThat(SegmentRow.decode(SegmentRow.encode(segment), 7, STREAM)).isEqualTo(segment);
    }

    @Property(tries = 1_000)
    void decode_rowCutFlippedOrOverwritten_isASegmentOrTyped(
            @ForAll @LongRange(min = 0, max = 50) long seed,
            @ForAll @IntRange(max = 1_000) int cut,
            @ForAll @Size(max = 4) List<Integer> flips) {
        byte[] row = SegmentRow.encode(strange(new Random(seed)));
        decodeOrTyped(BadRows.cutAndFlipped(row, cut, flips));
    }

    @Property(tries = 1_000)
    void decode_nonsense_isTyped(@ForAll byte[] nonsense) {
        decodeOrTyped(BadRows.behindVersion(SegmentRow.FORMAT_VERSION, nonsense));
        decodeOrTyped(nonsense);
    }

    private static void decodeOrTyped(byte[] row) {
        try {
            assertThat(SegmentRow.decode(row, 7, STREAM).fragments()).hasSizeLessThanOrEqualTo(row.length);
        } catch (IndexUnreadableException e) {
            assertThat(e).hasMessageContaining("town-hall-3/main in epoch 7").hasMessageContaining("expected");
        }
    }

    @Test
    void decode_countBeyondTheRow_allocatesNothing() {
        byte[] row = SegmentRow.encode(minute(7, 0, new Random(1)));
        // The length of the codec's name, now 2^62.
        byte[] huge = {1, 2, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1, 63};
        assertThatThrownBy(() -> SegmentRow.decode(huge, 7, STREAM)).isInstanceOf(IndexUnreadableException.class);
        assertThatThrownBy(() -> SegmentRow.decode(Arrays.copyOf(row, row.length + 1), 7, STREAM))
                .isInstanceOf(IndexUnreadableException.class);
    }

    @Test
    void decode_newerVersion_saysBoth() {
        assertThatThrownBy(() -> SegmentRow.decode(new byte[] {3, 0}, 7, STREAM))
                .isInstanceOf(IndexUnreadableException.class)
                .hasMessageContaining("format version 3 (expected: 1 to 2)");
    }

    @Test
    void decode_rowOfTheFirstVersion_hasNoOwnTime() throws Exception {
        Segment segment = small(7, 1_795_946_400_000_000L, new Random(1));
        byte[] row = SegmentRow.encode(segment);
        // What version 1 wrote is the same without the own time: seven bits a byte, behind codec and camera offset.
        int ownAt = 2 + 2 + 5 + 1;
        int ownBytes = 0;
        while (row[ownAt + ownBytes++] < 0) {
            // counts on
        }
        byte[] first = new byte[row.length - ownBytes];
        System.arraycopy(row, 0, first, 0, ownAt);
        System.arraycopy(row, ownAt + ownBytes, first, ownAt, first.length - ownAt);
        first[0] = 1;
        first[1] &= ~(1 << 4);
        Segment read = SegmentRow.decode(first, 7, STREAM);
        assertThat(read.ownLessUtcMicros()).isEqualTo(Segment.OWN_UNKNOWN);
        assertThat(read.fragments()).isEqualTo(segment.fragments());
        first[1] |= 1 << 4;
        assertThatThrownBy(() -> SegmentRow.decode(first, 7, STREAM)).isInstanceOf(IndexUnreadableException.class);
    }

    @Test
    void encode_startFinerThanAMicrosecond_isTheCallersMistake() {
        assertThatThrownBy(() -> SegmentRow.micros(Instant.ofEpochSecond(1, 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(SegmentRow.micros(Instant.ofEpochSecond(-1, 999_999_000))).isEqualTo(-1);
    }
}
