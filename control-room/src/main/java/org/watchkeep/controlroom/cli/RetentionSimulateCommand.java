// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.simulate.Sabotage;
import org.watchkeep.retention.simulate.Simulation;
import org.watchkeep.retention.simulate.SimulationReport;
import org.watchkeep.retention.simulate.SimulationSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "simulate",
        description =
                "Runs days of a site in minutes, in a folder of its own, and compares every reader with the truth.")
final class RetentionSimulateCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(names = "--days", paramLabel = "N", defaultValue = "70", description = "Days simulated. Default 70.")
    private int days;

    @Option(names = "--cameras", paramLabel = "N", defaultValue = "20", description = "Cameras. Default 20.")
    private int cameras;

    @Option(
            names = "--sabotage",
            paramLabel = "NAME",
            description =
                    "Make it go wrong, to see that it is noticed: erase-late, erase-early, drop-hold, lose-second.")
    @Nullable
    private String sabotage;

    RetentionSimulateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal {
        Path folder = folder();
        try {
            SimulationReport report = Simulation.run(settings(folder), shell::note);
            report(report);
            return report.isClean() ? Refusal.GOOD : Refusal.FOUND;
        } finally {
            if (common.data == null) {
                DemoLeftovers.deleteTree(folder);
            }
        }
    }

    /** One that was named is left for whoever wants to look at it. */
    private Path folder() throws IOException, Refusal {
        if (common.data == null) {
            return Files.createTempDirectory("watchkeep-simulation-");
        }
        Path named = common.dataFolder();
        if (Files.exists(named)) {
            throw Refusal.badInput(
                    "folder-exists",
                    named + " is there already (expected: a folder that is yet to be made)",
                    "Name another with --data, or none: a temporary one is used then.");
        }
        return Files.createDirectories(named);
    }

    private SimulationSettings settings(Path folder) throws Refusal {
        try {
            return new SimulationSettings(folder, days, cameras, wanted());
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput("bad-simulation", String.valueOf(e.getMessage()), "As in: --days 70 --cameras 20");
        }
    }

    private Sabotage wanted() throws Refusal {
        if (sabotage == null) {
            return Sabotage.NONE;
        }
        return Sabotage.ofWord(sabotage)
                .orElseThrow(() -> Refusal.badInput(
                        "bad-sabotage",
                        "--sabotage: " + sabotage + " (expected: one of " + Sabotage.words() + ")",
                        "Name one of them, or leave it out."));
    }

    private void report(SimulationReport report) {
        if (common.json) {
            ObjectNode document = Documents.of("retention-simulate");
            document.put("days", days)
                    .put("cameras", cameras)
                    .put("sabotage", sabotage)
                    .put("hoursChecked", report.hoursChecked())
                    .put("readableBeyondLimit", report.readableBeyondLimit())
                    .put("erasedBeforeLimit", report.erasedBeforeLimit())
                    .put("heldLost", report.heldLost())
                    .put("unaccountedSeconds", report.unaccountedSeconds())
                    .put("recordedSeconds", report.recordedSeconds())
                    .put("expiredSeconds", report.expiredSeconds())
                    .put("holdsPlaced", report.holdsPlaced());
            shell.printJson(document);
            return;
        }
        shell.say(report.hoursChecked() + " hours of " + Notes.counted(cameras, "camera") + " checked: "
                + report.recordedSeconds() + " s recorded, " + report.expiredSeconds() + " s of it past the limit, "
                + Notes.counted(report.holdsPlaced(), "hold"));
        shell.say("readable beyond the limit: " + report.readableBeyondLimit() + " s");
        shell.say("erased before the limit: " + report.erasedBeforeLimit() + " s");
        shell.say("held and lost: " + report.heldLost() + " s");
        shell.say("neither footage nor gap: " + report.unaccountedSeconds() + " s");
    }
}
