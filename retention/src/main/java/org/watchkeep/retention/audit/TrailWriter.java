// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

/** Where acts are entered before they are done. {@link Trail} is the real one; tests make one that refuses. */
@FunctionalInterface
public interface TrailWriter {
    /**
     * Returns when the entry is durable. Any thread; waits for one sync, shared with all who append at the same time.
     *
     * @throws TrailException when it cannot be made durable: the act must not be done
     * @throws IllegalArgumentException when it says that it happened after now
     */
    Appended append(NewEntry entry) throws TrailException;
}
