// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
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
    private final Map<Integer, TransportHeader.Channels> tracks = new TreeMap<>();
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
    boolean setUp(int track, TransportHeader.Channels channels) {
        boolean taken = tracks.entrySet().stream()
                .filter(e -> e.getKey() != track)
                .map(Map.Entry::getValue)
                .anyMatch(c -> c.rtp() == channels.rtp()
                        || c.rtp() == channels.rtcp()
                        || c.rtcp() == channels.rtp()
                        || c.rtcp() == channels.rtcp());
        if (taken || channels.rtcp() > TransportHeader.Channels.MAX || tracks.size() == MAX_TRACKS) {
            return false;
        }
        tracks.put(track, channels);
        return true;
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
            return !stopped && channel.isWritable();
        }

        @Override
        public void sendRtp(int track, ByteBuf packet) {
            TransportHeader.Channels channels = tracks.get(track);
            send(channels == null ? -1 : channels.rtp(), packet);
        }

        @Override
        public void sendRtcp(int track, ByteBuf packet) {
            TransportHeader.Channels channels = tracks.get(track);
            send(channels == null ? -1 : channels.rtcp(), packet);
        }

        /** RFC 2326 10.12: '$', channel, 16 bits of length, packet. The header is gathered with the packet, not copied. */
        private void send(int channelNumber, ByteBuf packet) {
            int length = packet.readableBytes();
            if (channelNumber < 0 || stopped || !channel.isActive()) {
                packet.release();
                return;
            }
            if (length > 0xffff) {
                packet.release();
                throw new IllegalArgumentException("packet: " + length + " bytes (expected: at most 65535)");
            }
            ByteBuf header = channel.alloc().directBuffer(4, 4);
            header.writeByte('$').writeByte(channelNumber).writeShort(length);
            channel.write(header, channel.voidPromise());
            channel.write(packet, channel.voidPromise());
        }

        @Override
        public void flush() {
            channel.flush();
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
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener(sent -> ((DuplexChannel) channel).shutdownOutput());
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
