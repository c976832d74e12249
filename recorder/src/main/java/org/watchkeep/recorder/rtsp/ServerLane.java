// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;

/** The way that one track's packets go to one client of the {@link RtspServer}. Confined to the connection's event loop. */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write that fails shows in the pipeline: channelInactive, exceptionCaught
interface ServerLane {
    /** Takes ownership. */
    void sendRtp(ByteBuf packet);

    /** As {@link #sendRtp}. */
    void sendRtcp(ByteBuf packet);

    boolean isWritable();

    void flush();

    /** No more packets. */
    void close();

    /** In the RTSP connection. */
    record Interleaved(Channel connection, TransportHeader.Channels channels) implements ServerLane {
        boolean collidesWith(TransportHeader.Channels others) {
            return channels.rtp() == others.rtp()
                    || channels.rtp() == others.rtcp()
                    || channels.rtcp() == others.rtp()
                    || channels.rtcp() == others.rtcp();
        }

        @Override
        public void sendRtp(ByteBuf packet) {
            send(channels.rtp(), packet);
        }

        @Override
        public void sendRtcp(ByteBuf packet) {
            send(channels.rtcp(), packet);
        }

        /** RFC 2326 10.12: '$', channel, 16 bits of length, packet. The header is gathered with the packet, not copied. */
        private void send(int number, ByteBuf packet) {
            int length = packet.readableBytes();
            if (length > 0xffff) {
                packet.release();
                throw new IllegalArgumentException("packet: " + length + " bytes (expected: at most 65535)");
            }
            ByteBuf header = connection.alloc().directBuffer(4, 4);
            header.writeByte('$').writeByte(number).writeShort(length);
            connection.write(header, connection.voidPromise());
            connection.write(packet, connection.voidPromise());
        }

        @Override
        public boolean isWritable() {
            return connection.isWritable();
        }

        /** Flushed with the connection. */
        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /** In datagrams. */
    record Datagrams(PortPair ports, InetSocketAddress rtpTo, InetSocketAddress rtcpTo) implements ServerLane {
        @Override
        public void sendRtp(ByteBuf packet) {
            ports.sendRtp(packet, rtpTo);
        }

        @Override
        public void sendRtcp(ByteBuf packet) {
            ports.sendRtcp(packet, rtcpTo);
        }

        @Override
        public boolean isWritable() {
            return ports.isWritable();
        }

        @Override
        public void flush() {
            ports.flush();
        }

        @Override
        public void close() {
            ports.close();
        }
    }
}
