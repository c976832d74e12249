// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.watchkeep.recorder.ingest.PictureWatch.Found.BEGAN;
import static org.watchkeep.recorder.ingest.PictureWatch.Found.MISSED;
import static org.watchkeep.recorder.ingest.PictureWatch.Found.UNCHANGED;

import org.junit.jupiter.api.Test;

class PictureWatchTest {
    private final PictureWatch watch = new PictureWatch(15);

    @Test
    void onTick_packetsWithoutPicture_areMissedOnceAndBeginAnew() {
        watch.onPacket(100);
        watch.onPacket(114);
        assertThat(watch.onTick(0, 114)).isEqualTo(UNCHANGED);
        watch.onPacket(115);
        assertThat(watch.onTick(0, 115)).isEqualTo(MISSED);
        assertThat(watch.onTick(0, 200)).isEqualTo(UNCHANGED);
        assertThat(watch.onTick(1, 201)).isEqualTo(BEGAN);
        assertThat(watch.onTick(2, 202)).isEqualTo(UNCHANGED);
        watch.onPacket(300);
        assertThat(watch.onTick(2, 315)).isEqualTo(MISSED);
    }

    /** A pause is no missed picture, however long: the first packet after it begins the count. */
    @Test
    void onTick_silenceBetweenPictures_isNotCounted() {
        watch.onPacket(0);
        assertThat(watch.onTick(1, 0)).isEqualTo(BEGAN);
        assertThat(watch.onTick(1, 0)).isEqualTo(UNCHANGED);
        watch.onPacket(1_000);
        assertThat(watch.onTick(1, 1_000)).isEqualTo(UNCHANGED);
        assertThat(watch.onTick(2, 1_000)).isEqualTo(UNCHANGED);
    }
}
