// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** Takes JPEG pictures apart from their packaging, in order, as their bytes arrive. Called on the event loop of the connection. */
public interface JpegSink {
    /**
     * A picture begins.
     *
     * @param header all markers from SOI to SOS, between position and limit, valid during the call only; empty where the camera
     *     sends them itself, as the first of the bytes that follow
     * @param format what a decoder must know before it
     */
    void pictureStart(ByteBuffer header, JpegFormat format) throws StreamFormatException;

    /** More of its entropy-coded bytes. The buffer is the caller's; it is valid during the call only. */
    void pictureBytes(ByteBuf from, int index, int length) throws StreamFormatException;

    /** Bytes of the picture at hand are missing, or cannot be used: no more of it will come. */
    void pictureLost();
}
