// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.List;

/**
 * What a recorder must know of a sequence parameter set (H.265 7.3.2.2, Annex E). Immutable.
 *
 * @param subLayers temporal sub-layers, 1 to 7
 * @param chromaFormatIdc 1 is 4:2:0
 * @param width in luma samples, within the conformance window
 * @param height in luma samples, within the conformance window
 * @param reorderPictures how many pictures may be sent before one that is shown earlier
 * @param frameTicks length of a picture as the camera declares it, on a 90 kHz clock; 0 where it does not
 * @param minSpatialSegmentation min_spatial_segmentation_idc; 0 where it is not said
 * @param meaning all that a decoder would act on: declared timing and buffer models are left out, for cameras rewrite
 *     those while nothing changes in the picture
 */
record H265Sps(
        int id,
        int vpsId,
        H265Profile profile,
        int subLayers,
        boolean isTemporalIdNested,
        int chromaFormatIdc,
        int bitDepthLuma,
        int bitDepthChroma,
        int width,
        int height,
        int reorderPictures,
        long frameTicks,
        int minSpatialSegmentation,
        List<Long> meaning) {
    H265Sps {
        meaning = List.copyOf(meaning);
    }

    /** Reads a NAL unit of type 33. Bytes after its end are not looked at. */
    static H265Sps parse(byte[] nal, int length) throws BitstreamFormatException {
        return new H265SpsParser(BitReader.ofNal(nal, length, H265Units.HEADER_BYTES)).parse();
    }

    /** E.3.1: a tick is a picture's time. Both numbers have 32 bits. */
    static long ticks(long unitsInTick, long timeScale) {
        return timeScale == 0 ? 0 : unitsInTick * 90_000 / timeScale;
    }
}
