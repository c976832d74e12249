// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class DecodingTimesTest {
    private static final long PICTURE = 3_600;

    private static List<Long> decoded(DecodingTimes times, long... shown) {
        return Arrays.stream(shown).map(s -> times.next(s * PICTURE)).boxed().toList();
    }

    @Test
    void next_inOrderShown_isTheTimeShown() {
        assertThat(decoded(new DecodingTimes(0, PICTURE, false), 0, 1, 2, 5, 6))
                .containsExactly(0L, PICTURE, 2 * PICTURE, 5 * PICTURE, 6 * PICTURE);
    }

    @Test
    void next_declaredReordering_advancesPictureByPicture() {
        assertThat(decoded(new DecodingTimes(2, PICTURE, true), 0, 4, 2, 1, 3, 8, 6, 5, 7))
                .containsExactly(steady(9));
    }

    @Test
    void next_undeclaredReordering_learnsAndIsRightFromTheFirstWhenAskedAgain() {
        DecodingTimes times = new DecodingTimes(-1, 9_000, false);
        long[] shown = {0, 4, 2, 1, 3, 8, 6, 5, 7};
        boolean hasLearned = false;
        for (long picture : shown) {
            long unused = times.next(picture * PICTURE);
            hasLearned |= times.hasLearned();
        }
        assertThat(hasLearned).isTrue();
        assertThat(times.depth()).isEqualTo(2);
        assertThat(decoded(times.again(), shown)).containsExactly(steady(9));
    }

    /** Groups of pictures in any order within a declared depth, at any rate: ascending, and never later than depth allows. */
    @Property(tries = 500)
    void next_anyOrderWithinDepth_ascendsAndIsNeverTooLate(@ForAll long seed) {
        Random random = new Random(seed);
        int depth = random.nextInt(5);
        List<Long> shown = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < 300; i++) {
            at += 1_800 + random.nextInt(6_000);
            shown.add(at);
        }
        // Moving one picture ahead of at most depth others asks for no more than that depth.
        for (int i = 1; i + depth < shown.size(); i += depth + 1) {
            shown.add(i, shown.remove(i + depth));
        }
        DecodingTimes times = new DecodingTimes(depth, PICTURE, true);
        long newest = Long.MIN_VALUE;
        for (long picture : shown) {
            long ticks = times.next(picture);
            assertThat(ticks).isGreaterThan(newest);
            assertThat(ticks - depth * PICTURE).isLessThanOrEqualTo(picture);
            newest = ticks;
        }
        assertThat(times.depth()).isEqualTo(depth);
    }

    private static Long[] steady(int count) {
        Long[] ticks = new Long[count];
        for (int i = 0; i < count; i++) {
            ticks[i] = i * PICTURE;
        }
        return ticks;
    }
}
