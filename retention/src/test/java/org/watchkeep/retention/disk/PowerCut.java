// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.disk;

/**
 * The power went. Thrown by the operation of a {@link FakeDisk} in which it happened and by every one after it, on every
 * thread: a process that has lost its power does nothing more. Unchecked, so that no handler of I/O errors takes it for
 * a failing disk.
 */
public final class PowerCut extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PowerCut(String message) {
        super(message);
    }
}
