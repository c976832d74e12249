// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.profiles.Profiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "show", description = "Shows one profile: every statement with its source, and what follows from it.")
final class ProfileShowCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "ID", description = "Of a camera family or a recorder, as profile ls prints it.")
    @SuppressWarnings("NullAway.Init") // picocli fills it in
    private String id;

    ProfileShowCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Refusal {
        Profiles profiles = Profiles.builtIn();
        Optional<ObjectNode> document = profiles.camera(id)
                .map(ProfileDocuments::camera)
                .or(() -> profiles.recorder(id).map(ProfileDocuments::recorder));
        if (document.isEmpty()) {
            throw Refusal.badInput("profile-unknown", "no profile " + id, "See: watchkeep profile ls");
        }
        if (common.json) {
            shell.printJson(document.get());
        } else {
            ProfileDocuments.print(shell, document.get(), "");
        }
        return Refusal.GOOD;
    }
}
