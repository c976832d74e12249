// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

/** What stands behind a mount of the {@link RtspServer}: a simulated camera, or recorded footage. Any thread. */
public interface MediaSource {
    /**
     * The session description, each media section with a relative {@code a=control:}. Asked for at each DESCRIBE and SETUP,
     * on an event loop: must not block.
     */
    String sdp();

    /**
     * A client plays. Called on the sink's event loop after the reply to PLAY was written; packets may be sent from within
     * this call on.
     */
    MediaSubscription subscribe(MediaSink sink);

    /** How one client is borne towards: asked for once a connection, on its event loop. */
    default Manners manners() {
        return Manners.PLAIN;
    }
}
