// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.Installation;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.config.SiteConfigReader;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.store.SystemStoreClock;

/** A small installation for one run: a ring that holds all of it, so that all of it can be checked afterwards. */
final class BenchSite {
    private static final int SECRET_BYTES = 16;

    /** Four reels of the smallest size: less the store refuses. */
    private static final long LEAST_BYTES = 256L << 20;

    private final Path folder;

    private BenchSite(Path folder) {
        this.folder = folder;
    }

    /** Makes it in an empty folder, for cameras at {@code base/cam1} and so on. */
    static BenchSite make(Path folder, String base, int cameras, long ringBytes)
            throws IOException, ConfigException, Refusal {
        Files.createDirectories(folder);
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        Files.writeString(folder.resolve("passphrase"), HexFormat.of().formatHex(secret) + "\n");
        BenchSite site = new BenchSite(folder);
        Files.writeString(site.config(), yaml(base, cameras, Math.max(LEAST_BYTES, ringBytes)));
        SiteConfig read = SiteConfigReader.read(site.config());
        Installation installation = new Installation(Installation.Kind.SIMULATED, site.config(), "bench", "");
        ControlRoom.init(site.data(), read, installation, new SystemStoreClock());
        return site;
    }

    Path config() {
        return folder.resolve(Installation.SITE);
    }

    Path data() {
        return folder.resolve("data");
    }

    private static String yaml(String base, int cameras, long ringBytes) {
        StringBuilder yaml = new StringBuilder("""
                site: {name: Bench, timeZone: Europe/London}
                volumes:
                  - {id: bench, path: volume, size: %dMiB}
                keys: {keystore: keys/master.p12, passphraseFile: passphrase, homes: [keys/home-a, keys/home-b]}
                classes:
                  - {id: bench, days: 31}
                cameras:
                """.formatted((ringBytes + (1 << 20) - 1) >> 20));
        for (int i = 1; i <= cameras; i++) {
            yaml.append("  - {id: cam")
                    .append(i)
                    .append(", number: ")
                    .append(i)
                    .append(", name: Camera ")
                    .append(i)
                    .append(", url: \"")
                    .append(base)
                    .append("/cam")
                    .append(i)
                    .append("\"}\n");
        }
        return yaml.toString();
    }
}
