// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.EnumSet;
import java.util.Set;

/** What stands behind a mount of the {@link RtspServer}: a simulated camera, or recorded footage. Any thread. */
public interface MediaSource {
    /**
     * The session description, each media section with a relative {@code a=control:}. Asked for at each DESCRIBE and SETUP,
     * on an event loop: must not block.
     */
    String sdp();

    /** By which ways it is served; where {@link MediaTransport#RTSPS} alone is, nothing is answered outside TLS. */
    default Set<MediaTransport> transports() {
        return EnumSet.allOf(MediaTransport.class);
    }

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
