// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import org.watchkeep.retention.store.StreamId;

/**
 * Something about a camera that a person must see to. Immutable.
 *
 * @param text what was seen; never a password
 */
public record Alarm(StreamId stream, Kind kind, String text) {
    /** What needs a person. */
    public enum Kind {
        /** The camera refuses the login: trying on would only make it ban us. */
        LOGIN_REFUSED,
        /** Packets come and no picture of them can be kept: nothing is recorded, though the camera seems well. */
        NO_PICTURES
    }
}
