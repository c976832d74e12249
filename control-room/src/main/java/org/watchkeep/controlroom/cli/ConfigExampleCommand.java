// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.util.concurrent.Callable;
import org.watchkeep.controlroom.config.SiteExample;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "example", description = "Prints a site configuration to begin from.")
final class ConfigExampleCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    ConfigExampleCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (common.json) {
            shell.printJson(Documents.of("config-example").put("yaml", SiteExample.text()));
        } else {
            shell.out().print(SiteExample.text());
            shell.out().flush();
        }
        return Refusal.GOOD;
    }
}
