// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

/**
 * In what RFC 6184 (H.264) and RFC 7798 (H.265) differ: the header of a NAL unit and the numbers of what packs it. The rest
 * of the two payload formats is the same, and {@link NalDepacketiser} is written once.
 */
public enum NalPackaging {
    /**
     * <pre>
     * NAL header   |F|NRI|  Type   |                   1-23 single, 24 STAP-A, 28 FU-A
     * FU header    |S|E|R|  Type   |                   S first fragment, E last
     * </pre>
     */
    H264(1, 0x1f, 24, 28) {
        @Override
        int type(int header) {
            return header & 0x1f;
        }

        @Override
        int fragmentedHeader(int packetHeader, int type) {
            return (packetHeader & 0xe0) | type;
        }

        @Override
        boolean isInStream(int type) {
            // 24 to 31 are packaging or unspecified; 0 is nothing (H.264 7.4.1).
            return type > 0 && type < 24;
        }

        @Override
        boolean isUnspecified(int type) {
            return type == 0 || type > 29;
        }

        @Override
        boolean isFurtherSlice(int type, int firstByte) {
            // 7.3.3: a slice header begins with first_mb_in_slice as ue(v): a first bit of 1 is the value 0, the first
            // slice.
            boolean isDataPartition = type == 3 || type == 4;
            return isDataPartition || (isSlice(type) && (firstByte & 0x80) == 0);
        }

        @Override
        public boolean isSlice(int type) {
            return type >= 1 && type <= 5;
        }

        @Override
        boolean beginsPicture(int type, int firstByte) {
            // The second field of a frame begins like a picture, and belongs to it.
            return false;
        }

        @Override
        boolean isShort(int type) {
            return type >= 7 && type <= 9;
        }
    },
    /**
     * <pre>
     * NAL header   |F|   Type    |  LayerId  | TID |   0-47 single, 48 AP, 49 FU, 50 PACI
     * FU header    |S|E|  Type     |                   S first fragment, E last
     * </pre>
     */
    H265(2, 0x3f, 48, 49) {
        @Override
        int type(int header) {
            return header >>> 1 & 0x3f;
        }

        @Override
        int fragmentedHeader(int packetHeader, int type) {
            return (packetHeader & 0x81) | type << 1;
        }

        @Override
        boolean isInStream(int type) {
            // 48 to 63 are packaging or unspecified (H.265 table 7-1). Type 0 is TRAIL_N, a picture.
            return type < 48;
        }

        @Override
        boolean isUnspecified(int type) {
            return type > 50;
        }

        @Override
        boolean isFurtherSlice(int type, int firstByte) {
            // 7.3.6.1: first_slice_segment_in_pic_flag.
            return isSlice(type) && (firstByte & 0x80) == 0;
        }

        @Override
        public boolean isSlice(int type) {
            // 10 to 15 and 22 to 31 are reserved.
            return type <= 9 || (type >= 16 && type <= 21);
        }

        @Override
        boolean beginsPicture(int type, int firstByte) {
            // 7.4.2.4.4: delimiter, parameter sets, prefix SEI, or the first slice.
            return (type >= 32 && type <= 35) || type == 39 || (isSlice(type) && (firstByte & 0x80) != 0);
        }

        @Override
        boolean isShort(int type) {
            return type >= 32 && type <= 35;
        }
    };

    /** Of a NAL unit, and so of what packs it. */
    final int headerBytes;

    /** Of the FU header. */
    final int fragmentTypeMask;

    final int aggregate;
    final int fragment;

    NalPackaging(int headerBytes, int fragmentTypeMask, int aggregate, int fragment) {
        this.headerBytes = headerBytes;
        this.fragmentTypeMask = fragmentTypeMask;
        this.aggregate = aggregate;
        this.fragment = fragment;
    }

    /** From the first byte of a NAL unit. */
    abstract int type(int header);

    /** First header byte of a fragmented NAL unit; where there is a second, it is the packet's own. */
    abstract int fragmentedHeader(int packetHeader, int type);

    /** Whether such NAL units are part of a stream. */
    abstract boolean isInStream(int type);

    /** Whether such NAL units are nothing that any standard knows, so that a picture lacks nothing without them. */
    abstract boolean isUnspecified(int type);

    /** Whether a NAL unit, by type and first byte behind the header, is a slice that is not the first of its picture. */
    abstract boolean isFurtherSlice(int type, int firstByte);

    /** Whether a NAL unit holds pixels of a picture. */
    public abstract boolean isSlice(int type);

    /** Whether a NAL unit, by type and first byte behind the header, cannot stand behind a slice of the same picture. */
    abstract boolean beginsPicture(int type, int firstByte);

    /** Parameter sets and delimiters: too short to be fragmented. */
    abstract boolean isShort(int type);
}
