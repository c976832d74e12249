// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "restore", description = "Brings a lost keystore back from its copy; nothing may be running.")
final class KeysRestoreCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Option(names = "--from", paramLabel = "FILE", required = true, description = "What keys backup wrote.")
    private Path from = Path.of("");

    KeysRestoreCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        SiteConfig site = OwnerCall.site(common);
        String master = ControlRoom.restoreKeys(
                common.dataFolder(), site, from.toAbsolutePath().normalize(), common.clock(shell));
        if (common.json) {
            shell.printJson(Documents.of("keys-restore")
                    .put("master", master)
                    .put("keystore", site.keys().keystore().toString()));
        } else {
            shell.say("master " + master + " is back in " + site.keys().keystore());
        }
        return Refusal.GOOD;
    }
}
