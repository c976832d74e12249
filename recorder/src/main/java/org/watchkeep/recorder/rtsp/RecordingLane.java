// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import org.watchkeep.recorder.rtp.Tolerance;

/** The way by which the packets of one track come that is pushed to us. Confined to the connection's event loop. */
sealed interface RecordingLane {
    /** Where a track's packets go. */
    interface Sink {
        /** Something came from the publisher: a sign of life. */
        void onHeard();

        void onRtp(ByteBuf packet);

        void onRtcp(ByteBuf packet);

        /** What came cannot be understood. */
        void onBadBytes(IOException cause);
    }

    /** What SETUP is answered with. */
    String granted();

    /** RECORD was accepted. */
    void open();

    /** Hands on what still waits for packets before it. */
    void flush();

    /** No more packets. */
    void close();

    /** The interleaved channel of RTP, or our port. */
    int channel();

    /** What became of packets that did not come as they should. Any thread. */
    default DatagramCounts datagrams() {
        return DatagramCounts.NONE;
    }

    /** In the RTSP connection. */
    record Interleaved(TransportHeader.Channels channels, Sink sink) implements RecordingLane {
        @Override
        public String granted() {
            return TransportHeader.request(channels);
        }

        boolean isKnown(int number) {
            return channels.rtp() == number || channels.rtcp() == number;
        }

        void onFrame(int number, ByteBuf packet) {
            if (channels.rtp() == number) {
                sink.onRtp(packet);
            } else if (channels.rtcp() == number) {
                sink.onRtcp(packet);
            }
        }

        @Override
        public void open() {}

        @Override
        public void flush() {}

        @Override
        public void close() {}

        @Override
        public int channel() {
            return channels.rtp();
        }
    }

    /** In datagrams, from the publisher's address alone; put in order, and reported on. */
    record Datagrams(UdpReceiver receiver, TransportHeader.Ports asked) implements RecordingLane {
        static Datagrams open(
                ServerRecording.Client from,
                TransportHeader.Ports asked,
                UdpReceiver.Track track,
                Set<Tolerance> tolerances,
                Sink sink)
                throws IOException {
            Channel connection = from.channel();
            InetAddress client = ((InetSocketAddress) connection.remoteAddress()).getAddress();
            UdpReceiver receiver = new UdpReceiver(
                    track, Timers.of(connection.eventLoop()), from.server().random(), tolerances, new Told(sink));
            receiver.openPorts(from.ports());
            receiver.granted(DatagramPeer.publisher(client, asked));
            return new Datagrams(receiver, asked);
        }

        @Override
        public String granted() {
            return TransportHeader.grant(asked, receiver.ports());
        }

        @Override
        public void open() {
            receiver.open();
            receiver.playing();
        }

        @Override
        public void flush() {
            receiver.flush();
        }

        @Override
        public void close() {
            receiver.close();
        }

        @Override
        public int channel() {
            return receiver.rtpPort();
        }

        @Override
        public DatagramCounts datagrams() {
            return receiver.counts();
        }

        private record Told(Sink sink) implements UdpReceiver.Owner {
            @Override
            public void onBytes() {
                sink.onHeard();
            }

            @Override
            public void onRtp(ByteBuf packet) {
                sink.onRtp(packet);
            }

            @Override
            public void onRtcp(ByteBuf packet) {
                sink.onRtcp(packet);
            }

            /** The end is said by TEARDOWN, or by the connection; datagrams sent before it may still be under way. */
            @Override
            public void onGoodbye() {}

            @Override
            public void onBadBytes(IOException cause) {
                sink.onBadBytes(cause);
            }
        }
    }
}
