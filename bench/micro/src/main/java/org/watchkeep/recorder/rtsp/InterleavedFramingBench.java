// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.watchkeep.bench.micro.Gop;

/** Two seconds of a camera taken apart into packets, in reads of 19 kB, which is what comes at once on average. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class InterleavedFramingBench {
    private static final int READ_BYTES = 19 << 10;

    private final Counting sink = new Counting();
    private InterleavedDecoder decoder;
    private ByteBuf stream;
    private int end;

    /** Takes frames and keeps nothing. */
    private static final class Counting implements InterleavedDecoder.Sink {
        long bytes;

        @Override
        public void onFrame(int channel, ByteBuf packet) {
            bytes += packet.readableBytes();
        }

        @Override
        public void onRequest(RtspRequest request) {
            throw new IllegalStateException("a request in the middle of media");
        }

        @Override
        public void onResponse(RtspResponse response) {
            throw new IllegalStateException("a response in the middle of media");
        }

        @Override
        public boolean isKnownChannel(int channel) {
            return channel == 0;
        }
    }

    @Setup
    public void open() {
        decoder = new InterleavedDecoder(PooledByteBufAllocator.DEFAULT, InterleavedDecoder.Junk.SEARCH, sink);
        stream = Gop.h264().interleaved();
        end = stream.writerIndex();
    }

    @Benchmark
    public long gop() throws IOException {
        for (int at = 0; at < end; at += READ_BYTES) {
            stream.setIndex(at, Math.min(end, at + READ_BYTES));
            decoder.decode(stream);
        }
        return sink.bytes;
    }
}
