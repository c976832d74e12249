// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

/**
 * Names the key of one stream in one epoch that a hold keeps beyond its epoch's root. Immutable.
 *
 * @param epoch number of the key epoch
 * @param stream number of the stream in its store
 */
public record HeldKey(long epoch, int stream) implements Comparable<HeldKey> {
    public HeldKey {
        if (epoch < 1 || stream < 1) {
            throw new IllegalArgumentException(
                    "held key: epoch " + epoch + ", stream " + stream + " (expected: both >= 1)");
        }
    }

    @Override
    public int compareTo(HeldKey other) {
        int byEpoch = Long.compare(epoch, other.epoch);
        return byEpoch != 0 ? byEpoch : Integer.compare(stream, other.stream);
    }

    @Override
    public String toString() {
        return "epoch " + epoch + " stream " + stream;
    }
}
