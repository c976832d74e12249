// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.watchkeep.bench.ChildProcess;
import org.watchkeep.bench.fleet.FleetCamera;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.Installation;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.config.SiteConfigReader;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.rtsp.MediaTransport;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.SystemStoreClock;

/** A small installation for one run: a ring that holds all of it, so that all of it can be checked afterwards. */
public final class BenchSite {
    private static final int SECRET_BYTES = 16;

    /** Four reels of the smallest size: less the store refuses. */
    private static final long LEAST_BYTES = 256L << 20;

    /** As the launcher starts {@code serve}. */
    private static final List<String> RECORDER_FLAGS = List.of("-Xmx1g", "-XX:MaxDirectMemorySize=2g");

    private final Path folder;

    private BenchSite(Path folder) {
        this.folder = folder;
    }

    /** Makes it in an empty folder, without a vault. */
    public static BenchSite make(Path folder, List<FleetCamera> cameras, long ringBytes)
            throws IOException, ConfigException, Refusal {
        return make(folder, cameras, ringBytes, 0);
    }

    /**
     * Makes it in an empty folder.
     *
     * @param vaultBytes of an evidence vault beside the ring; 0 for none
     */
    static BenchSite make(Path folder, List<FleetCamera> cameras, long ringBytes, long vaultBytes)
            throws IOException, ConfigException, Refusal {
        Files.createDirectories(folder);
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        Files.writeString(folder.resolve("passphrase"), HexFormat.of().formatHex(secret) + "\n");
        for (FleetCamera camera : cameras) {
            if (camera.login().isPresent()) {
                Files.writeString(
                        folder.resolve("password"), camera.login().get().password() + "\n");
                break;
            }
        }
        BenchSite site = new BenchSite(folder);
        String vault = vaultBytes > 0
                ? "vault: {path: vault, size: %dMiB}\n".formatted(mebibytes(Math.max(LEAST_BYTES, vaultBytes)))
                : "";
        Files.writeString(site.config(), yaml(cameras, Math.max(LEAST_BYTES, ringBytes), vault));
        SiteConfig read = SiteConfigReader.read(site.config());
        Installation installation = new Installation(Installation.Kind.SIMULATED, site.config(), "bench", "");
        ControlRoom.init(site.data(), read, installation, new SystemStoreClock());
        return site;
    }

    public Path config() {
        return folder.resolve(Installation.SITE);
    }

    public Path data() {
        return folder.resolve("data");
    }

    private static String yaml(List<FleetCamera> cameras, long ringBytes, String vault) {
        StringBuilder yaml = new StringBuilder("""
            site: {name: Bench, timeZone: Europe/London}
            volumes:
              - {id: bench, path: volume, size: %dMiB}
            keys: {keystore: keys/master.p12, passphraseFile: passphrase, homes: [keys/home-a, keys/home-b]}
            classes:
              - {id: bench, days: 31, reason: A measurement keeps what a town centre would}
            %scameras:
            """.formatted(mebibytes(ringBytes), vault));
        cameras.forEach(camera -> yaml.append(line(camera)));
        return yaml.toString();
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }

    private static String line(FleetCamera camera) {
        StringBuilder line = new StringBuilder("  - {id: %s, number: %d, name: Camera %d, url: \"%s\""
                .formatted(camera.id(), camera.number(), camera.number(), camera.url()));
        camera.subUrl()
                .ifPresent(sub -> line.append(", streams: {main: true, sub: \"")
                        .append(sub)
                        .append("\"}"));
        if (camera.transport() == MediaTransport.UDP) {
            line.append(", transport: udp");
        }
        camera.login()
                .ifPresent(login -> line.append(", credentials: {user: ")
                        .append(login.user())
                        .append(", passwordFile: password}"));
        camera.certificateSha256()
                .ifPresent(pin -> line.append(", tls: {pin: \"").append(pin).append("\"}"));
        return line.append("}\n").toString();
    }

    /** Starts {@code bench recorder} on it: what is measured is what {@code serve} runs. */
    public ChildProcess startRecorder() throws IOException {
        return ChildProcess.ofBench(
                RECORDER_FLAGS, List.of("recorder", "--data", data().toString(), "--config", config().toString()));
    }

    /** Becomes the owner of what was recorded. */
    public ControlRoom open() throws IOException, ConfigException, Refusal {
        return ControlRoom.open(
                data(), SiteConfigReader.read(config()), new SystemStoreClock(), AcknowledgementListener.NONE);
    }
}
