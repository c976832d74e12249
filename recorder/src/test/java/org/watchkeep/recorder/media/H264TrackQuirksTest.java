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
import org.watchkeep.retention.store.GapCause;

/** What cameras do otherwise than the standards say, each with its footage kept. */
class H264TrackQuirksTest {
    private final Random random = new Random(2);
    private TrackHarness harness = new TrackHarness();

    @Test
    void markerOnParameterSets_tapoTc70_doesNotEndThePicture() throws Exception {
        TestStream.Unit key = TestStream.key(random, 3_000);
        markEach(key);
        harness.pass();
        harness.play(List.of(TestStream.picture(random, 100)));
        assertThat(keptSamples()).hasSize(2).first().isEqualTo(key.sample());
        assertTolerated(Tolerance.MARKER_WITHOUT_PICTURE);
    }

    @Test
    void markerOnSeiAlone_lvIp22_doesNotEndThePicture() throws Exception {
        TestStream.Unit key = TestStream.key(random, 100);
        harness.play(List.of(key));
        byte[] sei = {6, 5, 2, 1, 1, (byte) 0x80};
        byte[] slice = TestStream.slice(random, false, true, 100);
        harness.payload(sei, true);
        harness.payload(slice, true);
        assertThat(keptSamples()).containsExactly(key.sample(), new TestStream.Unit(List.of(sei, slice)).sample());
        assertTolerated(Tolerance.MARKER_WITHOUT_PICTURE);
    }

    @Test
    void markerOnEachSlice_isOnePicture() throws Exception {
        TestStream.Unit key = slices(true, 4);
        markEach(key);
        harness.pass();
        TestStream.Unit next = slices(false, 3);
        markEach(next);
        assertThat(keptSamples()).containsExactly(key.sample(), next.sample());
        assertThat(harness.track.statistics().accessUnits()).isEqualTo(2);
        assertTolerated(Tolerance.MARKER_WITHIN_PICTURE);
    }

    @Test
    void noMarkerEver_flirM400_endsWithTheTimestamp() throws Exception {
        List<TestStream.Unit> units = TestStream.pictures(random, 30, 10, 3_000);
        for (TestStream.Unit unit : units) {
            for (byte[] packet : harness.packetiser.packets(unit, harness.timestamp)) {
                packet[1] &= 0x7f;
                harness.rtp(packet);
            }
            harness.pass();
        }
        harness.idle(2_000_000_000L);
        assertThat(harness.sink.fragments.size()).isPositive();
        assertThat(harness.samples(1)).containsExactlyElementsOf(TrackHarness.samples(units));
        assertThat(harness.close().damagedAccessUnits()).isZero();
        assertTolerated(Tolerance.NO_MARKER);
    }

    @Test
    void timestampChangesWithinPicture_rlc822a_isOnePicture() throws Exception {
        TestStream.Unit key = slices(true, 3);
        List<byte[]> nals = key.nals();
        for (int i = 0; i < nals.size(); i++) {
            harness.rtp(harness.packetiser.packet(nals.get(i), harness.timestamp + 10L * i, i == nals.size() - 1));
        }
        harness.pass();
        harness.play(List.of(TestStream.picture(random, 100)));
        assertThat(keptSamples()).hasSize(2).first().isEqualTo(key.sample());
        assertTolerated(Tolerance.TIMESTAMP_CHANGES_WITHIN_PICTURE);
    }

    @Test
    void seiWithTheTimeBefore_belongsToThePictureThatFollows() throws Exception {
        TestStream.Unit key = TestStream.key(random, 100);
        harness.play(List.of(key));
        byte[] sei = {6, 5, 2, 1, 1, (byte) 0x80};
        byte[] slice = TestStream.slice(random, false, true, 100);
        harness.rtp(harness.packetiser.packet(sei, harness.timestamp - 1_800, false));
        harness.payload(slice, true);
        assertThat(keptSamples()).containsExactly(key.sample(), new TestStream.Unit(List.of(sei, slice)).sample());
    }

    @Test
    void startCodesInPayloads_v380_areNoPartOfThePictures() throws Exception {
        TestStream.Unit key = TestStream.key(random, 500);
        List<byte[]> parts = new ArrayList<>();
        for (byte[] nal : key.nals()) {
            parts.add(new byte[] {0, 0, 0, 1});
            parts.add(nal);
        }
        harness = new TrackHarness("");
        harness.payload(TrackHarness.join(parts), true);
        harness.pass();
        assertThat(keptSamples()).containsExactly(key.sample());
        assertThat(harness.sink.runs.get(0).notes()).isEqualTo("no-parameter-sets-in-sdp start-code-in-payload");
    }

    @Test
    void pictureInsideFragmentedParameterSet_amatek_isTakenApart() throws Exception {
        harness = new TrackHarness("");
        TestStream.Unit key = TestStream.key(random, 4_000);
        List<byte[]> parts = new ArrayList<>();
        for (byte[] nal : key.nals()) {
            if (!parts.isEmpty()) {
                parts.add(new byte[] {0, 0, 0, 1});
            }
            parts.add(nal);
        }
        List<byte[]> payloads = TestPacketiser.payloads(TrackHarness.join(parts), 1_000);
        for (int i = 0; i < payloads.size(); i++) {
            harness.payload(payloads.get(i), i == payloads.size() - 1);
        }
        harness.pass();
        assertThat(keptSamples()).containsExactly(key.sample());
        assertTolerated(Tolerance.SEVERAL_NAL_UNITS_IN_FRAGMENT);
    }

    @Test
    void duplicatePackets_geovision_areLeftOut() throws Exception {
        List<TestStream.Unit> units = TestStream.pictures(random, 10, 10, 3_000);
        for (TestStream.Unit unit : units) {
            for (byte[] packet : harness.packetiser.packets(unit, harness.timestamp)) {
                harness.rtp(packet);
                harness.rtp(packet);
            }
            harness.pass();
        }
        assertThat(keptSamples()).containsExactlyElementsOf(TrackHarness.samples(units));
        assertThat(harness.track.statistics().lostPackets()).isZero();
        assertThat(harness.track.statistics().latePackets()).isPositive();
    }

    @Test
    void parameterSetsRewritten_doNotOpenARun() throws Exception {
        byte[] rewritten = TestStream.sps(40, 23, 4, 30);
        List<TestStream.Unit> units = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            byte[] sps = i % 2 == 0 ? TestStream.SPS_640 : rewritten;
            units.add(new TestStream.Unit(List.of(sps, TestStream.PPS, TestStream.slice(random, true, true, 100))));
            units.add(TestStream.picture(random, 50));
        }
        harness.play(units);
        assertThat(keptSamples()).containsExactlyElementsOf(TrackHarness.samples(units));
        assertThat(harness.sink.runs).hasSize(1);
        assertTolerated(Tolerance.PARAMETER_SETS_REWRITTEN);
    }

    @Test
    void oneKeyPictureInMinutes_smartCodec_isCutBySecond() throws Exception {
        harness.play(TestStream.pictures(random, 1_500, 10_000, 60));
        harness.close();
        assertThat(harness.samples(1)).hasSize(1_500);
        assertThat(harness.sink.fragments).hasSize(60);
    }

    @Test
    void recoveryPointInsteadOfIdr_isAPlaceToStart() throws Exception {
        byte[] recovery = {6, 6, 1, (byte) 0xc4, (byte) 0x80};
        TestStream.Unit start = new TestStream.Unit(
                List.of(TestStream.SPS_640, TestStream.PPS, recovery, TestStream.slice(random, false, true, 100)));
        harness.play(List.of(TestStream.picture(random, 90), start, TestStream.picture(random, 90)));
        assertThat(keptSamples()).hasSize(2).first().isEqualTo(start.sample());
    }

    @Test
    void recoveryPointOnEveryPicture_doesNotCutThere() throws Exception {
        byte[] recovery = {6, 6, 1, (byte) 0xc4, (byte) 0x80};
        harness.play(List.of(TestStream.key(random, 100)));
        for (int i = 0; i < 24; i++) {
            harness.play(List.of(new TestStream.Unit(List.of(recovery, TestStream.slice(random, false, true, 100)))));
        }
        assertThat(keptSamples()).hasSize(25);
        assertThat(harness.sink.fragments).hasSize(1);
    }

    @Test
    void picturesReordered_keepDecodingOrderAndTheirTimes() throws Exception {
        byte[] sps = TestStream.sps(40, 23, 4, 25, 2, new byte[0]);
        TestStream.Unit key =
                new TestStream.Unit(List.of(sps, TestStream.PPS, TestStream.slice(random, true, true, 90)));
        harness = new TrackHarness("");
        long start = harness.timestamp;
        int[] shown = {0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11};
        for (int picture : shown) {
            harness.timestamp = start + picture * 3_600L;
            harness.send(picture == 0 ? key : TestStream.picture(random, 60));
            harness.monoNanos += 40_000_000L;
        }
        harness.close();
        List<Long> times = new ArrayList<>();
        long before = -1;
        for (CollectingSink.Kept kept : harness.sink.fragments) {
            for (MovieFragment.Sample sample : MovieFragment.read(kept.bytes()).samples()) {
                times.add(sample.shownTicks() / 3_600);
                assertThat(sample.ticks()).isGreaterThan(before);
                before = sample.ticks();
            }
        }
        assertThat(times).containsExactly(0L, 4L, 2L, 1L, 3L, 8L, 6L, 5L, 7L, 12L, 10L, 9L, 11L);
        assertThat(harness.sink.ends).isEmpty();
        assertTolerated(Tolerance.PICTURES_REORDERED);
    }

    @Test
    void timestampsFrozen_picturesStandWhereTheyArrived() throws Exception {
        harness.play(TestStream.pictures(random, 5, 5, 100));
        for (int i = 0; i < 1_500; i++) {
            harness.send(i % 25 == 0 ? TestStream.key(random, 80) : TestStream.picture(random, 80));
            harness.monoNanos += 40_000_000L;
            harness.track.onTick(harness.monoNanos);
        }
        TrackStatistics statistics = harness.close();
        assertThat(statistics.accessUnits()).isEqualTo(1_505);
        assertThat(harness.sink.ends).containsExactly(GapCause.TIME_JUMP);
        assertThat(harness.sink.details).containsExactly("RTP time stands still");
        assertThat(harness.sink.runs.get(1).notes()).contains("timestamp-stands-still");
        assertThat(statistics.tolerances()).contains(Tolerance.TIMESTAMP_STANDS_STILL);
        // Two seconds until it is noticed; after that every picture has its fortieth of a second.
        assertThat(harness.samples(2)).hasSizeBetween(1_440, 1_455);
        long recorded = harness.sink.fragments.stream()
                .filter(kept -> kept.run() == 2)
                .mapToLong(kept -> kept.fragment().durationMicros())
                .sum();
        assertThat(recorded).isEqualTo(harness.samples(2).size() * 40_000L);
    }

    @Test
    void neverAMarkerNorAChange_isRefusedAtTheLimit() throws Exception {
        harness.play(List.of(TestStream.key(random, 100)));
        byte[] slice = TestStream.slice(random, false, true, 1_300);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        harness.payload(slice, false);
                    }
                })
                .isInstanceOf(StreamFormatException.class)
                .hasMessageContaining("(expected: at most 8388608) camera=town-hall-3");
        // The track stands and records what follows.
        harness.pass();
        harness.play(TestStream.pictures(random, 2, 2, 100));
        assertThat(harness.close().accessUnits()).isEqualTo(3);
    }

    @Test
    void endlessFragment_isRefusedAtTheLimit() throws Exception {
        harness.payload("7c85 8881", false);
        byte[] middle = TestStream.slice(random, false, true, 1_300);
        middle[0] = 0x7c;
        middle[1] = 5;
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        harness.payload(middle, false);
                    }
                })
                .isInstanceOf(StreamFormatException.class);
        assertThat(harness.slabs.allocatedBytes()).isLessThan(AccessUnitBuilder.MAX_BYTES + 2L * Slab.BYTES);
        harness.close();
    }

    @Test
    void bye_isNoted() throws Exception {
        harness.rtcp(new byte[] {(byte) 0x81, (byte) 203, 0, 1, 0x12, 0x34, 0x56, 0x78});
        harness.play(TestStream.pictures(random, 2, 2, 100));
        assertThat(harness.close().isGoodbyeSeen()).isTrue();
        assertThat(harness.samples(1)).hasSize(2);
    }

    @Test
    void halfAParameterSet_isNotKept() throws Exception {
        harness.play(List.of(TestStream.key(random, 100)));
        List<byte[]> parts = TestPacketiser.payloads(TestStream.SPS_1280, 12);
        harness.payload(parts.get(0), false);
        harness.packetiser.skip(parts.size() - 1);
        byte[] slice = TestStream.slice(random, false, true, 80);
        harness.payload(slice, true);
        assertThat(keptSamples()).hasSize(2).last().isEqualTo(new TestStream.Unit(List.of(slice)).sample());
        assertThat(harness.track.statistics().damagedAccessUnits()).isEqualTo(1);
        assertThat(harness.sink.runs).hasSize(1);
    }

    private TestStream.Unit slices(boolean isIdr, int count) {
        List<byte[]> nals = new ArrayList<>();
        if (isIdr) {
            nals.add(TestStream.SPS_640);
            nals.add(TestStream.PPS);
        }
        for (int i = 0; i < count; i++) {
            nals.add(TestStream.slice(random, isIdr, i == 0, 300));
        }
        return new TestStream.Unit(nals);
    }

    /** Sends each NAL unit in a packet of its own, all with the marker. */
    private void markEach(TestStream.Unit unit) throws StreamFormatException {
        for (byte[] nal : unit.nals()) {
            List<byte[]> payloads = TestPacketiser.payloads(nal, 1_400);
            for (int i = 0; i < payloads.size(); i++) {
                harness.payload(payloads.get(i), i == payloads.size() - 1);
            }
        }
    }

    private List<byte[]> keptSamples() throws Exception {
        harness.close();
        return harness.samples(1);
    }

    private void assertTolerated(Tolerance tolerance) {
        assertThat(harness.track.statistics().tolerances()).contains(tolerance);
    }
}
