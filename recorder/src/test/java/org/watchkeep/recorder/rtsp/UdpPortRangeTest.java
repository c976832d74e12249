// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which pair of a range is given next, and that none is given twice. */
class UdpPortRangeTest {
    private final UdpPortRange range = UdpPortRange.parse("20001-20008");

    private int take() {
        return range.take().orElseThrow();
    }

    @Test
    void take_allTaken_isEmpty() {
        assertThat(range.pairs()).isEqualTo(3);
        assertThat(new int[] {take(), take(), take()}).containsExactly(20_002, 20_004, 20_006);
        assertThat(range.take()).isEmpty();
        assertThat(range.take()).isEmpty();
    }

    @Test
    void giveBack_oneOfThem_isTheOneThatIsFoundFree() {
        take();
        int second = take();
        take();
        range.giveBack(second);
        assertThat(range.take()).hasValue(second);
        assertThat(range.take()).isEmpty();
    }

    /** The next stream must not get what the last one's camera still sends. */
    @Test
    void take_justGivenBack_restsLongest() {
        int first = take();
        range.giveBack(first);
        assertThat(take()).isNotEqualTo(first);
        assertThat(take()).isNotEqualTo(first);
        assertThat(take()).isEqualTo(first);
    }
}
