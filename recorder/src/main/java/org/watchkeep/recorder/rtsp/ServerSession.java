// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one client has set up, and the sink its packets go to.
 *
 * <pre>
 *   set up ──PLAY──► playing ──PAUSE──► set up        TEARDOWN or a closed connection ends either
 * </pre>
 *
 * <p>Confined to the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close or write that fails shows in the pipeline: channelInactive,
// exceptionCaught
final class ServerSession {
    /** Interleaved channels are a byte: no more tracks than this can be told apart. */
    static final int MAX_TRACKS = 128;

    private final String id;
    private final RtspServer.Mount mount;
    private final Channel channel;
    private final Map<Integer, ServerLane> tracks = new TreeMap<>();
    private @Nullable Playing playing;

    ServerSession(String id, RtspServer.Mount mount, Channel channel) {
        this.id = id;
        this.mount = mount;
        this.channel = channel;
    }

    String id() {
        return id;
    }

    RtspServer.Mount mount() {
        return mount;
    }

    boolean isPlaying() {
        return playing != null;
    }

    /** False when a channel is taken by another track. */
    boolean setUp(int track, ServerLane lane) {
        if (tracks.size() == MAX_TRACKS
                || (lane instanceof ServerLane.Interleaved own && isTaken(track, own.channels()))) {
            return false;
        }
        ServerLane earlier = tracks.put(track, lane);
        if (earlier != null) {
            earlier.close();
        }
        return true;
    }

    private boolean isTaken(int track, TransportHeader.Channels channels) {
        return channels.rtcp() > TransportHeader.Channels.MAX
                || tracks.entrySet().stream()
                        .anyMatch(e -> e.getKey() != track
                                && e.getValue() instanceof ServerLane.Interleaved other
                                && other.collidesWith(channels));
    }

    /** TEARDOWN, or the connection is gone. */
    void close() {
        pause();
        tracks.values().forEach(ServerLane::close);
        tracks.clear();
    }

    /** PLAY while playing changes nothing: some clients use it to keep the session alive. */
    void play() {
        if (playing == null) {
            Playing started = new Playing();
            playing = started;
            started.start();
        }
    }

    void pause() {
        if (playing != null) {
            playing.stop();
            playing = null;
        }
    }

    void onWritable() {
        if (playing != null) {
            playing.onWritable();
        }
    }

    /** The client has reported on what it receives. */
    void onReport() {
        if (playing != null) {
            playing.onReport();
        }
    }

    /** One subscription to the source, from PLAY to PAUSE or the end. */
    private final class Playing implements MediaSink {
        private @Nullable MediaSubscription subscription;
        private boolean stopped;
        private boolean isWritableMissed;

        /** A source that fills the connection from within subscribe may be blocked, and unblocked, before we know it. */
        void start() {
            MediaSubscription begun = mount.source().subscribe(this);
            if (stopped) {
                begun.stop();
                return;
            }
            subscription = begun;
            if (isWritableMissed) {
                begun.onWritable();
            }
        }

        void stop() {
            stopped = true;
            if (subscription != null) {
                subscription.stop();
                subscription = null;
            }
        }

        void onReport() {
            if (subscription != null) {
                subscription.onReport();
            }
        }

        void onWritable() {
            if (subscription != null) {
                subscription.onWritable();
            } else {
                isWritableMissed = true;
            }
        }

        @Override
        public EventLoop loop() {
            return channel.eventLoop();
        }

        @Override
        public Set<Integer> tracks() {
            return Collections.unmodifiableSet(tracks.keySet());
        }

        @Override
        public boolean isWritable() {
            if (stopped || !channel.isWritable()) {
                return false;
            }
            for (ServerLane lane : tracks.values()) {
                if (!lane.isWritable()) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public void sendRtp(int track, ByteBuf packet) {
            ServerLane lane = tracks.get(track);
            if (lane == null || stopped || !channel.isActive()) {
                packet.release();
            } else {
                lane.sendRtp(packet);
            }
        }

        @Override
        public void sendRtcp(int track, ByteBuf packet) {
            ServerLane lane = tracks.get(track);
            if (lane == null || stopped || !channel.isActive()) {
                packet.release();
            } else {
                lane.sendRtcp(packet);
            }
        }

        @Override
        public void flush() {
            channel.flush();
            for (ServerLane lane : tracks.values()) {
                lane.flush();
            }
        }

        @Override
        public void sendRaw(ByteBuf bytes) {
            if (stopped || !channel.isActive()) {
                bytes.release();
                return;
            }
            channel.write(bytes, channel.voidPromise());
        }

        @Override
        public void end() {
            // Closing at once could answer the client's next receiver report with a reset, which discards what it has
            // not read yet.
            SslHandler tls = channel.pipeline().get(SslHandler.class);
            ChannelFuture sent = tls == null ? channel.writeAndFlush(Unpooled.EMPTY_BUFFER) : tls.closeOutbound();
            sent.addListener(done -> ((DuplexChannel) channel).shutdownOutput());
        }

        @Override
        public void disconnect() {
            // SO_LINGER 0: a reset instead of a polite end, as when the power goes.
            if (channel.isOpen()) {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
            }
            channel.close();
        }
    }
}
