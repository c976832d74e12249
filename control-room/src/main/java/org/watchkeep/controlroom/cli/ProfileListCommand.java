// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.profiles.CameraProfile;
import org.watchkeep.profiles.Limit;
import org.watchkeep.profiles.Profiles;
import org.watchkeep.profiles.RecorderLimits;
import org.watchkeep.profiles.RecorderProfile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "ls", description = "Lists the camera families and example recorders that are known.")
final class ProfileListCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    ProfileListCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        Profiles profiles = Profiles.builtIn();
        if (common.json) {
            shell.printJson(document(profiles));
            return Refusal.GOOD;
        }
        shell.say("Cameras");
        for (CameraProfile camera : profiles.cameras()) {
            shell.say(String.format(
                    Locale.ROOT,
                    "  %-18s %-32s %s",
                    camera.id(),
                    camera.vendor(),
                    camera.addresses().isPresent() ? "" : "address must be given"));
        }
        shell.say("Recorders");
        for (RecorderProfile recorder : profiles.recorders()) {
            Limit most = RecorderLimits.of(recorder).maxIngest();
            shell.say(String.format(
                    Locale.ROOT,
                    "  %-18s %-60s at most %.0f Mbit/s (%s)",
                    recorder.id(),
                    recorder.name(),
                    most.available(),
                    most.factor().word()));
        }
        return Refusal.GOOD;
    }

    private static ObjectNode document(Profiles profiles) {
        ObjectNode document = Documents.of("profile-ls");
        ArrayNode cameras = document.putArray("cameras");
        for (CameraProfile camera : profiles.cameras()) {
            cameras.addObject()
                    .put("id", camera.id())
                    .put("vendor", camera.vendor())
                    .put("hasAddress", camera.addresses().isPresent());
        }
        ArrayNode recorders = document.putArray("recorders");
        for (RecorderProfile recorder : profiles.recorders()) {
            Limit most = RecorderLimits.of(recorder).maxIngest();
            recorders
                    .addObject()
                    .put("id", recorder.id())
                    .put("name", recorder.name())
                    .put("maxIngestMbps", ProfileDocuments.rounded(most.available()))
                    .put("limitingFactor", most.factor().word());
        }
        return document;
    }
}
