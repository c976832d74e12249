// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.watchkeep.recorder.rtp.StreamFormatException;
import org.watchkeep.recorder.rtp.Tolerance;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.GapCause;

/** Cameras that would begin a run with every few pictures: the ledger is not theirs to fill. */
class RunLimitsTest {
    private final Random random = new Random(11);
    private final TrackHarness harness = new TrackHarness();

    @Test
    void onRtp_reorderedThoughDeclaredNot_isOneRunInTheOrderShown() throws Exception {
        // I0 P4 B2 b1 b3 P8 B6 b5 b7 … with parameter sets that declare no reordering.
        List<Integer> shown = new ArrayList<>(List.of(0));
        for (int group = 0; group < 30; group++) {
            for (int at : new int[] {4, 2, 1, 3}) {
                shown.add(4 * group + at);
            }
        }
        List<TestStream.Unit> units = TestStream.pictures(random, shown.size(), 200, 200);
        for (int i = 0; i < shown.size(); i++) {
            harness.timestamp = 1_000 + shown.get(i) * TrackHarness.PICTURE_TICKS;
            harness.send(units.get(i));
            harness.monoNanos += TrackHarness.PICTURE_NANOS;
        }
        TrackStatistics statistics = harness.close();
        assertThat(harness.sink.ends).isEmpty();
        assertThat(harness.samples(1)).containsExactlyElementsOf(TrackHarness.samples(units));
        assertThat(statistics.tolerances()).contains(Tolerance.PICTURES_REORDERED, Tolerance.REORDERING_NOT_DECLARED);
        assertThat(shownTicks())
                .containsExactlyElementsOf(shown.stream()
                        .map(at -> at * TrackHarness.PICTURE_TICKS)
                        .toList());
    }

    @Test
    void onRtp_baselineStepsBackAFewPictures_isAJump() throws Exception {
        TestStream.Unit key =
                new TestStream.Unit(List.of(baseline(), TestStream.PPS, TestStream.slice(random, true, true, 300)));
        harness.play(List.of(key, TestStream.picture(random, 90), TestStream.picture(random, 90)));
        harness.timestamp -= 5 * TrackHarness.PICTURE_TICKS;
        harness.play(List.of(TestStream.picture(random, 90)));
        harness.close();
        assertThat(harness.sink.ends).containsExactly(GapCause.TIME_JUMP);
    }

    @Test
    void onRtp_twoTimeBasesInTurn_endInOneRunByArrival() throws Exception {
        List<TestStream.Unit> units = TestStream.pictures(random, 2_000, 50, 100);
        long other = 3_600 * 90_000L;
        for (TestStream.Unit unit : units) {
            harness.play(List.of(unit));
            harness.timestamp += other;
            other = -other;
        }
        TrackStatistics statistics = harness.close();
        int limit = RunAllowance.AT_ONCE + 2;
        assertThat(harness.sink.runs).hasSize(limit);
        assertThat(harness.sink.runs.get(limit - 1).notes()).contains("timestamp-jumps-about");
        assertThat(statistics.accessUnits()).isEqualTo(2_000);
        assertThat(harness.samples(limit))
                .containsExactlyElementsOf(TrackHarness.samples(units.subList(limit - 1, 2_000)));
        long micros = harness.sink.fragments.stream()
                .filter(kept -> kept.run() == limit)
                .mapToLong(kept -> kept.fragment().durationMicros())
                .sum();
        assertThat(micros).isEqualTo((2_000 - limit + 1) * 40_000L);
    }

    /** Thirty pictures a second with the timestamps of twenty-five, or worse: footage must not stand in the future. */
    @ParameterizedTest
    @ValueSource(ints = {93, 80, 50})
    void onRtp_timestampsRunFast_picturesStandWhereTheyCame(int percentOfTheirTime) throws Exception {
        long pictureNanos = TrackHarness.PICTURE_NANOS * percentOfTheirTime / 100;
        long mostAheadNanos = 0;
        int seen = 0;
        for (int i = 0; i < 3_600 * 25; i++) {
            harness.send(i % 50 == 0 ? TestStream.key(random, 60) : TestStream.picture(random, 40));
            harness.timestamp += TrackHarness.PICTURE_TICKS;
            harness.monoNanos += pictureNanos;
            for (; seen < harness.sink.fragments.size(); seen++) {
                Fragment placed = harness.sink.fragments.get(seen).fragment();
                mostAheadNanos = Math.max(mostAheadNanos, placed.startMonoNanos() - harness.monoNanos);
            }
        }
        assertThat(mostAheadNanos).isLessThan(30 * MediaTime.NANOS_PER_SECOND);
        Fragment last = harness.sink.fragments.get(seen - 1).fragment();
        assertThat(last.startMonoNanos()).isLessThan(harness.monoNanos);
        TrackStatistics statistics = harness.close();
        assertThat(harness.sink.ends).containsOnly(GapCause.TIME_JUMP).hasSizeBetween(1, 4);
        assertThat(statistics.tolerances()).contains(Tolerance.TIMESTAMP_JUMPS_ABOUT);
    }

    @Test
    void onRtp_timeJumpsOnceInAWhile_areFollowedEachTime() throws Exception {
        for (int i = 0; i < 2 * RunAllowance.AT_ONCE; i++) {
            harness.play(TestStream.pictures(random, 25 * 61, 50, 40));
            harness.timestamp += 3_600 * 90_000L;
        }
        TrackStatistics statistics = harness.close();
        assertThat(harness.sink.runs).hasSize(2 * RunAllowance.AT_ONCE);
        assertThat(statistics.tolerances()).doesNotContain(Tolerance.TIMESTAMP_JUMPS_ABOUT);
    }

    @Test
    void onRtp_parameterSetsInTurn_areRefusedAndNamed() throws Exception {
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1_000; i++) {
                        byte[] sps = i % 2 == 0 ? TestStream.SPS_640 : TestStream.SPS_1280;
                        harness.play(List.of(new TestStream.Unit(
                                List.of(sps, TestStream.PPS, TestStream.slice(random, true, true, 300)))));
                    }
                })
                .isInstanceOf(StreamFormatException.class)
                .hasMessageContaining("parameter sets change too often")
                .hasMessageContaining("640x360");
        harness.close();
        assertThat(harness.sink.runs).hasSize(RunAllowance.AT_ONCE + 1);
        assertThat(harness.sink.ends).hasSize(RunAllowance.AT_ONCE).containsOnly(GapCause.CONFIGURATION_CHANGED);
        assertThat(harness.samples(RunAllowance.AT_ONCE + 1)).hasSize(1);
    }

    @Test
    void onRtp_jpegSizesInTurn_areRefusedAndNamed() throws Exception {
        JpegHarness jpeg = new JpegHarness();
        TestJpeg small = TestJpeg.picture(random, 64, 48, 0.5f);
        TestJpeg large = TestJpeg.picture(random, 96, 64, 0.5f);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1_000; i++) {
                        jpeg.send((i % 2 == 0 ? small : large).payloads(1_400));
                        jpeg.pass();
                    }
                })
                .isInstanceOf(StreamFormatException.class)
                .hasMessageContaining("picture sizes");
        jpeg.close();
        assertThat(jpeg.sink.runs).hasSize(RunAllowance.AT_ONCE + 1);
        assertThat(jpeg.samples()).hasSize(RunAllowance.AT_ONCE + 1);
    }

    private List<Long> shownTicks() throws BoxFormatException {
        List<Long> shown = new ArrayList<>();
        for (CollectingSink.Kept kept : harness.sink.fragments) {
            MovieFragment.read(kept.bytes()).samples().forEach(sample -> shown.add(sample.shownTicks()));
        }
        return shown;
    }

    /** The one of {@link TestStream#SPS_640}, in Baseline. */
    private static byte[] baseline() {
        TestStream.Bits bits = new TestStream.Bits();
        bits.u(8, 66).u(8, 0).u(8, 30).ue(0).ue(0).ue(0).ue(2).ue(1).u(1, 0);
        bits.ue(39).ue(22).u(1, 1).u(1, 1).u(1, 0).u(1, 0);
        return bits.nal(0x67, new byte[0]);
    }
}
