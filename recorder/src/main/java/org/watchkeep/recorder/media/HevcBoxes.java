// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.nio.ByteBuffer;
import java.util.List;

/** The box of an {@code hvc1} sample entry. */
final class HevcBoxes {
    /** array_completeness: all sets of the kind stand here, as {@code hvc1} wants it (docs/decisions/019). */
    private static final int COMPLETE = 0x80;

    private HevcBoxes() {}

    /** ISO/IEC 14496-15 8.3.3.1. Lengths in samples have four bytes; frame rates are not said. */
    static ByteBuffer hvcC(H265Sps sps, int parallelism, List<byte[]> vps, List<byte[]> spss, List<byte[]> pps) {
        H265Profile profile = sps.profile();
        BoxWriter out = new BoxWriter(256);
        int box = out.begin("hvcC");
        out.int8(1)
                .int8(profile.space() << 6 | (profile.isHighTier() ? 0x20 : 0) | profile.idc())
                .int32(profile.compatibility())
                .int16((int) (profile.constraints() >>> 32))
                .int32((int) profile.constraints())
                .int8(profile.levelIdc());
        out.int16(0xf000 | sps.minSpatialSegmentation())
                .int8(0xfc | parallelism)
                .int8(0xfc | sps.chromaFormatIdc())
                .int8(0xf8 | (sps.bitDepthLuma() - 8))
                .int8(0xf8 | (sps.bitDepthChroma() - 8))
                .int16(0);
        // constantFrameRate 0, numTemporalLayers, temporalIdNested, lengthSizeMinusOne 3.
        out.int8(sps.subLayers() << 3 | (sps.isTemporalIdNested() ? 4 : 0) | 3).int8(3);
        array(out, H265ParameterSets.VPS, vps);
        array(out, H265ParameterSets.SPS, spss);
        array(out, H265ParameterSets.PPS, pps);
        return out.end(box).toBuffer();
    }

    private static void array(BoxWriter out, int type, List<byte[]> units) {
        out.int8(COMPLETE | type).int16(units.size());
        for (byte[] unit : units) {
            out.int16(unit.length).bytes(unit);
        }
    }
}
