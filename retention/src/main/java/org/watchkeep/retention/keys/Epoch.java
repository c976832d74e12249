// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.util.regex.Pattern;

/**
 * A key epoch: about an hour of one retention class under one random root. Immutable.
 *
 * @param number global over all classes, from 1, ascending, never reused
 * @param classId retention class, {@link #CLASS_ID}
 * @param openedUtcMicros recorder UTC when its root was made
 */
public record Epoch(long number, String classId, long openedUtcMicros, State state) {

    /** Where an epoch is in its life: LIVE to ERASED, never back. */
    public enum State {
        /** Its root stands in the homes and its keys are handed out. */
        LIVE,
        /** Its root was overwritten: nothing of it can be read again. */
        ERASED
    }

    /** What a slot has room for, and what is safe in a message or a file name. */
    public static final Pattern CLASS_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,39}");

    public Epoch {
        if (number < 1) {
            throw new IllegalArgumentException("epoch number: " + number + " (expected: >= 1)");
        }
        if (!CLASS_ID.matcher(classId).matches()) {
            throw new IllegalArgumentException("class id: " + classId + " (expected: " + CLASS_ID + ")");
        }
    }
}
