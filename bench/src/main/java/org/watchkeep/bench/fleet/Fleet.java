// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.watchkeep.recorder.rtsp.MediaSink;
import org.watchkeep.recorder.rtsp.MediaSource;
import org.watchkeep.recorder.rtsp.MediaSubscription;
import org.watchkeep.recorder.rtsp.NettyTransport;
import org.watchkeep.recorder.rtsp.RtspServer;
import org.watchkeep.recorder.rtsp.RtspServerSettings;

/** Serves {@code /cam1} … {@code /camN}. Any thread; closed once. */
public final class Fleet implements AutoCloseable {
    private static final int CLOSE_SECONDS = 5;

    private final FleetCounters counters = new FleetCounters();
    private final Map<EventLoop, StreamPacer> pacers = new ConcurrentHashMap<>();
    private final EventLoopGroup loops;
    private final RtspServer server;
    private final LongSupplier monoNanos;
    private volatile boolean over;

    /**
     * @param address where it listens; port 0 takes any free one
     * @throws IOException when the port cannot be had
     */
    public Fleet(InetSocketAddress address, int cameras, StreamPattern pattern, Arrival arrival, LongSupplier monoNanos)
            throws IOException {
        this.monoNanos = monoNanos;
        NettyTransport transport = NettyTransport.best();
        loops = transport.loops(Runtime.getRuntime().availableProcessors(), "fleet");
        server = new RtspServer(
                new RtspServerSettings(address, "Watchkeep bench", RtspServerSettings.DEFAULT_SESSION_TIMEOUT_SECONDS),
                transport,
                loops,
                new SecureRandom(),
                monoNanos);
        for (int i = 0; i < cameras; i++) {
            server.mount("/cam" + (i + 1), new Camera(i, cameras, pattern, arrival));
        }
    }

    public int port() {
        return server.address().getPort();
    }

    public FleetFigures figures() {
        return counters.figures();
    }

    /** Every stream ends with the picture it is sending; the connections stay. */
    public void endStreams() {
        over = true;
    }

    @Override
    public void close() {
        over = true;
        server.close();
        loops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** One camera; each player gets a stream of its own. Any thread. */
    private final class Camera implements MediaSource {
        private final int index;
        private final int cameras;
        private final StreamPattern pattern;
        private final Arrival arrival;
        private final String sdp;

        Camera(int index, int cameras, StreamPattern pattern, Arrival arrival) {
            this.index = index;
            this.cameras = cameras;
            this.pattern = pattern;
            this.arrival = arrival;
            this.sdp = String.join(
                    "\r\n",
                    "v=0",
                    "o=- " + (index + 1) + " 1 IN IP4 127.0.0.1",
                    "s=bench camera " + (index + 1),
                    "t=0 0",
                    "a=control:*",
                    "m=video 0 RTP/AVP " + SyntheticH264.PAYLOAD_TYPE,
                    "a=rtpmap:" + SyntheticH264.PAYLOAD_TYPE + " H264/" + SyntheticH264.CLOCK_RATE,
                    "a=fmtp:" + SyntheticH264.PAYLOAD_TYPE + " " + SyntheticH264.formatParameters(),
                    "a=control:trackID=0",
                    "");
        }

        @Override
        public String sdp() {
            return sdp;
        }

        /** Cameras begin spread over a group of pictures, or all key pictures would come at once. */
        @Override
        public MediaSubscription subscribe(MediaSink sink) {
            long groupNanos = pattern.pictureNanos() * pattern.groupPictures();
            long start = monoNanos.getAsLong() + groupNanos * index / cameras;
            PacedStream stream = new PacedStream(pattern, arrival, sink, counters, () -> over, index + 1, start);
            pacers.computeIfAbsent(sink.loop(), loop -> new StreamPacer(loop, monoNanos))
                    .add(stream);
            return stream;
        }
    }
}
