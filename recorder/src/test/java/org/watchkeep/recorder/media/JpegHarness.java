// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.watchkeep.recorder.rtp.StreamFormatException;

/** A JPEG track with a clock moved by hand, fed payload by payload. */
final class JpegHarness {
    static final int PAYLOAD_TYPE = 26;

    final CollectingSink sink = new CollectingSink();
    final SlabPool slabs = new SlabPool();
    final VideoTrack track = VideoCodec.JPEG.track(
            new VideoTrackSettings(TrackHarness.ORIGIN, PAYLOAD_TYPE, 90_000, Map.of(), slabs, Long.MIN_VALUE), sink);
    long monoNanos = TrackHarness.START_NANOS;
    int timestamp = -20_000;
    int sequence = 65_530;

    /** Sends one picture: the last payload bears the marker. */
    void send(List<byte[]> payloads) throws StreamFormatException {
        for (int i = 0; i < payloads.size(); i++) {
            packet(payloads.get(i), i == payloads.size() - 1);
        }
    }

    void packet(byte[] payload, boolean marker) throws StreamFormatException {
        rtp(next(payload, marker, new byte[0]));
    }

    void packet(byte[] payload, boolean marker, byte[] extension) throws StreamFormatException {
        rtp(next(payload, marker, extension));
    }

    byte[] next(byte[] payload, boolean marker, byte[] extension) {
        ByteBuffer out = ByteBuffer.allocate(12 + extension.length + payload.length);
        out.put((byte) (extension.length > 0 ? 0x90 : 0x80)).put((byte) ((marker ? 0x80 : 0) | PAYLOAD_TYPE));
        out.putShort((short) sequence++)
                .putInt(timestamp)
                .putInt(5)
                .put(extension)
                .put(payload);
        return out.array();
    }

    void rtp(byte[] packet) throws StreamFormatException {
        track.onRtp(Unpooled.wrappedBuffer(packet), monoNanos, monoNanos / 1_000);
    }

    /** A twenty-fifth of a second passes, here and at the camera. */
    void pass() {
        timestamp += 3_600;
        monoNanos += 40_000_000;
    }

    TrackStatistics close() {
        track.close();
        assertThat(slabs.freeSlabs() * (long) Slab.BYTES).as("slabs given back").isEqualTo(slabs.allocatedBytes());
        return track.statistics();
    }

    List<byte[]> samples() throws BoxFormatException {
        List<byte[]> samples = new ArrayList<>();
        for (CollectingSink.Kept kept : sink.fragments) {
            samples.addAll(TrackHarness.samples(kept.bytes()));
        }
        return samples;
    }
}
