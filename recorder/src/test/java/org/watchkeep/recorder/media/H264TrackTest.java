// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.watchkeep.recorder.rtp.StreamFormatException;
import org.watchkeep.recorder.rtp.Tolerance;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.FragmentFlags;
import org.watchkeep.retention.store.GapCause;

/** From packets to fragments, where cameras behave. What they do otherwise is in {@link H264TrackQuirksTest}. */
class H264TrackTest {
    private final Random random = new Random(1);
    private TrackHarness harness = new TrackHarness();

    @Test
    void onRtp_ordinaryStream_keepsEveryByteInOrder() throws Exception {
        List<TestStream.Unit> units = TestStream.pictures(random, 130, 50, 4_000);
        harness.play(units);
        TrackStatistics statistics = harness.close();
        assertThat(harness.samples(1)).containsExactlyElementsOf(TrackHarness.samples(units));
        assertThat(harness.sink.runs).hasSize(1);
        assertThat(harness.sink.runs.get(0).codec()).isEqualTo("avc1.64001E");
        assertThat(harness.sink.runs.get(0).notes()).isEmpty();
        assertThat(harness.sink.ends).isEmpty();
        assertThat(statistics.accessUnits()).isEqualTo(130);
        assertThat(statistics.keyPictures()).isEqualTo(3);
        assertThat(statistics.lostPackets()).isZero();
        assertThat(statistics.damagedAccessUnits()).isZero();
        assertThat(statistics.width()).isEqualTo(640);
        assertThat(statistics.fragments()).isEqualTo(harness.sink.fragments.size());
    }

    @Test
    void onRtp_ordinaryStream_cutsEachSecondAndAtKeyPictures() throws Exception {
        harness.play(TestStream.pictures(random, 110, 40, 500));
        harness.close();
        List<Long> starts = new ArrayList<>();
        for (CollectingSink.Kept kept : harness.sink.fragments) {
            starts.add(MovieFragment.read(kept.bytes()).startTicks() / 3_600);
        }
        assertThat(starts).containsExactly(0L, 25L, 40L, 65L, 80L, 105L);
        assertThat(harness.sink.fragments.stream().map(kept -> kept.fragment().flags() & FragmentFlags.KEY_PICTURE))
                .containsExactly(1, 0, 1, 0, 1, 0);
    }

    @Test
    void onRtp_ordinaryStream_fragmentsAbut() throws Exception {
        harness.play(TestStream.pictures(random, 500, 30, 100));
        harness.close();
        long end = TrackHarness.START_NANOS;
        long total = 0;
        for (CollectingSink.Kept kept : harness.sink.fragments) {
            assertThat(kept.fragment().startMonoNanos()).isEqualTo(end);
            assertThat(kept.fragment().startUtcMicros())
                    .isEqualTo(TrackHarness.START_UTC_MICROS + (end - TrackHarness.START_NANOS) / 1_000);
            end = kept.fragment().endMonoNanos();
            total += kept.fragment().durationMicros();
        }
        assertThat(total).isEqualTo(500 * 40_000L);
    }

    @Test
    void onRtp_unevenPictures_neverLongerThanASecond() throws Exception {
        harness.send(TestStream.key(random, 100));
        for (int i = 0; i < 200; i++) {
            long ticks = 1L + random.nextInt(40_000);
            harness.timestamp += ticks;
            harness.monoNanos += MediaTime.nanos(ticks);
            harness.send(TestStream.picture(random, 50));
        }
        harness.close();
        for (CollectingSink.Kept kept : harness.sink.fragments) {
            assertThat(kept.fragment().durationMicros()).isBetween(0L, 1_000_000L);
        }
    }

    @Test
    void onRtp_picturesBeforeTheFirstKey_areNotRecorded() throws Exception {
        List<TestStream.Unit> units = TestStream.pictures(random, 60, 20, 200);
        harness.play(units.subList(7, 60));
        TrackStatistics statistics = harness.close();
        assertThat(harness.samples(1)).containsExactlyElementsOf(TrackHarness.samples(units.subList(20, 60)));
        assertThat(statistics.skippedAccessUnits()).isEqualTo(13);
    }

    @Test
    void onRtp_parameterSetsInBandOnly_waitsForThem() throws Exception {
        harness = new TrackHarness("");
        harness.play(TestStream.pictures(random, 30, 30, 200));
        harness.close();
        assertThat(harness.samples(1)).hasSize(30);
        assertThat(harness.sink.runs.get(0).notes()).isEqualTo("no-parameter-sets-in-sdp");
    }

    @Test
    void onRtp_keyPicturesWithoutParameterSets_isRefused() throws Exception {
        harness = new TrackHarness("");
        TestStream.Unit bare = new TestStream.Unit(List.of(TestStream.slice(random, true, true, 100)));
        harness.play(List.of(bare, bare));
        assertThatThrownBy(() -> harness.send(bare))
                .isInstanceOf(StreamFormatException.class)
                .hasMessageContaining("without usable parameter sets: 3")
                .hasMessageContaining("camera=town-hall-3");
        harness.close();
        assertThat(harness.sink.runs).isEmpty();
    }

    @Test
    void onRtp_otherSize_opensANewRunWithoutAGap() throws Exception {
        harness.play(TestStream.pictures(random, 30, 30, 200));
        TestStream.Unit larger = new TestStream.Unit(
                List.of(TestStream.SPS_1280, TestStream.PPS, TestStream.slice(random, true, true, 400)));
        harness.play(List.of(larger, TestStream.picture(random, 90)));
        harness.close();
        assertThat(harness.sink.runs).hasSize(2);
        assertThat(harness.sink.ends).containsExactly(GapCause.CONFIGURATION_CHANGED);
        assertThat(harness.sink.details).containsExactly("avc1.64001E 640x360 -> avc1.64001E 1280x720");
        assertThat(harness.samples(1)).hasSize(30);
        assertThat(harness.samples(2)).hasSize(2);
        assertAbut();
    }

    @Test
    void onRtp_packetsLost_keepsTheDamagedPictureAndSaysSo() throws Exception {
        List<TestStream.Unit> units = TestStream.pictures(random, 10, 10, 6_000);
        harness.play(units.subList(0, 4));
        List<byte[]> packets = harness.packetiser.packets(units.get(4), harness.timestamp);
        assertThat(packets.size()).isGreaterThan(2);
        harness.rtp(packets.get(0));
        harness.rtp(packets.get(packets.size() - 1));
        harness.pass();
        harness.play(units.subList(5, 10));
        TrackStatistics statistics = harness.close();
        List<byte[]> samples = harness.samples(1);
        assertThat(samples).hasSize(10);
        assertThat(samples.get(4).length)
                .isLessThan(units.get(4).sample().length)
                .isGreaterThan(1_000);
        assertThat(statistics.lostPackets()).isEqualTo(packets.size() - 2);
        assertThat(statistics.damagedAccessUnits()).isEqualTo(1);
        assertThat(harness.sink.flags(0) & FragmentFlags.DAMAGED).isNotZero();
    }

    @Test
    void onRtp_wholePictureLost_isOnlyLostPackets() throws Exception {
        List<TestStream.Unit> units = TestStream.pictures(random, 6, 6, 500);
        harness.play(units.subList(0, 3));
        harness.packetiser.packets(units.get(3), harness.timestamp);
        harness.pass();
        harness.play(units.subList(4, 6));
        TrackStatistics statistics = harness.close();
        assertThat(harness.samples(1)).hasSize(5);
        assertThat(statistics.lostPackets()).isEqualTo(1);
        assertThat(harness.sink.fragments.get(0).fragment().durationMicros()).isEqualTo(6 * 40_000);
    }

    @Test
    void onTick_picturesStopAndComeAgain_closesAndGoesOn() throws Exception {
        harness.play(TestStream.pictures(random, 10, 50, 200));
        harness.idle(1_400_000_000L);
        assertThat(harness.sink.fragments).isEmpty();
        harness.idle(300_000_000L);
        assertThat(harness.sink.fragments).hasSize(1);
        assertThat(harness.sink.flags(0)).isEqualTo(FragmentFlags.KEY_PICTURE | FragmentFlags.CUT_BY_TIMER);
        harness.timestamp += 3 * 90_000;
        harness.monoNanos += 1_300_000_000L;
        harness.play(List.of(TestStream.picture(random, 100), TestStream.picture(random, 100)));
        harness.close();
        assertThat(harness.sink.runs).hasSize(1);
        assertThat(harness.sink.flags(1)).isZero();
        assertAbut();
        long total = harness.sink.fragments.stream()
                .mapToLong(kept -> kept.fragment().durationMicros())
                .sum();
        assertThat(total).isEqualTo(12 * 40_000 + 3_000_000);
    }

    @Test
    void onTick_networkStallAndCatchUp_losesAndShiftsNothing() throws Exception {
        List<TestStream.Unit> units = TestStream.pictures(random, 100, 50, 200);
        harness.play(units.subList(0, 30));
        harness.idle(3_000_000_000L);
        for (TestStream.Unit unit : units.subList(30, 100)) {
            harness.send(unit);
            harness.timestamp += 3_600;
        }
        harness.close();
        assertThat(harness.samples(1)).containsExactlyElementsOf(TrackHarness.samples(units));
        assertAbut();
        Fragment last =
                harness.sink.fragments.get(harness.sink.fragments.size() - 1).fragment();
        assertThat(last.endMonoNanos() - TrackHarness.START_NANOS).isEqualTo(100 * 40_000_000L);
    }

    @Test
    void onTick_stallOfTwelveSecondsAndCatchUp_isNoJump() throws Exception {
        List<TestStream.Unit> units = TestStream.pictures(random, 800, 50, 60);
        harness.play(units.subList(0, 300));
        harness.idle(12_000_000_000L);
        for (TestStream.Unit unit : units.subList(300, 600)) {
            harness.send(unit);
            harness.timestamp += 3_600;
        }
        harness.play(units.subList(600, 800));
        harness.close();
        assertThat(harness.sink.runs).hasSize(1);
        assertThat(harness.samples(1)).hasSize(800);
    }

    @Test
    void onRtp_noPictureForLong_endsTheRunAsNoMedia() throws Exception {
        harness.play(TestStream.pictures(random, 10, 50, 200));
        harness.idle(12_000_000_000L);
        harness.timestamp += 12 * 90_000;
        harness.play(List.of(TestStream.picture(random, 100)));
        harness.close();
        assertThat(harness.sink.ends).containsExactly(GapCause.NO_MEDIA);
        Fragment second = harness.sink.fragments.get(1).fragment();
        assertThat(second.startMonoNanos()).isEqualTo(TrackHarness.START_NANOS + 10 * 40_000_000L + 12_000_000_000L);
    }

    @Test
    void onRtp_rtpTimeJumps_startsANewRunAtOnce() throws Exception {
        harness.play(TestStream.pictures(random, 60, 100, 200));
        harness.timestamp += 3_600 * 90_000L;
        harness.play(TestStream.pictures(random, 3, 100, 200).subList(1, 3));
        harness.timestamp -= 7_200 * 90_000L;
        harness.play(TestStream.pictures(random, 3, 100, 200).subList(1, 3));
        harness.close();
        assertThat(harness.sink.ends).containsExactly(GapCause.TIME_JUMP, GapCause.TIME_JUMP);
        assertThat(harness.sink.details.get(0)).isEqualTo("RTP time stepped forward by 3600.040 s");
        assertThat(harness.samples(2)).hasSize(2);
        assertThat(harness.samples(3)).hasSize(2);
        long ticks = -1;
        for (CollectingSink.Kept kept : harness.sink.fragments) {
            assertThat(MovieFragment.read(kept.bytes()).startTicks()).isGreaterThan(ticks);
            ticks = MovieFragment.read(kept.bytes()).startTicks();
        }
        assertAbut();
    }

    @Test
    void onRtp_rtpTimeStepsFewSecondsAhead_startsANewRun() throws Exception {
        harness.play(TestStream.pictures(random, 60, 100, 200));
        harness.timestamp += 4 * 90_000L;
        harness.play(TestStream.pictures(random, 3, 100, 200).subList(1, 3));
        harness.close();
        assertThat(harness.sink.ends).containsExactly(GapCause.TIME_JUMP);
        assertAbut();
    }

    @Test
    void onRtp_recordersClockSteps_startsANewRun() throws Exception {
        harness.play(TestStream.pictures(random, 60, 100, 200));
        harness.utcStepMicros = -3_600_000_000L;
        harness.play(TestStream.pictures(random, 20, 100, 200));
        harness.close();
        assertThat(harness.sink.ends).containsExactly(GapCause.TIME_JUMP);
        assertThat(harness.sink.details.get(0)).contains("recorder's clock stepped by -3600.000 s");
        Fragment last =
                harness.sink.fragments.get(harness.sink.fragments.size() - 1).fragment();
        assertThat(last.startUtcMicros()).isLessThan(TrackHarness.START_UTC_MICROS);
    }

    @Test
    void onRtp_otherSource_endsTheRunAndWaitsForAKeyPicture() throws Exception {
        harness.play(TestStream.pictures(random, 30, 100, 200));
        harness.packetiser.ssrc(0xcafe);
        harness.packetiser.skip(5_000);
        harness.timestamp = 77;
        List<TestStream.Unit> units = TestStream.pictures(random, 20, 5, 200);
        harness.play(units.subList(2, 20));
        TrackStatistics statistics = harness.close();
        assertThat(harness.sink.ends).containsExactly(GapCause.TIME_JUMP);
        assertThat(harness.sink.details).containsExactly("SSRC changed from 12345678 to 0000cafe");
        assertThat(harness.samples(2)).containsExactlyElementsOf(TrackHarness.samples(units.subList(5, 20)));
        assertThat(statistics.ssrcChanges()).isEqualTo(1);
        assertThat(statistics.lostPackets()).isZero();
    }

    @Test
    void onRtp_burstOfOldPicturesAtConnect_isPutInThePast() throws Exception {
        List<TestStream.Unit> units = TestStream.pictures(random, 150, 25, 200);
        for (TestStream.Unit unit : units.subList(0, 75)) {
            harness.send(unit);
            harness.timestamp += 3_600;
            harness.monoNanos += 1_000_000;
        }
        harness.play(units.subList(75, 150));
        harness.close();
        assertThat(harness.samples(1)).hasSize(150);
        long live = TrackHarness.START_NANOS + 75 * 1_000_000L;
        Fragment first = harness.sink.fragments.get(0).fragment();
        assertThat(first.startMonoNanos()).isBetween(live - 3_000_000_001L, live - 2_900_000_000L);
        Fragment last =
                harness.sink.fragments.get(harness.sink.fragments.size() - 1).fragment();
        assertThat(last.endMonoNanos()).isLessThanOrEqualTo(harness.monoNanos + 40_000_000L);
        assertAbut();
    }

    @Test
    void onRtcp_senderReports_giveTheCamerasOffset() throws Exception {
        List<TestStream.Unit> units = TestStream.pictures(random, 60, 25, 200);
        harness.play(units.subList(0, 10));
        long cameraAhead = 90_000_000L;
        harness.rtcp(
                TrackHarness.senderReport(TestPacketiser.SSRC, harness.utcMicros() + cameraAhead, harness.timestamp));
        harness.rtcp(TrackHarness.senderReport(99, 0, 0));
        harness.rtcp(TrackHarness.senderReport(TestPacketiser.SSRC, -2_208_988_800_000_000L + 5, 0));
        harness.play(units.subList(10, 60));
        TrackStatistics statistics = harness.close();
        assertThat(harness.sink.fragments)
                .allSatisfy(kept ->
                        assertThat(kept.fragment().cameraOffsetMicros()).isBetween(cameraAhead - 2, cameraAhead + 2));
        assertThat(statistics.senderReports()).isEqualTo(1);
        assertThat(statistics.unusableReports()).isEqualTo(2);
        assertThat(statistics.tolerances()).containsExactly(Tolerance.IMPLAUSIBLE_SENDER_REPORT);
    }

    @Test
    void onRtcp_beforeTheFirstPacket_isKeptForItsSource() throws Exception {
        harness.rtcp(TrackHarness.senderReport(TestPacketiser.SSRC, harness.utcMicros() + 70, harness.timestamp));
        assertThat(harness.track.statistics().senderReports()).isZero();
        harness.play(TestStream.pictures(random, 30, 25, 200));
        TrackStatistics statistics = harness.close();
        assertThat(statistics.senderReports()).isEqualTo(1);
        assertThat(statistics.unusableReports()).isZero();
        assertThat(harness.sink.fragments)
                .allSatisfy(
                        kept -> assertThat(kept.fragment().cameraOffsetMicros()).isBetween(68L, 72L));
    }

    @Test
    void onRtcp_ofATimeFarFromThePackets_isNotUsed() throws Exception {
        harness.play(TestStream.pictures(random, 5, 25, 200));
        harness.rtcp(TrackHarness.senderReport(
                TestPacketiser.SSRC, harness.utcMicros(), harness.timestamp + 3_600 * 90_000L));
        harness.play(TestStream.pictures(random, 30, 25, 200));
        assertThat(harness.close().unusableReports()).isEqualTo(1);
        assertThat(harness.sink.fragments)
                .allSatisfy(
                        kept -> assertThat(kept.fragment().cameraOffsetMicros()).isEqualTo(Fragment.OFFSET_UNKNOWN));
    }

    @Test
    void onRtp_pictureCutOffByTheEnd_isKeptAndFlagged() throws Exception {
        List<TestStream.Unit> units = TestStream.pictures(random, 3, 3, 6_000);
        harness.play(units.subList(0, 2));
        List<byte[]> packets = harness.packetiser.packets(units.get(2), harness.timestamp);
        harness.rtp(packets.get(0));
        TrackStatistics statistics = harness.close();
        assertThat(harness.samples(1)).hasSize(3);
        assertThat(statistics.damagedAccessUnits()).isEqualTo(1);
        assertThat(harness.sink.flags(0) & FragmentFlags.DAMAGED).isNotZero();
    }

    @Test
    void onRtp_foreignPackets_areRefusedOnlyWhenNothingElseComes() throws Exception {
        byte[] foreign = harness.packetiser.packet(new byte[] {0x41}, 0, false);
        foreign[1] = 97;
        for (int i = 1; i < RtpVideoTrack.MAX_UNUSABLE_IN_ROW; i++) {
            harness.rtp(foreign);
        }
        assertThatThrownBy(() -> harness.rtp(foreign))
                .isInstanceOf(StreamFormatException.class)
                .hasMessageStartingWith("payload type: 97 (expected: 96) camera=town-hall-3");
        assertThat(harness.close().unusablePackets()).isEqualTo(RtpVideoTrack.MAX_UNUSABLE_IN_ROW);
    }

    private void assertAbut() {
        long end = harness.sink.fragments.get(0).fragment().startMonoNanos();
        for (CollectingSink.Kept kept : harness.sink.fragments) {
            assertThat(kept.fragment().startMonoNanos()).isEqualTo(end);
            end = kept.fragment().endMonoNanos();
        }
    }
}
