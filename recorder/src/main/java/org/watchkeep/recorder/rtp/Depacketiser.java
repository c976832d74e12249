// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import io.netty.buffer.ByteBuf;

/**
 * Takes the RTP payloads of one codec apart and passes their bytes on. Packets must come in order; {@link #onLoss} says where
 * some are missing. Confined to its event loop.
 */
public interface Depacketiser {
    /**
     * Whether a payload carries on the picture that the payload before it was of. Used where timestamp and marker contradict
     * each other, and so the same for every state of the depacketiser.
     */
    boolean continuesPicture(ByteBuf packet, int index, int length);

    /** Whether a payload begins a picture for certain, whatever came before it: where markers and timestamps say nothing. */
    default boolean beginsPicture(ByteBuf packet, int index, int length) {
        return false;
    }

    /** Takes one payload apart. The buffer is the caller's; it is valid during the call only. */
    void onPayload(ByteBuf packet, int index, int length) throws StreamFormatException;

    /** Packets are missing here: what is open stays without its rest. */
    void onLoss() throws StreamFormatException;

    /** The picture is over, though what is open has not said so: no packet is missing, so all its bytes are here. */
    void onPictureEnd() throws StreamFormatException;

    /** Forgets what is open without a word to the sink, which has dropped it. */
    void reset();

    /** Whether something that is spread over several payloads has begun and not ended. */
    boolean isFragmentOpen();

    /** Units left out: unknown or reserved, or nothing inside. */
    long ignored();

    /** Payloads that could not be taken apart, whole or in part. */
    long malformed();
}
