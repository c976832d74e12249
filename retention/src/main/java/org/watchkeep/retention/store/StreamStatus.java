// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

/**
 * What the store has done for one stream since it was opened. Immutable snapshot.
 *
 * @param acknowledgedMicros media time made durable
 * @param acknowledgedFragments fragments made durable
 * @param acknowledgedBytes payload bytes made durable
 * @param droppedFragments whole fragments dropped because the disk could not keep up (each is part of a gap)
 * @param lastAcknowledgedEndUtcMicros end of the newest durable fragment; 0 before the first
 */
public record StreamStatus(
        long acknowledgedMicros,
        long acknowledgedFragments,
        long acknowledgedBytes,
        long droppedFragments,
        long lastAcknowledgedEndUtcMicros) {}
