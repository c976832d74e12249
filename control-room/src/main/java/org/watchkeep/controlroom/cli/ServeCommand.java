// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.controlroom.AcknowledgementLog;
import org.watchkeep.controlroom.AlarmLog;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SecretFile;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.ingest.CameraStatus;
import org.watchkeep.retention.store.AcknowledgementListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "serve", description = "Records the cameras of the configuration until it is told to stop.")
final class ServeCommand implements Callable<Integer> {
    /** How often the log says how it goes. */
    private static final Duration REPORT = Duration.ofMinutes(1);

    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    @Option(
            names = "--ack-log",
            paramLabel = "FILE",
            description = "Append a line for each fragment that became durable: stream, run, sequence, SHA-256.")
    @Nullable
    private Path ackLog;

    ServeCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME) instanceof ch.qos.logback.classic.Logger root) {
            root.setLevel(Level.INFO);
        }
        SiteConfig site = OwnerCall.site(common);
        SecretFile.warning(site.keys().passphraseFile()).ifPresent(warning -> shell.note("warning: " + warning));
        if (ackLog == null) {
            return serve(site, AcknowledgementListener.NONE);
        }
        try (AcknowledgementLog log = AcknowledgementLog.append(ackLog)) {
            return serve(site, log);
        }
    }

    private int serve(SiteConfig site, AcknowledgementListener acknowledgements) throws IOException, Refusal {
        Instant begun = shell.clock().instant();
        List<CameraStatus> atTheStop;
        ControlRoom room = ControlRoom.open(common.dataFolder(), site, common.clock(shell), acknowledgements);
        try (room) {
            room.keyAlarms().forEach(alarm -> shell.note("ALARM keys: " + alarm.message() + ". " + alarm.next()));
            room.warnings().forEach(warning -> shell.note("warning: " + warning));
            room.record(new AlarmLog());
            room.store().cutShort().ifPresent(stop -> shell.note(cutShort(stop)));
            room.listen(shell.nanoTime());
            shell.note("recording " + Notes.counted(room.cameras().size(), "camera") + " of " + site.name() + " into "
                    + common.dataFolder() + "; SIGTERM or Ctrl-C stops it cleanly");
            while (!shell.stop().await(REPORT)) {
                shell.note(Documents.instant(shell.clock().instant()) + " " + CameraRows.progress(room.cameras()));
            }
            shell.note("stopping");
            atTheStop = room.cameras();
        }
        report(begun, room.cameras(), atTheStop);
        return Refusal.GOOD;
    }

    private static String cutShort(Instant stop) {
        return "the last recording did not end cleanly (killed, power lost, or its stop could not be noted) around "
                + Documents.instant(stop) + "; what was not yet on disk is a gap recorder-stopped in `store ls`";
    }

    /**
     * After everything was closed: what was acknowledged to the last.
     *
     * @param atTheStop the same cameras while they still knew why they did not record
     */
    private void report(Instant begun, List<CameraStatus> cameras, List<CameraStatus> atTheStop) {
        if (!common.json) {
            shell.say("Stopped cleanly: " + CameraRows.outcome(cameras, atTheStop));
            return;
        }
        ObjectNode document = Documents.of("serve")
                .put("from", Documents.instant(begun))
                .put("to", Documents.instant(shell.clock().instant()));
        ArrayNode array = document.putArray("cameras");
        cameras.forEach(camera -> array.add(CameraRows.json(camera)));
        shell.printJson(document);
    }
}
