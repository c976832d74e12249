// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

/** What keepalives tell of a session. Called on the session's event loop; whoever does not care need do nothing. */
public interface KeepaliveListener {
    /** The camera answered, whatever it said: it lives. */
    default void onKeptAlive() {}

    /**
     * The camera refused the login while it plays. The session goes on without it: whether media flow on is for the camera.
     *
     * @param detail for people; never a password
     */
    default void onLoginRefused(String detail) {}
}
