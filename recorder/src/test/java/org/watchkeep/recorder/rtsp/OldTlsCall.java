// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCameras;
import org.watchkeep.recorder.camera.TlsQuirk;

/** Calls by TLS, as the recorder does, and says what came of it. */
final class OldTlsCall {
    private OldTlsCall() {}

    /** For a Java of its own, whose settings let old TLS be spoken: prints the version that a camera of old TLS was called by. */
    public static void main(String[] arguments) throws Exception {
        SimulatedCamera camera = SimulatedCamera.drawn(1, "Old").withQuirks(List.of(TlsQuirk.OLD_TLS_ONLY));
        try (SimulatedCameras fleet = SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CameraClock.system(), List.of(camera))) {
            System.out.println(call(
                    fleet.urls().get(0),
                    TlsTrust.pinned(fleet.certificateSha256()).withOldTls()));
        }
    }

    /** The version of TLS that was agreed on, or what went wrong. */
    static String call(URI url, TlsTrust trust) throws Exception {
        EventLoopGroup loops = NettyTransport.best().loops(1, "tls");
        ExecutorService names = Executors.newSingleThreadExecutor();
        CompletableFuture<String> outcome = new CompletableFuture<>();
        try {
            EventLoop loop = loops.next();
            RtspUrl to = RtspUrl.parse(url.toString().replaceFirst("^rtsp:", "rtsps:"));
            new TcpConnector(NettyTransport.best(), loop, names)
                    .trusting(trust)
                    .connect(
                            to,
                            new ChannelInboundHandlerAdapter() {
                                @Override
                                public void channelActive(ChannelHandlerContext context) {
                                    SslHandler tls = context.pipeline().get(SslHandler.class);
                                    outcome.complete(tls.engine().getSession().getProtocol());
                                }
                            },
                            (IOException failure) -> outcome.complete(String.valueOf(failure.getMessage())));
            return outcome.get(20, TimeUnit.SECONDS);
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
            names.shutdownNow();
        }
    }
}
