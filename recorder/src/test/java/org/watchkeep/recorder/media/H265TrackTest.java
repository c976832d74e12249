// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.watchkeep.recorder.rtp.StreamFormatException;
import org.watchkeep.recorder.rtp.Tolerance;
import org.watchkeep.retention.store.FragmentFlags;
import org.watchkeep.retention.store.GapCause;

/** H.265 from packets to fragments: what is not the same as for H.264. */
class H265TrackTest {
    private final Random random = new Random(265);
    private final CollectingSink sink = new CollectingSink();
    private final SlabPool slabs = new SlabPool();
    private final TestPacketiser packetiser = new TestPacketiser(1_400, true, 65_530, true);
    private long monoNanos = TrackHarness.START_NANOS;
    private long timestamp = 0xffff_f000L;
    private VideoTrack track = track(TestStream265.sprop());

    private VideoTrack track(Map<String, String> parameters) {
        return VideoCodec.H265.track(TrackHarness.settings(parameters, slabs, Long.MIN_VALUE), sink);
    }

    private void play(List<TestStream.Unit> units) throws StreamFormatException {
        for (TestStream.Unit unit : units) {
            for (byte[] packet : packetiser.packets(unit, timestamp)) {
                rtp(packet);
            }
            pass();
        }
    }

    private void pass() {
        timestamp += TrackHarness.PICTURE_TICKS;
        monoNanos += TrackHarness.PICTURE_NANOS;
    }

    private void rtp(byte[] packet) throws StreamFormatException {
        track.onRtp(Unpooled.wrappedBuffer(packet), monoNanos, TrackHarness.START_UTC_MICROS + monoNanos / 1_000);
    }

    private void payload(byte[] payload, boolean marker) throws StreamFormatException {
        rtp(packetiser.packet(payload, timestamp, marker));
    }

    private List<byte[]> samples() throws BoxFormatException {
        List<byte[]> samples = new ArrayList<>();
        for (CollectingSink.Kept kept : sink.fragments) {
            samples.addAll(TrackHarness.samples(kept.bytes()));
        }
        return samples;
    }

    private TrackStatistics close() {
        track.close();
        assertThat(slabs.freeSlabs() * (long) Slab.BYTES).isEqualTo(slabs.allocatedBytes());
        return track.statistics();
    }

    @Test
    void onRtp_picturesInFragmentsAndAggregates_areKeptByteForByte() throws Exception {
        List<TestStream.Unit> units = TestStream265.pictures(random, 60, 25, 4_000);
        play(units);
        TrackStatistics statistics = close();
        assertThat(samples()).containsExactlyElementsOf(TrackHarness.samples(units));
        assertThat(statistics.codec()).isEqualTo("hvc1.1.6.L93.90");
        assertThat(statistics.width()).isEqualTo(640);
        assertThat(statistics.keyPictures()).isEqualTo(3);
        assertThat(statistics.damagedAccessUnits()).isZero();
        assertThat(statistics.tolerances()).isEmpty();
        assertThat(SegmentDump.dump(sink.runs.get(0).configuration())).contains("hvc1 ", "hvcC ", "width=640");
    }

    @Test
    void onRtp_vpsMissingInTheSdp_isTakenInBand() throws Exception {
        track = track(Map.of("sprop-sps", TestStream265.sprop().get("sprop-sps")));
        play(TestStream265.pictures(random, 10, 5, 400));
        TrackStatistics statistics = close();
        assertThat(statistics.accessUnits()).isEqualTo(10);
        assertThat(statistics.tolerances()).containsExactly(Tolerance.NO_PARAMETER_SETS_IN_SDP);
    }

    @Test
    void onRtp_otherSps_beginsAnotherRun() throws Exception {
        play(TestStream265.pictures(random, 10, 5, 400));
        play(List.of(TestStream265.key(random, TestStream265.IDR, TestStream265.SPS_1280, 900)));
        close();
        assertThat(sink.runs).hasSize(2);
        assertThat(sink.ends.toString()).contains(GapCause.CONFIGURATION_CHANGED.toString());
    }

    /** RASL pictures refer to what came before the CRA picture: nobody can decode them where recording began with it. */
    @Test
    void onRtp_leadingPicturesAfterTheFirstCra_areLeftOutAndLaterOnesKept() throws Exception {
        List<TestStream.Unit> open = List.of(
                TestStream265.key(random, TestStream265.CRA, TestStream265.SPS, 900),
                TestStream265.picture(random, TestStream265.RASL_R, 300),
                TestStream265.picture(random, TestStream265.RASL_R, 300),
                TestStream265.picture(random, TestStream265.TRAIL_R, 300));
        play(open);
        play(open);
        TrackStatistics statistics = close();
        assertThat(statistics.skippedAccessUnits()).isEqualTo(2);
        assertThat(statistics.accessUnits()).isEqualTo(6);
        assertThat(statistics.keyPictures()).isEqualTo(2);
    }

    @Test
    void onRtp_oneTimestampAndNoMarker_picturesEndAtTheirFirstSlice() throws Exception {
        List<TestStream.Unit> units = TestStream265.pictures(random, 6, 3, 400);
        for (TestStream.Unit unit : units) {
            for (byte[] nal : unit.nals()) {
                payload(nal, false);
            }
        }
        close();
        assertThat(samples()).containsExactlyElementsOf(TrackHarness.samples(units));
        assertThat(track.statistics().tolerances()).contains(Tolerance.NO_MARKER);
    }

    @Test
    void onRtp_markerOnEachSlice_isOnePicture() throws Exception {
        play(List.of(TestStream265.key(random, TestStream265.IDR, TestStream265.SPS, 900)));
        for (int picture = 0; picture < 3; picture++) {
            payload(TestStream265.slice(random, TestStream265.TRAIL_R, true, 300), true);
            payload(TestStream265.slice(random, TestStream265.TRAIL_R, false, 300), true);
            pass();
        }
        assertThat(close().accessUnits()).isEqualTo(4);
        assertThat(track.statistics().tolerances()).contains(Tolerance.MARKER_WITHIN_PICTURE);
    }

    @Test
    void onRtp_fragmentLost_pictureIsKeptAndFlagged() throws Exception {
        play(List.of(TestStream265.key(random, TestStream265.IDR, TestStream265.SPS, 900)));
        List<byte[]> packets = packetiser.packets(
                new TestStream.Unit(List.of(TestStream265.slice(random, TestStream265.TRAIL_R, true, 5_000))),
                timestamp);
        rtp(packets.get(0));
        rtp(packets.get(3));
        pass();
        play(TestStream265.pictures(random, 3, 3, 300));
        TrackStatistics statistics = close();
        assertThat(statistics.lostPackets()).isEqualTo(2);
        assertThat(statistics.damagedAccessUnits()).isEqualTo(1);
        assertThat(sink.fragments.get(0).fragment().flags() & FragmentFlags.DAMAGED)
                .isNotZero();
    }

    @Test
    void onRtp_paci_isIgnoredAndCounted() throws Exception {
        play(TestStream265.pictures(random, 2, 2, 300));
        byte[] paci = TestStream265.slice(random, 50, true, 40);
        payload(paci, false);
        play(TestStream265.pictures(random, 2, 2, 300));
        TrackStatistics statistics = close();
        assertThat(statistics.accessUnits()).isEqualTo(4);
        assertThat(statistics.ignoredNalUnits()).isEqualTo(1);
    }

    @Test
    void onRtp_decodingOrderNumbers_areRefusedInWords() {
        track = track(Map.of("sprop-max-don-diff", "4"));
        assertThatThrownBy(() -> play(TestStream265.pictures(random, 1, 1, 300)))
                .isInstanceOf(StreamFormatException.class)
                .hasMessageStartingWith("sprop-max-don-diff: 4 (expected: 0");
        close();
    }

    /** Packets dropped, doubled, cut, flipped and made up: only our exception, and every slab comes back. */
    @Property(tries = 150)
    void onRtp_packetsSpoilt_throwsOnlyOurs(@ForAll long seed) throws Exception {
        Random spoiling = new Random(seed);
        for (TestStream.Unit unit : TestStream265.pictures(spoiling, 40, 10, 3_000)) {
            for (byte[] packet : packetiser.packets(unit, timestamp)) {
                byte[] sent = packet.clone();
                switch (spoiling.nextInt(8)) {
                    case 0 -> sent[spoiling.nextInt(sent.length)] ^= (byte) (1 << spoiling.nextInt(8));
                    case 1 -> sent[12 + spoiling.nextInt(Math.min(4, sent.length - 12))] = (byte) spoiling.nextInt();
                    case 2 -> sent = Arrays.copyOf(sent, spoiling.nextInt(sent.length));
                    case 3 -> {
                        continue;
                    }
                    default -> {}
                }
                try {
                    rtp(sent);
                } catch (StreamFormatException e) {
                    assertThat(e).hasMessageContaining("camera=town-hall-3");
                }
            }
            pass();
        }
        close();
        for (CollectingSink.Kept kept : sink.fragments) {
            assertThat(MovieFragment.read(kept.bytes()).samples()).isNotEmpty();
        }
        assertThat(slabs.allocatedBytes()).isLessThan(40L << 20);
    }
}
