// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Stands behind a TLS handler until the camera has proved itself; only then does the connection begin for whoever uses it.
 * Confined to the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails shows in the pipeline
final class TlsGate extends ChannelInboundHandlerAdapter {
    private final ChannelHandler behind;
    private final Consumer<IOException> onFailure;
    private boolean isOver;

    TlsGate(ChannelHandler behind, Consumer<IOException> onFailure) {
        this.behind = behind;
        this.onFailure = onFailure;
    }

    /** Not yet: it follows the handshake. */
    @Override
    public void channelActive(ChannelHandlerContext ctx) {}

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done && !isOver) {
            if (done.isSuccess()) {
                isOver = true;
                ctx.pipeline().addLast(behind);
                ctx.fireChannelActive();
                ctx.pipeline().remove(this);
            } else {
                fail(ctx, done.cause());
            }
        }
    }

    private void fail(ChannelHandlerContext ctx, Throwable cause) {
        isOver = true;
        ctx.close();
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String hint = String.valueOf(root.getMessage()).contains("protocol")
                ? " (expected: TLS 1.2 or 1.3; for a camera that knows older ones alone set tls.oldVersions, in a Java"
                        + " whose jdk.tls.disabledAlgorithms lets it)"
                : "";
        onFailure.accept(new IOException("TLS: " + root.getMessage() + hint, cause));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!isOver) {
            fail(ctx, new IOException("the camera closed the connection during the handshake"));
        }
    }

    /** The handshake's end says the same, better. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!isOver) {
            fail(ctx, cause);
        }
    }
}
