// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

/** Reads a sequence parameter set (H.265 7.3.2.2) from its first bit to where its use ends. Used once. */
final class H265SpsParser {
    /** Level 6.2 ends at 16,888 in either direction (A.4.1); twice that has no camera behind it. */
    private static final int MAX_LUMA_SAMPLES = 32_768;

    private static final int EXTENDED_SAR = 255;
    private static final int MAX_SHORT_TERM_SETS = 64;
    private static final int MAX_SUB_LAYER_SCHEDULES = 31;

    private final BitReader in;
    private int subLayersLessOne;
    private int chromaFormat;
    private boolean isSeparatePlanes;
    private int pocBits;
    private int reorderPictures;
    private long frameTicks;
    private int minSpatialSegmentation;

    H265SpsParser(BitReader in) {
        this.in = in;
    }

    H265Sps parse() throws BitstreamFormatException {
        in.note(true);
        int vpsId = (int) in.bits(4);
        subLayersLessOne = (int) in.bits(3);
        H265Profile.checkSubLayers(subLayersLessOne);
        boolean isNested = in.flag();
        H265Profile profile = H265Profile.parse(in, subLayersLessOne);
        int id = in.unsigned("sps_seq_parameter_set_id", 15);
        chromaFormat = in.unsigned("chroma_format_idc", 3);
        isSeparatePlanes = chromaFormat == 3 && in.flag();
        int[] size = window();
        int depthLuma = in.unsigned("bit_depth_luma_minus8", 8) + 8;
        int depthChroma = in.unsigned("bit_depth_chroma_minus8", 8) + 8;
        pocBits = in.unsigned("log2_max_pic_order_cnt_lsb_minus4", 12) + 4;
        ordering();
        codingBlocks();
        tools();
        usability();
        return new H265Sps(
                id,
                vpsId,
                profile,
                subLayersLessOne + 1,
                isNested,
                chromaFormat,
                depthLuma,
                depthChroma,
                size[0],
                size[1],
                reorderPictures,
                frameTicks,
                minSpatialSegmentation,
                in.notes());
    }

    /** 7.4.3.2.1: the conformance window counts in chroma samples. */
    private int[] window() throws BitstreamFormatException {
        int width = in.unsigned("pic_width_in_luma_samples", MAX_LUMA_SAMPLES);
        int height = in.unsigned("pic_height_in_luma_samples", MAX_LUMA_SAMPLES);
        if (in.flag()) {
            int format = isSeparatePlanes ? 0 : chromaFormat;
            int unitX = format == 1 || format == 2 ? 2 : 1;
            int unitY = format == 1 ? 2 : 1;
            width -= unitX * (in.unsigned("conf_win_left_offset", width) + in.unsigned("conf_win_right_offset", width));
            height -= unitY
                    * (in.unsigned("conf_win_top_offset", height) + in.unsigned("conf_win_bottom_offset", height));
        }
        if (width <= 0 || height <= 0) {
            throw new BitstreamFormatException("size within the conformance window: " + width + "x" + height);
        }
        return new int[] {width, height};
    }

    /** The last sub-layer's values are those of the whole stream. */
    private void ordering() throws BitstreamFormatException {
        boolean isOrderingOfEach = in.flag();
        for (int i = isOrderingOfEach ? 0 : subLayersLessOne; i <= subLayersLessOne; i++) {
            in.unsigned("sps_max_dec_pic_buffering_minus1", 15);
            reorderPictures = in.unsigned("sps_max_num_reorder_pics", 15);
            in.unsigned("sps_max_latency_increase_plus1", 0xffff_fffeL);
        }
    }

    private void codingBlocks() throws BitstreamFormatException {
        in.unsigned("log2_min_luma_coding_block_size_minus3", 3);
        in.unsigned("log2_diff_max_min_luma_coding_block_size", 3);
        in.unsigned("log2_min_luma_transform_block_size_minus2", 3);
        in.unsigned("log2_diff_max_min_luma_transform_block_size", 3);
        in.unsigned("max_transform_hierarchy_depth_inter", 4);
        in.unsigned("max_transform_hierarchy_depth_intra", 4);
        boolean hasScalingLists = in.flag();
        if (hasScalingLists && in.flag()) { // sps_scaling_list_data_present_flag
            scalingLists();
        }
    }

    /** 7.3.4. */
    private void scalingLists() throws BitstreamFormatException {
        for (int size = 0; size < 4; size++) {
            int coefficients = Math.min(64, 16 << (2 * size));
            for (int matrix = 0; matrix < 6; matrix += size == 3 ? 3 : 1) {
                if (!in.flag()) { // scaling_list_pred_mode_flag
                    in.unsigned("scaling_list_pred_matrix_id_delta", 5);
                    continue;
                }
                if (size > 1) {
                    in.signed("scaling_list_dc_coef_minus8");
                }
                for (int i = 0; i < coefficients; i++) {
                    in.signed("scaling_list_delta_coef");
                }
            }
        }
    }

    private void tools() throws BitstreamFormatException {
        in.bits(2); // amp_enabled_flag, sample_adaptive_offset_enabled_flag
        if (in.flag()) { // pcm_enabled_flag
            in.bits(8);
            in.unsigned("log2_min_pcm_luma_coding_block_size_minus3", 2);
            in.unsigned("log2_diff_max_min_pcm_luma_coding_block_size", 2);
            in.flag();
        }
        shortTermSets();
        if (in.flag()) { // long_term_ref_pics_present_flag
            int pictures = in.unsigned("num_long_term_ref_pics_sps", 32);
            for (int i = 0; i < pictures; i++) {
                in.bits(pocBits);
                in.flag();
            }
        }
        in.bits(2); // sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
    }

    /** 7.3.7. How long one is depends on how many pictures an earlier one names. */
    private void shortTermSets() throws BitstreamFormatException {
        int sets = in.unsigned("num_short_term_ref_pic_sets", MAX_SHORT_TERM_SETS);
        H265ReferenceSet[] read = new H265ReferenceSet[sets];
        for (int i = 0; i < sets; i++) {
            boolean isPredicted = i > 0 && in.flag();
            read[i] = isPredicted ? H265ReferenceSet.predicted(in, read[i - 1]) : H265ReferenceSet.explicit(in);
        }
    }

    /** Annex E. Cameras write much nonsense here, and nothing in it is needed to record: what cannot be read is absent. */
    private void usability() {
        try {
            if (in.flag()) {
                vui();
            }
        } catch (BitstreamFormatException e) {
            in.note(false);
        }
    }

    private void vui() throws BitstreamFormatException {
        if (in.flag() && in.bits(8) == EXTENDED_SAR) {
            in.bits(32);
        }
        if (in.flag()) { // overscan_info_present_flag
            in.flag();
        }
        if (in.flag()) { // video_signal_type_present_flag
            in.bits(4);
            if (in.flag()) {
                in.bits(24);
            }
        }
        if (in.flag()) { // chroma_loc_info_present_flag
            in.unsigned("chroma_sample_loc_type_top_field", 5);
            in.unsigned("chroma_sample_loc_type_bottom_field", 5);
        }
        in.bits(3); // neutral_chroma_indication_flag, field_seq_flag, frame_field_info_present_flag
        if (in.flag()) { // default_display_window_flag
            for (int i = 0; i < 4; i++) {
                in.unsigned("def_disp_win_offset", MAX_LUMA_SAMPLES);
            }
        }
        in.note(false);
        if (in.flag()) { // vui_timing_info_present_flag
            frameTicks = H265Sps.ticks(in.bits(32), in.bits(32));
            if (in.flag()) {
                in.unsigned("vui_num_ticks_poc_diff_one_minus1", 0xffff_fffeL);
            }
            if (in.flag()) {
                hypotheticalDecoder();
            }
        }
        in.note(true);
        if (in.flag()) { // bitstream_restriction_flag
            in.bits(3);
            minSpatialSegmentation = in.unsigned("min_spatial_segmentation_idc", 4_095);
            in.unsigned("max_bytes_per_pic_denom", 16);
            in.unsigned("max_bits_per_min_cu_denom", 16);
            in.unsigned("log2_max_mv_length_horizontal", 32);
            in.unsigned("log2_max_mv_length_vertical", 32);
        }
    }

    /** E.2.2, with common information. */
    private void hypotheticalDecoder() throws BitstreamFormatException {
        boolean hasNal = in.flag();
        boolean hasVcl = in.flag();
        boolean hasSubPictures = false;
        if (hasNal || hasVcl) {
            hasSubPictures = in.flag();
            if (hasSubPictures) {
                in.bits(19);
            }
            in.bits(8);
            if (hasSubPictures) {
                in.bits(4);
            }
            in.bits(15);
        }
        for (int i = 0; i <= subLayersLessOne; i++) {
            boolean isFixedGeneral = in.flag();
            boolean isFixed = isFixedGeneral || in.flag();
            boolean isLowDelay = false;
            if (isFixed) {
                in.unsigned("elemental_duration_in_tc_minus1", 2_047);
            } else {
                isLowDelay = in.flag();
            }
            int schedules = isLowDelay ? 1 : in.unsigned("cpb_cnt_minus1", MAX_SUB_LAYER_SCHEDULES) + 1;
            schedules(hasNal ? schedules : 0, hasSubPictures);
            schedules(hasVcl ? schedules : 0, hasSubPictures);
        }
    }

    /** E.2.3. */
    private void schedules(int count, boolean hasSubPictures) throws BitstreamFormatException {
        for (int i = 0; i < count; i++) {
            in.unsigned("bit_rate_value_minus1", 0xffff_fffeL);
            in.unsigned("cpb_size_value_minus1", 0xffff_fffeL);
            if (hasSubPictures) {
                in.unsigned("cpb_size_du_value_minus1", 0xffff_fffeL);
                in.unsigned("bit_rate_du_value_minus1", 0xffff_fffeL);
            }
            in.flag(); // cbr_flag
        }
    }
}
