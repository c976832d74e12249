// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SummaryRowTest {
    private static final StreamId STREAM = SegmentRowTest.STREAM;

    /** Sixty minutes of one camera among 195, as recording leaves them. */
    private static List<SegmentSummary> hour(Random random) {
        List<SegmentSummary> hour = new ArrayList<>();
        long start = 1_795_946_400_000_000L;
        for (int i = 0; i < 60; i++) {
            Segment minute = SegmentRowTest.minute(7, start, random);
            SegmentSummary of = SegmentSummary.of(minute);
            long serial = 90_000L + i / 20;
            hour.add(new SegmentSummary(
                    STREAM,
                    1_234,
                    5 + i,
                    7,
                    of.state(),
                    of.codec(),
                    of.cameraOffsetMicros() + random.nextInt(2_000),
                    of.start(),
                    of.end(),
                    of.fragments(),
                    of.damagedFragments(),
                    of.sizeBytes(),
                    of.volume(),
                    serial,
                    Optional.of(new SegmentSummary.Seal(of.volume(), serial, 6_000_000_000L * (i % 20), 3_600))));
            start = StreamState.micros(of.end());
        }
        return hour;
    }

    private static List<SegmentSummary> strange(Random random) {
        List<SegmentSummary> segments = new ArrayList<>();
        for (int i = random.nextInt(12); i > 0; i--) {
            Segment any = SegmentRowTest.strange(random);
            try {
                SummaryRow.encode(List.of(SegmentSummary.of(any)));
                segments.add(SegmentSummary.of(any));
            } catch (ArithmeticException | DateTimeException | IllegalArgumentException e) {
                // It ends beyond all time: nothing that a row can hold.
                segments.add(SegmentSummary.of(SegmentRowTest.small(7, random.nextInt(), random)));
            }
        }
        return segments;
    }

    @Test
    void encode_hourOfACamera_takesAboutFifteenHundredBytes() throws Exception {
        List<SegmentSummary> hour = hour(new Random(1));
        byte[] row = SummaryRow.encode(hour);
        assertThat(row.length).isBetween(1_200, 2_000);
        assertThat(SummaryRow.decode(row, 7, STREAM)).isEqualTo(hour);
    }

    @Property(tries = 500)
    void encode_anySegments_readBackAsTheyWere(@ForAll long seed) throws Exception {
        List<SegmentSummary> segments = strange(new Random(seed));
        byte[] row = SummaryRow.encode(segments);
        assertThat(SummaryRow.decode(row, 7, STREAM)).isEqualTo(segments);
        assertThat(SummaryRow.totals(row, 7, STREAM))
                .isEqualTo(new SummaryRow.Totals(
                        segments.size(),
                        segments.stream().mapToLong(SegmentSummary::fragments).sum(),
                        segments.stream().mapToLong(SegmentSummary::sizeBytes).sum()));
    }

    @Property(tries = 1_000)
    void decode_rowCutOrFlipped_isAListOrTyped(
            @ForAll @LongRange(min = 0, max = 50) long seed,
            @ForAll @IntRange(max = 1_000) int cut,
            @ForAll @Size(max = 4) List<Integer> flips) {
        byte[] row = SummaryRow.encode(strange(new Random(seed)));
        decodeOrTyped(BadRows.cutAndFlipped(row, cut, flips));
    }

    @Property(tries = 1_000)
    void decode_nonsense_isTyped(@ForAll byte[] nonsense) {
        decodeOrTyped(BadRows.behindVersion(SummaryRow.FORMAT_VERSION, nonsense));
        decodeOrTyped(nonsense);
    }

    private static void decodeOrTyped(byte[] row) {
        try {
            int segments = SummaryRow.decode(row, 7, STREAM).size();
            assertThat(segments).isLessThanOrEqualTo(row.length);
            assertThat(SummaryRow.totals(row, 7, STREAM).segments()).isEqualTo(segments);
        } catch (IndexUnreadableException e) {
            assertThat(e).hasMessageContaining("town-hall-3/main in epoch 7").hasMessageContaining("expected");
        }
    }

    @Test
    void decode_newerVersion_saysBoth() {
        assertThatThrownBy(() -> SummaryRow.decode(new byte[] {2, 0, 0, 0}, 7, STREAM))
                .isInstanceOf(IndexUnreadableException.class)
                .hasMessageContaining("format version 2 (expected: 1)");
    }
}
