// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.util.function.Consumer;

/** Opens connections whose handlers run on one event loop; {@link TcpConnector}, or a camera of a test in memory. */
public interface Connector {
    /** Calls back on the event loop: the handler's {@code channelActive}, or what went wrong. */
    void connect(RtspUrl to, ChannelHandler handler, Consumer<IOException> onFailure);
}
