// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.watchkeep.bench.micro.Gop;
import org.watchkeep.recorder.rtp.StreamFormatException;
import org.watchkeep.recorder.rtp.StreamOrigin;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.RunStart;

/** Two seconds of a camera through the whole track, from RTP packets to two fragments of MP4. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class FragmentWriteBench {
    private static final long PICTURE_NANOS = 40_000_000;

    private final Dropping sink = new Dropping();
    private VideoTrack track;
    private Gop gop;
    private int gops;

    /** Gives fragments back at once, as a store with room does. */
    private static final class Dropping implements FragmentSink {
        long bytes;

        @Override
        public void onRun(RunStart start) {
            bytes += start.configuration().remaining();
        }

        @Override
        public void onRunEnd(GapCause cause, String detail) {
            throw new IllegalStateException(cause + " " + detail);
        }

        @Override
        public void onFragment(Fragment fragment) {
            bytes += fragment.sizeBytes();
            fragment.release().run();
        }
    }

    @Setup
    public void open() {
        gop = Gop.h264();
        track = VideoCodec.H264.track(
                new VideoTrackSettings(
                        new StreamOrigin("bench", "127.0.0.1:554", 0),
                        Gop.PAYLOAD_TYPE,
                        90_000,
                        Map.of(),
                        new SlabPool(),
                        Long.MIN_VALUE),
                sink);
    }

    @Benchmark
    public long gop() throws StreamFormatException {
        gop.renumber(gops);
        List<ByteBuf> packets = gop.packets();
        for (int i = 0; i < packets.size(); i++) {
            long nanos = 1 + ((long) gops * Gop.PICTURES + gop.picture(i)) * PICTURE_NANOS;
            track.onRtp(packets.get(i), nanos, nanos / 1_000);
        }
        gops++;
        return sink.bytes;
    }
}
