// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.watchkeep.retention.Campaign;

/** Days of the real store under a clock moved by hand; that its findings are findings is shown by sabotage. */
class SimulationIT {
    @TempDir
    private Path folder;

    private SimulationReport run(int days, int cameras, Sabotage sabotage) throws IOException {
        SimulationReport report = Simulation.run(
                new SimulationSettings(folder.resolve("site"), days, cameras, sabotage), System.out::println);
        System.out.println(sabotage + ": " + report);
        assertThat(report.hoursChecked()).isEqualTo(days * 24L);
        assertThat(report.recordedSeconds()).isPositive();
        assertThat(report.holdsPlaced()).isPositive();
        return report;
    }

    @Test
    void fewDays_nothingGoesWrong() throws IOException {
        SimulationReport report = run(3, 2, Sabotage.NONE);
        assertThat(report.expiredSeconds()).isPositive();
        assertThat(report.isClean()).as("%s", report).isTrue();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void sabotage_raisesItsOwnCounterAndNoOther(Sabotage sabotage) throws IOException {
        assertOnly(sabotage, run(3, 1, sabotage));
    }

    @Test
    @Tag("campaign")
    void thirtyFourDays_beyondTheLongestLimit_nothingGoesWrong() throws IOException {
        SimulationReport report = run(34, Campaign.of(2), Sabotage.NONE);
        assertThat(report.isClean()).as("%s", report).isTrue();
    }

    private static void assertOnly(Sabotage sabotage, SimulationReport report) {
        assertThat(report.readableBeyondLimit() > 0)
                .as("readable beyond its limit: %s", report)
                .isEqualTo(sabotage == Sabotage.ERASE_LATE);
        assertThat(report.erasedBeforeLimit() > 0)
                .as("erased before its limit: %s", report)
                .isEqualTo(sabotage == Sabotage.ERASE_EARLY);
        assertThat(report.heldLost() > 0).as("held and lost: %s", report).isEqualTo(sabotage == Sabotage.DROP_HOLD);
        assertThat(report.unaccountedSeconds() > 0)
                .as("unaccounted: %s", report)
                .isEqualTo(sabotage == Sabotage.LOSE_SECOND);
    }
}
