// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

/**
 * A camera's user name and password, and how they may be said. Immutable; never shows the password.
 *
 * @param preference looked at by clients only
 */
public record Credentials(String user, String password, LoginPreference preference) {
    /** For Digest only. */
    public Credentials(String user, String password) {
        this(user, password, LoginPreference.DIGEST);
    }

    public Credentials with(LoginPreference other) {
        return new Credentials(user, password, other);
    }

    @Override
    public String toString() {
        return "Credentials[user=" + user + ", password=(hidden), preference=" + preference + "]";
    }
}
