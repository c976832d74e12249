// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.watchkeep.profiles.CameraProfile;
import org.watchkeep.profiles.Profiles;
import org.watchkeep.recorder.camera.Quirk;

/** A profile's quirk can be tried: the simulated camera has a flag of that name. It stands where both are seen. */
class ProfileQuirksTest {
    @Test
    void quirks_ofEveryFamily_areFlagsOfTheSimulatedCamera() {
        Set<String> flags = Set.copyOf(Quirk.all().stream().map(Quirk::flag).toList());
        for (CameraProfile profile : Profiles.builtIn().cameras()) {
            assertThat(profile.quirks())
                    .as(profile.id())
                    .allSatisfy(
                            quirk -> assertThat(flags).contains(quirk.value().id()));
        }
    }
}
