// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

/**
 * The SEI message by which cameras without IDR pictures (gradual refresh, open GOP) say where decoding may start: H.264
 * D.1.8, H.265 D.2.8.
 */
final class RecoveryPoint {
    private static final int TYPE = 6;

    private RecoveryPoint() {}

    /** Whether an SEI NAL unit says that decoding may start at its picture, with none to wait for. */
    static boolean isIn(byte[] sei, int length, int headerBytes) {
        int at = headerBytes;
        while (at + 2 < length) {
            int type = sei[at] & 0xff;
            int size = sei[at + 1] & 0xff;
            if (type == TYPE) {
                // recovery_frame_cnt is ue(v), recovery_poc_cnt se(v): a first bit of 1 is 0 pictures to wait for.
                return size > 0 && (sei[at + 2] & 0x80) != 0;
            }
            if (type == 0xff || size == 0xff) {
                return false;
            }
            at += 2 + size;
        }
        return false;
    }
}
