// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * What stands behind a path of the {@link RtspServer} that clients push to (ANNOUNCE and RECORD, RFC 2326 10.3 and 10.11):
 * one camera, one publisher at a time. Any thread; nothing here may block.
 */
public interface MediaReceiver {
    /** Somebody is pushing. */
    boolean isTaken();

    /**
     * RECORD was asked for by a client that is logged in.
     *
     * @return where its packets go; empty when somebody else is pushing
     */
    Optional<Stream> begin(RtspTrack track, Publisher publisher);

    /** Where a publisher's packets go. Called on its connection's event loop. */
    interface Stream {
        /** The packet is the connection's: valid during the call. */
        void onRtp(ByteBuf packet);

        /** As {@link #onRtp}. */
        void onRtcp(ByteBuf packet);

        /** The publisher is gone, or said goodbye. Once, and last. */
        void onEnd(String detail);
    }

    /** The client that pushes. Any thread. */
    interface Publisher {
        /** How it logged in, as {@code digest-md5}. */
        String authLabel();

        /** What became of its datagrams that did not come as they should. */
        default DatagramCounts datagrams() {
            return DatagramCounts.NONE;
        }

        /** Reads no more from it until told otherwise: what it sends waits in the network; datagrams are dropped. */
        void pause();

        void resume();

        /** Closes its connection. */
        void close(String why);
    }
}
