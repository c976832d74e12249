// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.watchkeep.recorder.rtp.Tolerance;
import org.watchkeep.retention.store.FragmentFlags;
import org.watchkeep.retention.store.GapCause;

/** Cameras that are set otherwise while they are recorded, key pictures minutes apart, pictures with a part missing. */
class ParameterChangesTest {
    private static final byte[] OTHER_PPS = HexFormat.of().parseHex("68ebe3cb22d0");

    private final Random random = new Random(5);
    private final TrackHarness harness = new TrackHarness();

    private TestStream.Unit key(byte[] sps, byte[] pps) {
        return new TestStream.Unit(List.of(sps, pps, TestStream.slice(random, true, true, 300)));
    }

    private TestStream.Unit picture() {
        return TestStream.picture(random, 90);
    }

    @Test
    void onRtp_sizeSwitchedToAndFro_eachRunHasItsSizeAndNoTimeIsLost() throws Exception {
        List<TestStream.Unit> units = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            units.add(key(i % 2 == 0 ? TestStream.SPS_640 : TestStream.SPS_1280, TestStream.PPS));
            for (int more = 0; more < 30; more++) {
                units.add(picture());
            }
        }
        harness.play(units);
        harness.close();
        assertThat(harness.sink.runs).hasSize(6);
        assertThat(harness.sink.ends).hasSize(5).containsOnly(GapCause.CONFIGURATION_CHANGED);
        for (int run = 0; run < 6; run++) {
            String size = run % 2 == 0 ? "width=640 height=360" : "width=1280 height=720";
            assertThat(SegmentDump.dump(harness.sink.runs.get(run).configuration()))
                    .contains(size);
            assertThat(harness.samples(run + 1))
                    .containsExactlyElementsOf(TrackHarness.samples(units.subList(run * 31, run * 31 + 31)));
        }
        assertAbut(6 * 31 * 40_000L);
    }

    @Test
    void onRtp_setsSentAheadOfTheirKeyPicture_changeTheRunThere() throws Exception {
        harness.play(List.of(key(TestStream.SPS_640, TestStream.PPS), picture()));
        // In the middle of a group, as some cameras answer a change of settings: nothing uses them yet.
        harness.play(List.of(
                new TestStream.Unit(
                        List.of(TestStream.SPS_1280, TestStream.PPS, TestStream.slice(random, false, true, 80))),
                picture()));
        harness.play(List.of(key(TestStream.SPS_1280, TestStream.PPS), picture()));
        harness.close();
        assertThat(harness.samples(1)).hasSize(4);
        assertThat(harness.samples(2)).hasSize(2);
        assertAbut(6 * 40_000L);
    }

    @Test
    void onRtp_pictureParametersChange_openARunOfTheirOwn() throws Exception {
        harness.play(List.of(key(TestStream.SPS_640, TestStream.PPS), picture()));
        harness.play(List.of(key(TestStream.SPS_640, OTHER_PPS), picture()));
        harness.close();
        assertThat(harness.sink.runs).hasSize(2);
        assertThat(SegmentDump.dump(harness.sink.runs.get(1).configuration()))
                .contains(HexFormat.of().formatHex(OTHER_PPS));
        assertThat(harness.sink.ends).containsExactly(GapCause.CONFIGURATION_CHANGED);
    }

    @Test
    void onRtp_otherBytesOfTheSameMeaning_openNone() throws Exception {
        byte[] withSpare = TestStream.sps(40, 23, 4, 25, 0, new byte[] {0x11, 0x22});
        harness.play(List.of(key(TestStream.SPS_640, TestStream.PPS), picture(), key(withSpare, TestStream.PPS)));
        assertThat(harness.close().tolerances()).contains(Tolerance.PARAMETER_SETS_REWRITTEN);
        assertThat(harness.sink.runs).hasSize(1);
        assertThat(harness.samples(1)).hasSize(3);
    }

    /** Smart codecs: ten minutes between key pictures, and pictures only where something moves. */
    @Test
    void onRtp_keyPicturesTenMinutesApart_fragmentsLastASecondAtMost() throws Exception {
        long pictures = 0;
        long ticks = 0;
        long nextKey = 0;
        while (ticks < 20 * 60 * 90_000L) {
            boolean isKey = ticks >= nextKey;
            nextKey += isKey ? 10 * 60 * 90_000L : 0;
            harness.send(isKey ? key(TestStream.SPS_640, TestStream.PPS) : picture());
            pictures++;
            // From 25 a second to 2.
            long step = 3_600L * (1 + random.nextInt(12));
            ticks += step;
            harness.timestamp += step;
            harness.monoNanos += MediaTime.nanos(step);
        }
        harness.close();
        assertThat(harness.sink.runs).hasSize(1);
        assertThat(harness.samples(1)).hasSize((int) pictures);
        assertThat(harness.sink.fragments)
                .allSatisfy(kept -> assertThat(kept.fragment().durationMicros()).isBetween(1L, 1_000_000L));
        assertThat(harness.sink.fragments.stream()
                        .filter(kept -> (kept.fragment().flags() & FragmentFlags.KEY_PICTURE) != 0))
                .hasSize(2);
    }

    @Test
    void onRtp_sliceLost_flagsThatPictureOnly() throws Exception {
        List<TestStream.Unit> units = new ArrayList<>(List.of(key(TestStream.SPS_640, TestStream.PPS)));
        for (int i = 0; i < 60; i++) {
            units.add(new TestStream.Unit(List.of(
                    TestStream.slice(random, false, true, 400),
                    TestStream.slice(random, false, false, 400),
                    TestStream.slice(random, false, false, 400))));
        }
        for (int i = 0; i < units.size(); i++) {
            List<byte[]> packets = harness.packetiser.packets(units.get(i), harness.timestamp);
            for (int part = 0; part < packets.size(); part++) {
                // The middle one of the thirtieth picture.
                if (i != 30 || part != 1) {
                    harness.rtp(packets.get(part));
                }
            }
            harness.pass();
        }
        TrackStatistics statistics = harness.close();
        assertThat(statistics.lostPackets()).isEqualTo(1);
        assertThat(statistics.damagedAccessUnits()).isEqualTo(1);
        assertThat(harness.samples(1)).hasSize(61);
        assertThat(harness.sink.fragments.stream().map(kept -> (kept.fragment().flags() & FragmentFlags.DAMAGED) != 0))
                .containsExactly(false, true, false);
    }

    private void assertAbut(long wholeMicros) {
        long end = harness.sink.fragments.get(0).fragment().startMonoNanos();
        long total = 0;
        for (CollectingSink.Kept kept : harness.sink.fragments) {
            assertThat(kept.fragment().startMonoNanos()).isEqualTo(end);
            end = kept.fragment().endMonoNanos();
            total += kept.fragment().durationMicros();
        }
        assertThat(total).isEqualTo(wholeMicros);
    }
}
