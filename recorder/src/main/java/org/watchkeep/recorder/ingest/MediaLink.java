// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import org.watchkeep.recorder.rtsp.DatagramCounts;
import org.watchkeep.recorder.rtsp.RtspSession;

/** Where a session's packets come from: a camera that we call, or one that pushes. Confined to the camera's event loop. */
interface MediaLink {
    /** From now on the listener is told. Once. */
    void start();

    /** Ends it; the listener hears of the end, at once or a little later. */
    void close(String why);

    /** {@code none}, {@code basic}, {@code digest-md5} and the like. */
    String authLabel();

    /** What became of datagrams that did not come as they should; zeros where media come in the connection. */
    DatagramCounts datagrams();

    /** Whether the time of a packet's arrival matters. One that is pushed is read as it comes. */
    default void readAtOnce(boolean isWanted) {}

    /** A camera that is called. */
    static MediaLink of(RtspSession session) {
        return new MediaLink() {
            @Override
            public void start() {
                session.start();
            }

            @Override
            public void close(String why) {
                session.close(why);
            }

            @Override
            public String authLabel() {
                return session.authLabel();
            }

            @Override
            public DatagramCounts datagrams() {
                return session.datagrams();
            }

            @Override
            public void readAtOnce(boolean isWanted) {
                session.readAtOnce(isWanted);
            }
        };
    }
}
