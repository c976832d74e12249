// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

/**
 * What the {@link ConnectBudget} is doing at one moment. Immutable.
 *
 * @param connecting calls under way
 * @param waiting cameras that wait for their turn
 * @param mostConnecting the most calls under way at a time, since the start
 * @param calls all calls since the start
 */
public record ConnectLoad(int connecting, int waiting, int mostConnecting, long calls) {
    static final ConnectLoad NONE = new ConnectLoad(0, 0, 0, 0);
}
