// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.Installation;
import org.watchkeep.controlroom.control.Refusal;
import picocli.CommandLine.Option;

/** The options that every command has. */
class CommonOptions {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data folder: ledger, index, lock. Default: ./data (demo: a temporary one).")
    @Nullable
    Path data;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Site configuration. Default: DATA/site.yaml, else the one given to init.")
    @Nullable
    Path config;

    @Option(names = "--json", description = "Print one JSON document on standard output.")
    boolean json;

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    boolean help;

    /** The file named, else the data folder's own, else the one the folder was initialised with. */
    Path configFile() throws IOException, Refusal {
        if (config != null) {
            return config.toAbsolutePath().normalize();
        }
        Path own = dataFolder().resolve(Installation.SITE);
        return Files.exists(own)
                ? own
                : Installation.find(dataFolder()).map(Installation::config).orElse(own);
    }

    Path dataFolder() {
        return (data == null ? Path.of("data") : data).toAbsolutePath().normalize();
    }
}
