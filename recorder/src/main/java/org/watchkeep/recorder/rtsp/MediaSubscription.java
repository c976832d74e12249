// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

/** One client's playing of a {@link MediaSource}. Both are called on the sink's event loop. */
public interface MediaSubscription {
    /** The connection takes packets again, after {@link MediaSink#isWritable} had said no. */
    void onWritable();

    /** The client has reported on what it receives (RTCP). */
    default void onReport() {}

    /** Paused, torn down, or the connection is gone. Called once; the sink takes nothing any more. */
    void stop();
}
