// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Opens connections whose handlers run on one event loop; {@link TcpConnector}, or a camera of a test in memory. */
public interface Connector {
    /** Calls back on the event loop: the handler's {@code channelActive}, or what went wrong. */
    void connect(RtspUrl to, ChannelHandler handler, Consumer<IOException> onFailure);

    /**
     * Opens UDP ports, on the event loop.
     *
     * @param localEnd our end of the connection to the camera: the ports are opened at the same address; null
     *     when there is none any more
     */
    default PortPair openPorts(@Nullable SocketAddress localEnd, PortPair.Receiver receiver) throws IOException {
        throw new IOException("this connector opens no UDP ports");
    }

    /** The same, believing certificates by this. */
    default Connector trusting(TlsTrust trust) {
        return this;
    }
}
