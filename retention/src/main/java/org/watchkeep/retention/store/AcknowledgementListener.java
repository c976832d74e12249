// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

/** Hears of each fragment once it is durable. Runs on a volume's writer thread after the sync: be quick, never block. */
@FunctionalInterface
public interface AcknowledgementListener {
    AcknowledgementListener NONE = (stream, run, sequence, digest) -> {};

    /**
     * The fragment will survive {@code kill -9} and a power cut.
     *
     * @param digest SHA-256 of its payload, taken at receipt
     */
    void acknowledged(StreamId stream, long run, long sequence, Digest digest);

    /**
     * As above, for those who measure how long it took.
     *
     * @param startMonoNanos when its first picture was taken, on the recorder's monotonic clock
     */
    default void acknowledged(StreamId stream, long run, long sequence, Digest digest, long startMonoNanos) {
        acknowledged(stream, run, sequence, digest);
    }
}
