// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.List;

/**
 * What a recorder must know of a sequence parameter set (H.264 7.3.2.1.1, Annex E). Immutable.
 *
 * @param profileIdc 66 Baseline, 77 Main, 100 High …
 * @param constraints the byte of constraint flags
 * @param levelIdc ten times the level
 * @param chromaFormatIdc 1 is 4:2:0
 * @param width in luma samples, cropped
 * @param height in luma samples, cropped
 * @param reorderFrames how many pictures may be sent before one that is shown earlier; {@link VideoConfiguration#REORDER_UNKNOWN} where it
 *     is not said, {@link VideoConfiguration#REORDER_NEVER} where that cannot be
 * @param frameTicks length of a frame as the camera declares it, on a 90 kHz clock; 0 where it does not
 * @param meaning all that a decoder would act on: declared timing and buffer models are left out, for cameras rewrite
 *     those while nothing changes in the picture
 */
record H264Sps(
        int id,
        int profileIdc,
        int constraints,
        int levelIdc,
        int chromaFormatIdc,
        int bitDepthLuma,
        int bitDepthChroma,
        int width,
        int height,
        int reorderFrames,
        long frameTicks,
        List<Long> meaning) {
    /** Level 6.2 ends at 16,880 in either direction (A.3.1); a number above has no camera behind it. */
    private static final int MAX_MACROBLOCKS = 1_055;

    private static final int EXTENDED_SAR = 255;

    H264Sps {
        meaning = List.copyOf(meaning);
    }

    /** Profiles whose parameter sets carry a chroma format (7.3.2.1.1). */
    static boolean hasChromaFormat(int profileIdc) {
        return switch (profileIdc) {
            case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135 -> true;
            default -> false;
        };
    }

    /** Reads a NAL unit of type 7. Bytes after its end (Reolink) are not looked at. */
    static H264Sps parse(byte[] nal, int length) throws BitstreamFormatException {
        return new Parser(BitReader.ofNal(nal, length, 1)).parse();
    }

    /** RFC 6381 3.3: {@code avc1.} and three bytes in hexadecimal. */
    String codec() {
        return String.format("avc1.%02X%02X%02X", profileIdc, constraints, levelIdc);
    }

    /** The fields that more than one step of reading needs. */
    private static final class Parser {
        private final BitReader in;
        private int chromaFormat = 1;
        private boolean isSeparatePlanes;
        private int depthLuma = 8;
        private int depthChroma = 8;
        private int pocType;
        private int reorderFrames = VideoConfiguration.REORDER_UNKNOWN;
        private long frameTicks;

        Parser(BitReader in) {
            this.in = in;
        }

        H264Sps parse() throws BitstreamFormatException {
            in.note(true);
            int profile = (int) in.bits(8);
            int constraints = (int) in.bits(8);
            int level = (int) in.bits(8);
            int id = in.unsigned("seq_parameter_set_id", 31);
            if (hasChromaFormat(profile)) {
                chroma();
            }
            in.unsigned("log2_max_frame_num_minus4", 12);
            pictureOrder();
            in.unsigned("max_num_ref_frames", 16);
            in.flag(); // gaps_in_frame_num_value_allowed_flag
            int widthMbs = in.unsigned("pic_width_in_mbs_minus1", MAX_MACROBLOCKS - 1) + 1;
            int heightUnits = in.unsigned("pic_height_in_map_units_minus1", MAX_MACROBLOCKS - 1) + 1;
            boolean isFramesOnly = in.flag();
            if (!isFramesOnly) {
                in.flag(); // mb_adaptive_frame_field_flag
            }
            in.flag(); // direct_8x8_inference_flag
            int[] size = cropped(widthMbs * 16, heightUnits * 16 * (isFramesOnly ? 1 : 2), isFramesOnly);
            // Baseline has no B slices (A.2.1); order type 2 is the order of sending (8.2.1.3).
            usability();
            if (pocType == 2 || profile == 66) {
                reorderFrames = VideoConfiguration.REORDER_NEVER;
            }
            return new H264Sps(
                    id,
                    profile,
                    constraints,
                    level,
                    chromaFormat,
                    depthLuma,
                    depthChroma,
                    size[0],
                    size[1],
                    reorderFrames,
                    frameTicks,
                    in.notes());
        }

        private void chroma() throws BitstreamFormatException {
            chromaFormat = in.unsigned("chroma_format_idc", 3);
            if (chromaFormat == 3) {
                isSeparatePlanes = in.flag();
            }
            depthLuma = in.unsigned("bit_depth_luma_minus8", 6) + 8;
            depthChroma = in.unsigned("bit_depth_chroma_minus8", 6) + 8;
            in.flag(); // qpprime_y_zero_transform_bypass_flag
            if (in.flag()) {
                int lists = chromaFormat == 3 ? 12 : 8;
                for (int i = 0; i < lists; i++) {
                    if (in.flag()) {
                        scalingList(i < 6 ? 16 : 64);
                    }
                }
            }
        }

        /** 7.3.2.1.1.1. */
        private void scalingList(int size) throws BitstreamFormatException {
            int last = 8;
            int next = 8;
            for (int i = 0; i < size; i++) {
                if (next != 0) {
                    next = last + in.signed("delta_scale") & 0xff;
                }
                last = next == 0 ? last : next;
            }
        }

        private void pictureOrder() throws BitstreamFormatException {
            pocType = in.unsigned("pic_order_cnt_type", 2);
            if (pocType == 0) {
                in.unsigned("log2_max_pic_order_cnt_lsb_minus4", 12);
            } else if (pocType == 1) {
                in.flag(); // delta_pic_order_always_zero_flag
                in.signed("offset_for_non_ref_pic");
                in.signed("offset_for_top_to_bottom_field");
                int cycle = in.unsigned("num_ref_frames_in_pic_order_cnt_cycle", 255);
                for (int i = 0; i < cycle; i++) {
                    in.signed("offset_for_ref_frame");
                }
            }
        }

        /** 7.4.2.1.1: cropping counts in chroma samples, and in field lines where there are fields. */
        private int[] cropped(int width, int height, boolean isFramesOnly) throws BitstreamFormatException {
            if (!in.flag()) {
                return new int[] {width, height};
            }
            int format = isSeparatePlanes ? 0 : chromaFormat;
            int unitX = format == 1 || format == 2 ? 2 : 1;
            int unitY = (format == 1 ? 2 : 1) * (isFramesOnly ? 1 : 2);
            long left = in.unsigned("frame_crop_left_offset", width);
            long right = in.unsigned("frame_crop_right_offset", width);
            long top = in.unsigned("frame_crop_top_offset", height);
            long bottom = in.unsigned("frame_crop_bottom_offset", height);
            long croppedWidth = width - unitX * (left + right);
            long croppedHeight = height - unitY * (top + bottom);
            if (croppedWidth <= 0 || croppedHeight <= 0) {
                throw new BitstreamFormatException("cropped size: " + croppedWidth + "x" + croppedHeight);
            }
            return new int[] {(int) croppedWidth, (int) croppedHeight};
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
            in.note(false);
            timing();
            boolean hasNal = hypotheticalDecoder();
            boolean hasVcl = hypotheticalDecoder();
            if (hasNal || hasVcl) {
                in.flag(); // low_delay_hrd_flag
            }
            in.flag(); // pic_struct_present_flag
            in.note(true);
            if (in.flag()) { // bitstream_restriction_flag
                in.flag();
                in.unsigned("max_bytes_per_pic_denom", 16);
                in.unsigned("max_bits_per_mb_denom", 16);
                in.unsigned("log2_max_mv_length_horizontal", 32);
                in.unsigned("log2_max_mv_length_vertical", 32);
                reorderFrames = in.unsigned("max_num_reorder_frames", 16);
                in.unsigned("max_dec_frame_buffering", 16);
            }
        }

        private void timing() throws BitstreamFormatException {
            if (in.flag()) {
                long unitsInTick = in.bits(32);
                long timeScale = in.bits(32);
                in.flag(); // fixed_frame_rate_flag
                // E.2.1: a tick is a field's time, so a frame has two.
                frameTicks = timeScale == 0 ? 0 : 2 * unitsInTick * 90_000 / timeScale;
            }
        }

        /** E.1.2; returns whether there was one. */
        private boolean hypotheticalDecoder() throws BitstreamFormatException {
            if (!in.flag()) {
                return false;
            }
            int schedules = in.unsigned("cpb_cnt_minus1", 31) + 1;
            in.bits(8);
            for (int i = 0; i < schedules; i++) {
                in.unsigned("bit_rate_value_minus1", 0xffff_fffeL);
                in.unsigned("cpb_size_value_minus1", 0xffff_fffeL);
                in.flag();
            }
            in.bits(20);
            return true;
        }
    }
}
