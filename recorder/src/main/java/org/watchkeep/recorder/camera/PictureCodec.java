// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

/** The codecs that a simulated camera serves; of JPEG each picture is one unit. Its own reading of the standards: the recording path has another. */
enum PictureCodec {
    H264("H264", 96, 1) {
        @Override
        int type(int header) {
            return header & 0x1f;
        }

        @Override
        boolean isKey(int type) {
            return type == IDR_SLICE;
        }

        @Override
        boolean isParameterSet(int type) {
            return type == H264_SPS || type == H264_PPS;
        }
    },
    H265("H265", 96, 2) {
        @Override
        int type(int header) {
            return header >> 1 & 0x3f;
        }

        @Override
        boolean isKey(int type) {
            // Table 7-1: BLA, IDR, CRA.
            return type >= 16 && type <= 21;
        }

        @Override
        boolean isParameterSet(int type) {
            return type == H265_VPS || type == H265_SPS || type == H265_PPS;
        }
    },
    JPEG("JPEG", 26, 0) {
        @Override
        int type(int header) {
            return 0;
        }

        @Override
        boolean isKey(int type) {
            return true;
        }

        @Override
        boolean isParameterSet(int type) {
            return false;
        }
    };

    static final int H264_SPS = 7;
    static final int H264_PPS = 8;
    static final int H265_VPS = 32;
    static final int H265_SPS = 33;
    static final int H265_PPS = 34;
    private static final int IDR_SLICE = 5;

    /** As an SDP's {@code rtpmap} has it. */
    final String encodingName;

    /** RFC 3551 table 5, or dynamic. */
    final int payloadType;

    /** Of a NAL unit. */
    final int headerBytes;

    PictureCodec(String encodingName, int payloadType, int headerBytes) {
        this.encodingName = encodingName;
        this.payloadType = payloadType;
        this.headerBytes = headerBytes;
    }

    /** From the first byte of a NAL unit. */
    abstract int type(int header);

    /** Whether decoding can begin at a slice of this type. */
    abstract boolean isKey(int type);

    abstract boolean isParameterSet(int type);
}
