// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.Locale;

/**
 * The general part of a profile_tier_level (H.265 7.3.3). Immutable.
 *
 * @param space general_profile_space
 * @param isHighTier general_tier_flag
 * @param idc general_profile_idc: 1 Main, 2 Main 10 …
 * @param compatibility general_profile_compatibility_flags, flag 0 in the highest bit
 * @param constraints the six bytes of constraint flags
 * @param levelIdc thirty times the level
 */
record H265Profile(int space, boolean isHighTier, int idc, int compatibility, long constraints, int levelIdc) {
    /** 7.4.3.1: sub-layers less one. */
    private static final int MAX_SUB_LAYERS = 6;

    private static final int CONSTRAINT_BYTES = 6;

    static void checkSubLayers(int lessOne) throws BitstreamFormatException {
        if (lessOne > MAX_SUB_LAYERS) {
            throw new BitstreamFormatException(
                    "sub-layers less one: " + lessOne + " (expected: at most " + MAX_SUB_LAYERS + ")");
        }
    }

    /** Reads it with its sub-layers, of which nothing is kept. */
    static H265Profile parse(BitReader in, int subLayersLessOne) throws BitstreamFormatException {
        int space = (int) in.bits(2);
        boolean isHighTier = in.flag();
        int idc = (int) in.bits(5);
        int compatibility = (int) in.bits(32);
        long constraints = in.bits(32) << 16 | in.bits(16);
        int level = (int) in.bits(8);
        boolean[] hasProfile = new boolean[subLayersLessOne];
        boolean[] hasLevel = new boolean[subLayersLessOne];
        for (int i = 0; i < subLayersLessOne; i++) {
            hasProfile[i] = in.flag();
            hasLevel[i] = in.flag();
        }
        if (subLayersLessOne > 0) {
            in.bits(2 * (8 - subLayersLessOne));
        }
        for (int i = 0; i < subLayersLessOne; i++) {
            if (hasProfile[i]) {
                in.bits(32);
                in.bits(32);
                in.bits(24);
            }
            if (hasLevel[i]) {
                in.bits(8);
            }
        }
        return new H265Profile(space, isHighTier, idc, compatibility, constraints, level);
    }

    /** ISO/IEC 14496-15 E.3: {@code hvc1.1.6.L93.B0}. */
    String codec() {
        StringBuilder out = new StringBuilder("hvc1.");
        if (space > 0) {
            out.append((char) ('A' + space - 1));
        }
        // The flags in reverse order, so that flag 0 is the lowest bit.
        out.append(String.format(
                Locale.ROOT, "%d.%X.%s%d", idc, Integer.reverse(compatibility), isHighTier ? "H" : "L", levelIdc));
        long left = constraints << 16;
        for (int i = 0; i < CONSTRAINT_BYTES && left != 0; i++) {
            out.append(String.format(Locale.ROOT, ".%X", left >>> 56));
            left <<= 8;
        }
        return out.toString();
    }
}
