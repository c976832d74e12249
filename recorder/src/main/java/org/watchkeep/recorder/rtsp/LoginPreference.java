// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

/** Which kinds of login a camera may be given. */
public enum LoginPreference {
    /** Digest only, the strongest first: the password never leaves us in clear. What holds where nothing else is said. */
    DIGEST,
    /** Digest, and Basic where the camera offers no Digest or refuses it (old Hikvision): with a warning. */
    ANY,
    /** Basic only, for a camera whose Digest is known to be wrong. */
    BASIC;

    boolean allowsDigest() {
        return this != BASIC;
    }

    boolean allowsBasic() {
        return this != DIGEST;
    }
}
