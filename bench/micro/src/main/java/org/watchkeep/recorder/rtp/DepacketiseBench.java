// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import io.netty.buffer.ByteBuf;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.watchkeep.bench.micro.Gop;

/** Two seconds of a camera: RTP headers read, payloads taken apart into NAL units, their bytes passed on. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class DepacketiseBench {
    @Param({"H264", "H265"})
    private NalPackaging codec;

    private final Counting sink = new Counting();
    private final RtpPacket rtp = new RtpPacket(new StreamOrigin("bench", "127.0.0.1:554", 0));
    private NalDepacketiser depacketiser;
    private Gop gop;

    /** Takes NAL units and keeps nothing. */
    private static final class Counting implements NalSink {
        long bytes;

        @Override
        public void nalStart(int header) {
            bytes++;
        }

        @Override
        public void nalBytes(ByteBuf from, int index, int length) {
            bytes += length;
        }

        @Override
        public void nalZeros(int count) {
            bytes += count;
        }

        @Override
        public void nalEnd(boolean isWhole) {
            if (!isWhole) {
                throw new IllegalStateException("a NAL unit without its end");
            }
        }

        @Override
        public void nalLost() {
            throw new IllegalStateException("a NAL unit was lost");
        }
    }

    @Setup
    public void open() {
        depacketiser = new NalDepacketiser(codec, sink, EnumSet.noneOf(Tolerance.class));
        gop = codec == NalPackaging.H264 ? Gop.h264() : Gop.h265();
    }

    @Benchmark
    public long gop() throws StreamFormatException {
        for (ByteBuf packet : gop.packets()) {
            rtp.parse(packet);
            depacketiser.onPayload(packet, rtp.payloadIndex(), rtp.payloadLength());
        }
        return sink.bytes;
    }
}
