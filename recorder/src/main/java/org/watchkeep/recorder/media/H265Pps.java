// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

/**
 * What a recorder must know of a picture parameter set (H.265 7.3.2.3.1). Immutable.
 *
 * @param parallelism as {@code hvcC} says it (ISO/IEC 14496-15 8.3.3.1.3): 1 slices, 2 tiles, 3 wavefronts; 0 is mixed or
 *     unknown
 */
record H265Pps(int id, int spsId, int parallelism) {
    /** Reads a NAL unit of type 34. What stands behind the tools in use (scaling lists, extensions) is not looked at. */
    static H265Pps parse(byte[] nal, int length) throws BitstreamFormatException {
        BitReader in = BitReader.ofNal(nal, length, H265Units.HEADER_BYTES);
        int id = in.unsigned("pps_pic_parameter_set_id", 63);
        int spsId = in.unsigned("pps_seq_parameter_set_id", 15);
        return new H265Pps(id, spsId, parallelism(in));
    }

    /** Cameras write nonsense here too (ret#112), and it is only a hint to decoders. */
    private static int parallelism(BitReader in) {
        try {
            // dependent_slice_segments, output_flag_present, num_extra_slice_header_bits, sign_data_hiding, cabac_init.
            in.bits(7);
            in.unsigned("num_ref_idx_l0_default_active_minus1", 14);
            in.unsigned("num_ref_idx_l1_default_active_minus1", 14);
            in.signed("init_qp_minus26");
            in.bits(2); // constrained_intra_pred_flag, transform_skip_enabled_flag
            if (in.flag()) {
                in.unsigned("diff_cu_qp_delta_depth", 3);
            }
            in.signed("pps_cb_qp_offset");
            in.signed("pps_cr_qp_offset");
            in.bits(4); // slice_chroma_qp_offsets_present, weighted_pred, weighted_bipred, transquant_bypass
            boolean hasTiles = in.flag();
            boolean hasWavefronts = in.flag();
            if (hasTiles) {
                return hasWavefronts ? 0 : 2;
            }
            return hasWavefronts ? 3 : 1;
        } catch (BitstreamFormatException e) {
            return 0;
        }
    }
}
