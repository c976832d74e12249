// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.watchkeep.recorder.rtp.Tolerance;
import org.watchkeep.retention.store.GapCause;

/** Packets of another SSRC: one that strays in ends nothing, one that takes over loses nothing. */
class StraySourceTest {
    private static final int OTHER = 0xcafe;

    private final Random random = new Random(13);
    private final TrackHarness harness = new TrackHarness();
    private final TestPacketiser other = new TestPacketiser(1_400, true, 4_000);

    StraySourceTest() {
        other.ssrc(OTHER);
    }

    private byte[] stray() {
        return other.packet(TestStream.slice(random, false, true, 100), 77, true);
    }

    @Test
    void onRtp_straysAmongPictures_areLeftOutAndCounted() throws Exception {
        List<TestStream.Unit> units = TestStream.pictures(random, 100, 50, 4_000);
        int strays = 0;
        for (int i = 0; i < units.size(); i++) {
            List<byte[]> packets = harness.packetiser.packets(units.get(i), harness.timestamp);
            for (int at = 0; at < packets.size(); at++) {
                harness.rtp(packets.get(at));
                for (int stray = 0; at == 0 && stray < i % SourceProbation.PACKETS; stray++) {
                    harness.rtp(stray());
                    strays++;
                }
            }
            harness.pass();
        }
        TrackStatistics statistics = harness.close();
        assertThat(harness.sink.ends).isEmpty();
        assertThat(harness.samples(1)).containsExactlyElementsOf(TrackHarness.samples(units));
        assertThat(statistics.ssrcChanges()).isZero();
        assertThat(statistics.strayPackets()).isEqualTo(strays);
        assertThat(statistics.damagedAccessUnits()).isZero();
        assertThat(statistics.tolerances()).contains(Tolerance.STRAY_SOURCE);
    }

    @Test
    void onRtp_otherSourceFromItsKeyPicture_losesNothing() throws Exception {
        List<TestStream.Unit> before = TestStream.pictures(random, 30, 100, 200);
        harness.play(before);
        harness.packetiser.ssrc(OTHER);
        harness.packetiser.skip(5_000);
        harness.timestamp = 77;
        long started = harness.monoNanos;
        List<TestStream.Unit> after = TestStream.pictures(random, 60, 100, 200);
        harness.play(after);
        TrackStatistics statistics = harness.close();
        assertThat(harness.samples(1)).containsExactlyElementsOf(TrackHarness.samples(before));
        assertThat(harness.samples(2)).containsExactlyElementsOf(TrackHarness.samples(after));
        assertThat(harness.sink.ends).containsExactly(GapCause.TIME_JUMP);
        assertThat(statistics.strayPackets()).isZero();
        assertThat(harness.sink.fragments.stream()
                        .filter(kept -> kept.run() == 2)
                        .findFirst()
                        .orElseThrow()
                        .fragment()
                        .startMonoNanos())
                .isEqualTo(started);
    }

    @Test
    void onRtp_oldSourceSilentOrGone_givesWayAtOnce() throws Exception {
        harness.play(TestStream.pictures(random, 10, 100, 200));
        harness.idle(1_000_000_000L);
        harness.rtp(other.packet(TestStream.slice(random, true, true, 100), 77, true));
        assertThat(harness.sink.ends).hasSize(1);
        harness.pass();
        harness.rtcp(HexFormat.of().parseHex("81cb00010000cafe"));
        harness.play(TestStream.pictures(random, 1, 100, 200));
        assertThat(harness.sink.ends).hasSize(2);
        assertThat(harness.close().strayPackets()).isZero();
    }

    @Test
    void onRtcp_goodbyeOfAnother_makesNoRoom() throws Exception {
        harness.play(TestStream.pictures(random, 10, 100, 200));
        harness.rtcp(HexFormat.of().parseHex("81cb00010000cafe"));
        harness.rtp(stray());
        harness.play(List.of(TestStream.picture(random, 90)));
        assertThat(harness.close().strayPackets()).isEqualTo(1);
        assertThat(harness.sink.ends).isEmpty();
    }

    @Test
    void onRtp_twoSourcesPictureByPicture_oneStaysAndRunsAreBounded() throws Exception {
        List<TestStream.Unit> units = TestStream.pictures(random, 600, 1, 2_000);
        for (int i = 0; i < units.size(); i++) {
            List<byte[]> packets =
                    new ArrayList<>((i % 2 == 0 ? harness.packetiser : other).packets(units.get(i), harness.timestamp));
            for (byte[] packet : packets) {
                harness.rtp(packet);
            }
            harness.pass();
        }
        TrackStatistics statistics = harness.close();
        assertThat(statistics.ssrcChanges()).isBetween(10L, RunAllowance.AT_ONCE + 1L);
        assertThat(harness.sink.runs).hasSizeLessThanOrEqualTo(RunAllowance.AT_ONCE + 2);
        assertThat(statistics.strayPackets()).isPositive();
        assertThat(statistics.accessUnits()).isGreaterThan(280);
    }
}
