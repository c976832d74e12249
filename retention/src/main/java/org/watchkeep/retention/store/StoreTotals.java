// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

/**
 * How much the store holds now. Immutable.
 *
 * @param reels reels with footage
 * @param fragments fragments that can be read
 * @param bytes their records' bytes
 */
public record StoreTotals(long reels, long fragments, long bytes) {}
