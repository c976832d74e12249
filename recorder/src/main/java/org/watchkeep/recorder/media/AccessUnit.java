// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

/** One access unit (H.264 3.1, H.265 3.1) in the chain of its track: where its bytes are and what is known of it. Confined to its event loop. */
final class AccessUnit {
    /** Places in the track's {@link SlabChain}. */
    final long from;

    long to;
    int sizeBytes;

    /** RTP time in 64 bits, and the same as media time of the session: when the picture is shown. */
    long rtpTicks;

    long ticks;

    long arrivalMonoNanos;
    long arrivalUtcMicros;

    /** An IDR picture, or one at which a recovery point with nothing to wait for stands. */
    boolean isKey;
    /** Packets that were of it, or may have been, are lost. */
    boolean isDamaged;
    /** Refers to pictures before its key picture (H.265: RASL): where decoding began at that one it cannot be decoded. */
    boolean isSkippedAtStart;
    /** Holds a slice. */
    boolean hasPicture;
    /** Holds the slice that a picture begins with. */
    boolean hasFirstSlice;
    /** Place of the first slice's NAL unit; meaningless before there is one. */
    long firstSlice;

    AccessUnit(long from) {
        this.from = from;
        this.to = from;
    }
}
