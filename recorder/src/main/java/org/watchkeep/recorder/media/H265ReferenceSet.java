// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A short-term reference picture set (H.265 7.3.7, 7.4.8): which pictures it names, by distance from the current one. Only
 * read to find the end of the next set. Immutable.
 */
final class H265ReferenceSet {
    /** 7.4.8: sps_max_dec_pic_buffering_minus1 at most, which is 15 at most. */
    private static final int MAX_PICTURES = 16;

    private static final int MAX_DISTANCE = 1 << 15;

    /** Nearest first: pictures before this one, then pictures after it. */
    private final int[] before;

    private final int[] after;

    private H265ReferenceSet(int[] before, int[] after) {
        this.before = before;
        this.after = after;
    }

    static H265ReferenceSet explicit(BitReader in) throws BitstreamFormatException {
        int[] before = new int[in.unsigned("num_negative_pics", MAX_PICTURES)];
        int[] after = new int[in.unsigned("num_positive_pics", MAX_PICTURES)];
        distances(in, before, -1);
        distances(in, after, 1);
        return new H265ReferenceSet(before, after);
    }

    private static void distances(BitReader in, int[] pictures, int sign) throws BitstreamFormatException {
        int at = 0;
        for (int i = 0; i < pictures.length; i++) {
            at += sign * (in.unsigned("delta_poc_minus1", MAX_DISTANCE) + 1);
            in.flag(); // used_by_curr_pic_flag
            pictures[i] = at;
        }
    }

    /** 7.4.8, equations 7-61 and 7-62: the reference's pictures and itself, moved, less those that are not used. */
    static H265ReferenceSet predicted(BitReader in, H265ReferenceSet reference) throws BitstreamFormatException {
        boolean isNegative = in.flag();
        int distance = in.unsigned("abs_delta_rps_minus1", MAX_DISTANCE) + 1;
        int moved = isNegative ? -distance : distance;
        List<Integer> kept = new ArrayList<>();
        for (int picture : reference.all()) {
            boolean isUsed = in.flag(); // used_by_curr_pic_flag
            boolean isKept = isUsed || in.flag(); // use_delta_flag
            if (isKept && picture + moved != 0) {
                kept.add(picture + moved);
            }
        }
        if (kept.size() > MAX_PICTURES) {
            throw new BitstreamFormatException(
                    "reference pictures: " + kept.size() + " (expected: at most " + MAX_PICTURES + ")");
        }
        kept.sort(Comparator.comparingInt(Math::abs));
        return new H265ReferenceSet(
                kept.stream().filter(at -> at < 0).mapToInt(at -> at).toArray(),
                kept.stream().filter(at -> at > 0).mapToInt(at -> at).toArray());
    }

    /** In the order in which flags are given for them: before, after, and the reference's own picture last. */
    private int[] all() {
        int[] all = Arrays.copyOf(before, before.length + after.length + 1);
        System.arraycopy(after, 0, all, before.length, after.length);
        all[all.length - 1] = 0;
        return all;
    }
}
