// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.watchkeep.recorder.rtp.StreamFormatException;
import org.watchkeep.recorder.rtp.StreamOrigin;

/** A track with a clock moved by hand, fed picture by picture or packet by packet. */
final class TrackHarness {
    static final StreamOrigin ORIGIN = new StreamOrigin("town-hall-3", "192.0.2.7:554", 0);
    static final long START_NANOS = 5_000_000_000L;
    static final long START_UTC_MICROS = 1_772_366_400_000_000L;
    static final long PICTURE_TICKS = 3_600;
    static final long PICTURE_NANOS = 40_000_000L;

    final CollectingSink sink = new CollectingSink();
    final SlabPool slabs = new SlabPool();
    final TestPacketiser packetiser = new TestPacketiser(1_400, true, 65_530);
    final VideoTrack track;
    long monoNanos = START_NANOS;
    long utcStepMicros;
    long timestamp = 0xffff_f000L;

    TrackHarness() {
        this(sprop());
    }

    TrackHarness(String sprop) {
        this(sprop, Long.MIN_VALUE);
    }

    TrackHarness(String sprop, long notBeforeMonoNanos) {
        track = VideoCodec.H264.track(settings(Map.of("sprop-parameter-sets", sprop), slabs, notBeforeMonoNanos), sink);
    }

    static VideoTrackSettings settings(Map<String, String> parameters, SlabPool slabs, long notBeforeMonoNanos) {
        return new VideoTrackSettings(
                ORIGIN, TestPacketiser.PAYLOAD_TYPE, 90_000, parameters, slabs, notBeforeMonoNanos);
    }

    static String sprop() {
        Base64.Encoder base64 = Base64.getEncoder();
        return base64.encodeToString(TestStream.SPS_640) + "," + base64.encodeToString(TestStream.PPS);
    }

    /** Sends pictures at 25 a second, each on its time. */
    void play(List<TestStream.Unit> units) throws StreamFormatException {
        for (TestStream.Unit unit : units) {
            send(unit);
            pass();
        }
    }

    /** Sends one picture now. */
    void send(TestStream.Unit unit) throws StreamFormatException {
        for (byte[] packet : packetiser.packets(unit, timestamp)) {
            rtp(packet);
        }
    }

    /** One picture's time passes, here and at the camera. */
    void pass() {
        timestamp += PICTURE_TICKS;
        monoNanos += PICTURE_NANOS;
    }

    /** Time passes here, second by tenth, with nothing from the camera. */
    void idle(long nanos) {
        for (long passed = 0; passed < nanos; passed += 100_000_000L) {
            monoNanos += 100_000_000L;
            track.onTick(monoNanos);
        }
    }

    void rtp(byte[] packet) throws StreamFormatException {
        ByteBuf buffer = Unpooled.wrappedBuffer(packet);
        track.onRtp(buffer, monoNanos, utcMicros());
    }

    void payload(String hex, boolean marker) throws StreamFormatException {
        rtp(packetiser.packet(java.util.HexFormat.of().parseHex(hex.replace(" ", "")), timestamp, marker));
    }

    void payload(byte[] payload, boolean marker) throws StreamFormatException {
        rtp(packetiser.packet(payload, timestamp, marker));
    }

    void rtcp(byte[] packet) {
        track.onRtcp(Unpooled.wrappedBuffer(packet), monoNanos, utcMicros());
    }

    long utcMicros() {
        return START_UTC_MICROS + (monoNanos - START_NANOS) / 1_000 + utcStepMicros;
    }

    TrackStatistics close() {
        track.close();
        assertThat(slabs.freeSlabs() * (long) Slab.BYTES).as("slabs given back").isEqualTo(slabs.allocatedBytes());
        return track.statistics();
    }

    /** Every sample of every fragment of a run (from 1), in order. */
    List<byte[]> samples(int run) throws BoxFormatException {
        List<byte[]> samples = new ArrayList<>();
        for (CollectingSink.Kept kept : sink.fragments) {
            if (kept.run() == run) {
                samples.addAll(samples(kept.bytes()));
            }
        }
        return samples;
    }

    static List<byte[]> samples(ByteBuffer fragment) throws BoxFormatException {
        List<byte[]> samples = new ArrayList<>();
        for (MovieFragment.Sample sample : MovieFragment.read(fragment).samples()) {
            byte[] bytes = new byte[sample.sizeBytes()];
            fragment.get(sample.index(), bytes);
            samples.add(bytes);
        }
        return samples;
    }

    static List<byte[]> samples(List<TestStream.Unit> units) {
        return units.stream().map(TestStream.Unit::sample).toList();
    }

    /** A sender report saying that the camera's clock stood so when its RTP clock did. */
    static byte[] senderReport(int ssrc, long utcMicros, long timestamp) {
        ByteBuffer out = ByteBuffer.allocate(28);
        out.putInt(0x80c8_0006).putInt(ssrc);
        long seconds = Math.floorDiv(utcMicros, 1_000_000L);
        long fraction = (Math.floorMod(utcMicros, 1_000_000L) << 32) / 1_000_000 + 1;
        out.putLong((seconds + 2_208_988_800L) << 32 | fraction);
        return out.putInt((int) timestamp).putLong(0).array();
    }

    static byte[] join(List<byte[]> parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        parts.forEach(out::writeBytes);
        return out.toByteArray();
    }
}
