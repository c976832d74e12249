// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

/** A camera's user name and password. Immutable; never shows the password. */
public record Credentials(String user, String password) {
    @Override
    public String toString() {
        return "Credentials[user=" + user + ", password=(hidden)]";
    }
}
