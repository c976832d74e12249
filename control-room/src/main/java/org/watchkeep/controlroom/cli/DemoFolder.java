// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.Installation;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SecretFile;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.config.SiteConfigReader;
import org.watchkeep.controlroom.control.ControlClient;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.store.SystemStoreClock;

/**
 * A demo's data folder: a whole small installation in one place, volume, keys and configuration. A temporary one is
 * removed when closed; a named one is kept, and the next demo records on in it. Confined to the command's thread.
 */
final class DemoFolder implements Closeable {
    /** Four reels of the smallest size: the demo's eight cameras come round in eight minutes, and the oldest goes. */
    private static final String VOLUME_SIZE = "256MiB";

    /** First line of a demo's configuration. */
    static final String WRITTEN_BY = "# Written by watchkeep demo; it is written anew at each start.";

    private static final int SECRET_BYTES = 12;

    private final Path folder;
    private final boolean temporary;

    private DemoFolder(Path folder, boolean temporary) {
        this.folder = folder;
        this.temporary = temporary;
    }

    /** @param named the folder to keep; null for a temporary one */
    static DemoFolder open(@Nullable Path named) throws IOException, Refusal {
        if (named == null) {
            DemoLeftovers.remove(Path.of(System.getProperty("java.io.tmpdir")));
            return new DemoFolder(Files.createTempDirectory(DemoLeftovers.prefix()), true);
        }
        Path folder = named.toAbsolutePath().normalize();
        Optional<Installation> installation = Installation.find(folder);
        if (installation.isPresent() && installation.get().kind() != Installation.Kind.DEMO) {
            throw Refusal.badInput(
                    "not-a-demo",
                    folder + " holds a store that is not a demo's ("
                            + installation.get().kind().word() + ")",
                    "Name another --data folder.");
        }
        if (installation.isEmpty() && !isEmpty(folder)) {
            throw Refusal.badInput(
                    "not-a-demo", folder + " holds other files", "Name an empty folder, or one that a demo has made.");
        }
        Optional<ControlClient> owner = ControlClient.connect(folder);
        if (owner.isPresent()) {
            owner.get().close();
            throw Refusal.environment(
                    ControlRoom.IN_USE, "another demo is recording into " + folder, "Name another --data folder.");
        }
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return new DemoFolder(folder, false);
    }

    private static boolean isEmpty(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return true;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        } catch (NotDirectoryException e) {
            return false;
        }
    }

    Path path() {
        return folder;
    }

    boolean isTemporary() {
        return temporary;
    }

    /** A camera's password, made when first asked for. */
    String password(int number) throws IOException {
        return secret(passwordFile(number));
    }

    private Path passwordFile(int number) {
        return folder.resolve("camera-" + number + ".password");
    }

    private static String secret(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] random = new byte[SECRET_BYTES];
            new SecureRandom().nextBytes(random);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, HexFormat.of().formatHex(random) + "\n");
        }
        return new String(SecretFile.read(file));
    }

    /** Writes the configuration of these cameras, makes the store when there is none, and reads the site back. */
    SiteConfig prepare(List<DemoCamera> cameras, List<URI> urls, String certificateSha256, Instant now)
            throws IOException, Refusal, ConfigException {
        secret(folder.resolve("passphrase"));
        Path file = folder.resolve(Installation.SITE);
        Files.writeString(file, yaml(cameras, urls, certificateSha256));
        SiteConfig site = SiteConfigReader.read(file);
        if (Installation.find(folder).isEmpty()) {
            Installation installation = new Installation(
                    Installation.Kind.DEMO, file, System.getProperty("user.name", ""), Documents.instant(now));
            ControlRoom.init(folder, site, installation, new SystemStoreClock());
        }
        return site;
    }

    private String yaml(List<DemoCamera> cameras, List<URI> urls, String certificateSha256) {
        StringBuilder yaml = new StringBuilder("""
            %s
            site: {name: Watchkeep demo, timeZone: Europe/London}
            volumes:
              - {id: demo, path: volume, size: %s}
            keys: {keystore: keys/master.p12, passphraseFile: passphrase, homes: [keys/home-a, keys/home-b]}
            classes:
              - {id: demo, days: 31, reason: A demonstration shows what a town centre would keep}
            cameras:
            """.formatted(WRITTEN_BY, VOLUME_SIZE));
        for (int i = 0; i < cameras.size(); i++) {
            DemoCamera camera = cameras.get(i);
            yaml.append("  - {id: ").append(camera.id());
            yaml.append(", number: ").append(camera.number());
            yaml.append(", name: ").append(camera.name());
            yaml.append(", url: \"").append(urls.get(i)).append('"').append(camera.transportKey(certificateSha256));
            if (camera.wantsLogin()) {
                yaml.append(", credentials: {user: ").append(DemoCamera.USER);
                yaml.append(", passwordFile: ")
                        .append(passwordFile(camera.number()).getFileName())
                        .append(camera.loginKey())
                        .append('}');
            }
            yaml.append("}\n");
        }
        return yaml.toString();
    }

    @Override
    public void close() throws IOException {
        if (temporary) {
            DemoLeftovers.deleteTree(folder);
        }
    }
}
