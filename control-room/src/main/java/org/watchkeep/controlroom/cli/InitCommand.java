// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.Installation;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SecretFile;
import org.watchkeep.controlroom.config.ShellWord;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.config.SizeText;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.store.SystemStoreClock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "init", description = "Makes volumes, keystore, key homes and ledger of a new installation.")
final class InitCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(names = "--simulated", description = "For tests: mark the store as one that no real footage is in.")
    private boolean simulated;

    InitCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        Path data = common.dataFolder();
        SiteConfig site = OwnerCall.site(common);
        SecretFile.warning(site.keys().passphraseFile()).ifPresent(warning -> shell.note("warning: " + warning));
        Installation installation = new Installation(
                simulated ? Installation.Kind.SIMULATED : Installation.Kind.LIVE,
                site.file(),
                System.getProperty("user.name", ""),
                Documents.instant(shell.clock().instant()));
        ControlRoom.init(data, site, installation, new SystemStoreClock());
        for (SiteConfig.Volume volume : site.volumes()) {
            shell.note("volume " + volume.id() + ": " + SizeText.format(volume.sizeBytes()) + " claimed in "
                    + volume.path());
        }
        report(data, site, installation);
        return Refusal.GOOD;
    }

    private void report(Path data, SiteConfig site, Installation installation) {
        if (!common.json) {
            shell.say(data + " is initialised for " + site.name() + ". Keep a copy of "
                    + site.keys().keystore()
                    + " and its passphrase apart from this machine; start with: watchkeep serve --data "
                    + ShellWord.of(data));
            return;
        }
        ObjectNode document = Documents.of("init");
        document.put("data", data.toString())
                .put("config", site.file().toString())
                .put("kind", installation.kind().word());
        ArrayNode volumes = document.putArray("volumes");
        site.volumes()
                .forEach(volume -> volumes.addObject()
                        .put("id", volume.id())
                        .put("path", volume.path().toString())
                        .put("sizeBytes", volume.sizeBytes()));
        shell.printJson(document);
    }
}
