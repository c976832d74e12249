// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

/**
 * What is the same for all pictures of a JPEG stream until the camera is set otherwise. Immutable.
 *
 * @param width in luma samples
 * @param height in luma samples
 * @param sampling of the first component, as SOF says it: {@code 0x21} or {@code 0x22}
 */
public record JpegFormat(int width, int height, int sampling) {
    /** Chroma halved across: type 0 of RFC 2435. */
    public static final int SAMPLING_422 = 0x21;

    /** Chroma halved both ways: type 1. */
    public static final int SAMPLING_420 = 0x22;
}
