// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.List;

/**
 * What a recorder must know of a video parameter set (H.265 7.3.2.1). Immutable.
 *
 * @param frameTicks length of a picture as the camera declares it, on a 90 kHz clock; 0 where it does not
 * @param meaning what a decoder of one layer would act on: declared timing and extensions are left out
 */
record H265Vps(int id, long frameTicks, List<Long> meaning) {
    H265Vps {
        meaning = List.copyOf(meaning);
    }

    /** Reads a NAL unit of type 32. */
    static H265Vps parse(byte[] nal, int length) throws BitstreamFormatException {
        BitReader in = BitReader.ofNal(nal, length, H265Units.HEADER_BYTES);
        in.note(true);
        int id = (int) in.bits(4);
        in.bits(2); // vps_base_layer_internal_flag, vps_base_layer_available_flag
        in.bits(6); // vps_max_layers_minus1
        int subLayers = (int) in.bits(3);
        H265Profile.checkSubLayers(subLayers);
        in.flag(); // vps_temporal_id_nesting_flag
        in.bits(16);
        H265Profile.parse(in, subLayers);
        boolean isOrderingOfEach = in.flag();
        for (int i = isOrderingOfEach ? 0 : subLayers; i <= subLayers; i++) {
            in.unsigned("vps_max_dec_pic_buffering_minus1", 15);
            in.unsigned("vps_max_num_reorder_pics", 15);
            in.unsigned("vps_max_latency_increase_plus1", 0xffff_fffeL);
        }
        in.note(false);
        return new H265Vps(id, frameTicks(in), in.notes());
    }

    /** Nothing from here on is needed to record: what cannot be read is absent. */
    private static long frameTicks(BitReader in) {
        try {
            int maxLayerId = (int) in.bits(6);
            int layerSets = in.unsigned("vps_num_layer_sets_minus1", 1_023);
            for (int i = 1; i <= layerSets; i++) {
                for (int layer = 0; layer <= maxLayerId; layer++) {
                    in.flag();
                }
            }
            return in.flag() ? H265Sps.ticks(in.bits(32), in.bits(32)) : 0;
        } catch (BitstreamFormatException e) {
            return 0;
        }
    }
}
