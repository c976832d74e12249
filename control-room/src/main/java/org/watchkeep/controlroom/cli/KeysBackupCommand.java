// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.KeyActs;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "backup", description = "Copies the keystore. Roots of epochs are in no backup, ever.")
final class KeysBackupCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "Where to; no file of this name yet.")
    private Path out = Path.of("");

    @Option(
            names = "--medium",
            paramLabel = "TEXT",
            required = true,
            description = "What it is on and where that is kept, for whoever has to destroy it one day.")
    private String medium = "";

    KeysBackupCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        String file = out.toAbsolutePath().normalize().toString();
        Acts.Request request = new Acts.Request(
                KeyActs.BACKUP, Documents.part().put("out", file).put("medium", medium));
        return new OwnerCall(shell, common)
                .answer(
                        request,
                        done -> shell.say("master " + done.path("master").asText() + " copied to "
                                + done.path("file").asText() + "; it opens with the same passphrase"));
    }
}
