// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.leak;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import io.netty.util.ResourceLeakDetectorFactory;
import org.junit.jupiter.api.Test;

/** The guard can only guard when Netty really uses the detector that tells it. */
class LeakGuardTest {

    @Test
    void detector_asNettyMakesIt_recordsReports() {
        ResourceLeakDetector<Object> made =
                ResourceLeakDetectorFactory.instance().newResourceLeakDetector(Object.class, 1);

        assertThat(made).isInstanceOf(RecordingLeakDetector.class);
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(Level.PARANOID);
    }
}
