// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

/**
 * How a session ended. Immutable.
 *
 * @param detail what was seen, for people; never a password
 */
public record SessionEnd(Reason reason, String detail) {
    /** What kind of end. */
    public enum Reason {
        /** No connection, or no answer to a request of the dialogue. */
        UNREACHABLE,
        /** The connection closed or broke after the dialogue had begun. */
        LOST,
        /** The camera wants a login that we do not have, or refuses the one we have. */
        LOGIN_REFUSED,
        /** The camera answered with an error, or offers nothing we record. */
        REFUSED,
        /** What came cannot be understood. */
        BAD_STREAM,
        /** The dialogue was done, and not one packet came by the transport that was granted. */
        SILENT,
        /** Our side asked for the end. */
        CLOSED
    }
}
