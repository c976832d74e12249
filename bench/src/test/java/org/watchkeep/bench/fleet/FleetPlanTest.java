// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.watchkeep.bench.fleet.CameraGroup.Wire;
import org.watchkeep.bench.fleet.StreamPattern.Rush;
import org.watchkeep.recorder.rtsp.MediaTransport;

class FleetPlanTest {
    private static final StreamPattern SMART = new StreamPattern(500_000, 5, 300, new Rush(6_000_000, 25, 3, 2));
    private static final FleetPlan MIXED = new FleetPlan(
            Arrival.PACKET,
            List.of(
                    new CameraGroup(
                            3,
                            PictureKind.H265,
                            List.of(SMART, new StreamPattern(700_000, 25, 50)),
                            MediaTransport.RTSPS,
                            true,
                            Wire.GOOD),
                    new CameraGroup(
                            7,
                            PictureKind.H264_4K,
                            List.of(new StreamPattern(4_000_000, 25, 50)),
                            MediaTransport.UDP,
                            false,
                            new Wire(0.01, 0.002, 0.003, 50))));

    @Test
    void json_thereAndBack_isTheSame() throws Exception {
        String text = MIXED.toJson().toString();
        assertThat(text).doesNotContain("\n");
        assertThat(FleetPlan.fromJson(new ObjectMapper().readTree(text))).isEqualTo(MIXED);
    }

    @Test
    void fromJson_noPlan_saysWhatWasExpected() {
        assertThatThrownBy(() -> FleetPlan.fromJson(new ObjectMapper().readTree("{\"arrival\":\"burst\"}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: 1 to");
    }

    @Property(tries = 100)
    void withCameras_anyNumber_keepsTheMixtureAndTheSum(@ForAll @IntRange(min = 1, max = 8_000) int count) {
        FleetPlan scaled = MIXED.withCameras(count);
        assertThat(scaled.cameras()).isEqualTo(count);
        if (count >= 10) {
            assertThat(scaled.groups().get(0).cameras() / (double) count).isBetween(0.2, 0.4);
        }
    }

    @Test
    void rush_pictures_followTheSceneInTime() {
        // 3 s of 5 pictures a second, then 2 s of 25: 65 pictures in 5 s.
        assertThat(SMART.atNanos(15)).isEqualTo(TimeUnit.SECONDS.toNanos(3));
        assertThat(SMART.atNanos(65)).isEqualTo(TimeUnit.SECONDS.toNanos(5));
        assertThat(SMART.nanos(14)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(200));
        assertThat(SMART.nanos(16)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(40));
        assertThat(SMART.sizeBytes(40)).isGreaterThan(SMART.sizeBytes(4));
        assertThat(SMART.isEven()).isFalse();
        assertThat(SMART.longestPictureNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(200));
    }
}
