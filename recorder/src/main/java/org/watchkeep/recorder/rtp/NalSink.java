// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import io.netty.buffer.ByteBuf;

/**
 * Takes NAL units apart from their packaging, in order, as their bytes arrive. Between {@link #nalStart} and {@link #nalEnd}
 * the bytes of exactly one NAL unit pass. Called on the event loop of the connection.
 */
public interface NalSink {
    /** A NAL unit begins with this header byte, which is part of it. */
    void nalStart(int header) throws StreamFormatException;

    /** More of its bytes. The buffer is the caller's; it is valid during the call only. */
    void nalBytes(ByteBuf from, int index, int length) throws StreamFormatException;

    /** More of its bytes, all zero: they had been held back until it was clear that no start code follows. */
    void nalZeros(int count) throws StreamFormatException;

    /**
     * It is over.
     *
     * @param isWhole whether all its bytes passed; otherwise the rest is lost
     */
    void nalEnd(boolean isWhole) throws StreamFormatException;

    /** Bytes came that belong to a NAL unit whose start is lost, or that cannot be taken apart: they are not passed on. */
    void nalLost();
}
