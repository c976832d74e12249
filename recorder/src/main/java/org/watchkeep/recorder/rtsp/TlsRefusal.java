// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * A server whose TLS is older than any that its client knows: what begins like TLS is answered with the alert {@code
 * protocol_version} (RFC 5246 7.2.2), the rest is RTSP in clear. Confined to the connection's event loop.
 */
final class TlsRefusal extends ChannelInboundHandlerAdapter {
    private static final int HANDSHAKE = 22;

    /** Alert, TLS 1.0, two bytes: fatal, protocol_version. */
    private static final byte[] PROTOCOL_VERSION = {21, 3, 1, 0, 2, 2, 70};

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        ByteBuf bytes = (ByteBuf) read;
        if (!bytes.isReadable() || bytes.getUnsignedByte(bytes.readerIndex()) != HANDSHAKE) {
            ctx.pipeline().remove(this);
            ctx.fireChannelRead(read);
            return;
        }
        bytes.release();
        ctx.writeAndFlush(Unpooled.wrappedBuffer(PROTOCOL_VERSION)).addListener(ChannelFutureListener.CLOSE);
    }
}
