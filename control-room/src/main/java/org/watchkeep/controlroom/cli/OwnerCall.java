// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.config.SiteConfigReader;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Answer;
import org.watchkeep.controlroom.control.ControlClient;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.store.AcknowledgementListener;

/** Asks the owner of a data folder to act; where there is none, becomes the owner for as long as the act takes. */
final class OwnerCall {
    /** An owner that starts or ends holds the lock and has no socket: recovery and a clean stop take about this long. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Shell shell;
    private final StoreOptions common;

    OwnerCall(Shell shell, StoreOptions common) {
        this.shell = shell;
        this.common = common;
    }

    Acts.Result run(Acts.Request request, Answer answer) throws Refusal, IOException, ConfigException {
        Path data = common.dataFolder();
        long start = shell.nanoTime().getAsLong();
        while (true) {
            Optional<ControlClient> owner = ControlClient.connect(data);
            if (owner.isPresent()) {
                try (ControlClient client = owner.get()) {
                    common.refuseBesideARecorder();
                    return client.run(request, answer);
                }
            }
            try {
                return runHere(data, request, answer);
            } catch (Refusal e) {
                boolean busy = e.code().equals(ControlRoom.IN_USE);
                long waited = shell.nanoTime().getAsLong() - start;
                if (!busy || waited > PATIENCE.toNanos() || shell.stop().await(PAUSE)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Runs it and tells of it: as the one document, or in words.
     *
     * @param words prints the document for people
     * @return the command's exit code
     */
    int answer(Acts.Request request, Consumer<JsonNode> words) throws Refusal, IOException, ConfigException {
        Acts.Result result = run(request, new Notes(shell));
        if (common.json) {
            shell.printJson(result.document());
        } else {
            words.accept(result.document());
        }
        return result.exit();
    }

    private Acts.Result runHere(Path data, Acts.Request request, Answer answer)
            throws Refusal, IOException, ConfigException {
        SiteConfig site = site(common);
        try (ControlRoom room = ControlRoom.open(data, site, common.clock(shell), AcknowledgementListener.NONE)) {
            return room.acts().run(request, System.getProperty("user.name", ""), answer);
        }
    }

    /** The site of a command that needs one. */
    static SiteConfig site(CommonOptions common) throws Refusal, IOException, ConfigException {
        Path file = common.configFile();
        try {
            return SiteConfigReader.read(file);
        } catch (NoSuchFileException e) {
            throw noSite(common, file);
        }
    }

    /** A file that was named is a slip of the pen; one that nobody named was never written. */
    static Refusal noSite(CommonOptions common, Path file) {
        String message = "no site configuration " + file;
        String next = "Name it with --config, or print one to begin from: watchkeep config example";
        return common.config == null
                ? Refusal.environment("no-config", message, next)
                : Refusal.badInput("no-config", message, next);
    }
}
