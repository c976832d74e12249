// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.watchkeep.recorder.rtsp.NettyTransport;

/**
 * How the recorder runs. Immutable.
 *
 * @param eventLoops threads that receive, cut, hash and encrypt; as many as cores (measured: more gains nothing)
 * @param userAgent what cameras are told we are
 * @param connects how many cameras may be called at a time
 * @param push where cameras that push are listened for; empty for nowhere
 */
public record RecorderSettings(
        NettyTransport transport,
        int eventLoops,
        String userAgent,
        ConnectLimits connects,
        Optional<InetSocketAddress> push) {
    public RecorderSettings {
        if (eventLoops < 1) {
            throw new IllegalArgumentException("eventLoops: " + eventLoops + " (expected: >= 1)");
        }
    }

    /** With the usual limits. */
    public RecorderSettings(NettyTransport transport, int eventLoops, String userAgent) {
        this(transport, eventLoops, userAgent, ConnectLimits.DEFAULT, Optional.empty());
    }

    public RecorderSettings with(ConnectLimits others) {
        return new RecorderSettings(transport, eventLoops, userAgent, others, push);
    }

    /** Listens for cameras that push. */
    public RecorderSettings withPush(InetSocketAddress listen) {
        return new RecorderSettings(transport, eventLoops, userAgent, connects, Optional.of(listen));
    }

    /** What suits this machine. */
    public static RecorderSettings ofThisMachine() {
        return new RecorderSettings(NettyTransport.best(), Runtime.getRuntime().availableProcessors(), "Watchkeep");
    }
}
