// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.store.VolumeEnrolment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "enrol", description = "Adds a volume of the configuration to the store; serve must not be running.")
final class VolumeEnrolCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Parameters(paramLabel = "VOLUME", description = "Its id in the configuration.")
    private String volume = "";

    @Option(
            names = "--zero",
            description = "Write every reel through once, so that the first round is as fast as the next.")
    private boolean zero;

    VolumeEnrolCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        SiteConfig site = OwnerCall.site(common);
        VolumeEnrolment.Progress progress =
                (reels, of) -> shell.note("reel " + reels + " of " + of + " written through");
        ControlRoom.enrol(
                common.dataFolder(),
                site,
                volume,
                common.clock(shell),
                zero ? Optional.of(progress) : Optional.empty());
        if (common.json) {
            shell.printJson(Documents.of("volume-enrol").put("volume", volume).put("zeroed", zero));
        } else {
            shell.say("Volume " + volume + " is enrolled.");
        }
        return Refusal.GOOD;
    }
}
