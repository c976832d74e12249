// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.watchkeep.controlroom.config.SecretFile;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.ControlSocket;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.RealDisk;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.KeyAlarm;
import org.watchkeep.retention.keys.MasterKeystore;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.StoreClock;
import org.watchkeep.retention.store.StoreSettings;

/**
 * The owner of a data folder: its lock, keys and store, and once asked its recorders and its control socket. All of it is
 * made here, in this order, and closed in the opposite one. Opened, used and closed by one thread.
 */
public final class ControlRoom implements Closeable {
    /** Code of the refusal when another process owns the folder. */
    public static final String IN_USE = "in-use";

    private final Path data;
    private final Closing closing;
    private final EpochKeys keys;
    private final FootageStore store;
    private final Acts acts;

    private ControlRoom(Path data, Closing closing, EpochKeys keys, FootageStore store, Acts acts) {
        this.data = data;
        this.closing = closing;
        this.keys = keys;
        this.store = store;
        this.acts = acts;
    }

    /**
     * Becomes the owner.
     *
     * @param acknowledgements hears of each fragment that became durable
     * @throws Refusal when the folder is not initialised, or another process owns it
     */
    public static ControlRoom open(
            Path data, SiteConfig site, StoreClock clock, AcknowledgementListener acknowledgements)
            throws IOException, Refusal {
        requireInitialised(data, site);
        Disk disk = new RealDisk();
        Closing closing = new Closing();
        try {
            closing.add(lock(data));
            EpochKeys keys = closing.add(openKeys(disk, site.keys()));
            FootageStore store =
                    closing.add(FootageStore.open(storeSettings(data, site), disk, keys, clock, acknowledgements));
            return new ControlRoom(data, closing, keys, store, new StoreActs(store, site));
        } catch (IOException | RuntimeException | Refusal e) {
            closing.closeAfter(e);
            throw e;
        }
    }

    /** Deletes the index of a folder that nobody owns: the next owner builds it anew from reels and ledger. */
    public static void deleteIndex(Path data, SiteConfig site) throws IOException, Refusal {
        requireInitialised(data, site);
        try (FolderLock lock = lock(data)) {
            FootageStore.deleteIndex(storeSettings(data, site));
        }
    }

    private static void requireInitialised(Path data, SiteConfig site) throws IOException, Refusal {
        if (Installation.find(data).isEmpty()) {
            throw Refusal.environment(
                    "not-initialised",
                    data + " is not initialised",
                    "Run: watchkeep init --data " + data + " --config " + site.file());
        }
    }

    /**
     * Makes keystore, key homes, volumes and ledger of a new installation, and last the note that it is one; refuses what
     * is there already.
     */
    public static void init(Path data, SiteConfig site, Installation installation, StoreClock clock)
            throws IOException, Refusal {
        if (Installation.find(data).isPresent()) {
            throw Refusal.badInput("initialised", data + " is initialised already", "Name another --data folder.");
        }
        char[] passphrase = passphrase(site.keys());
        makeFolders(data, site.keys());
        Disk disk = new RealDisk();
        try (FolderLock lock = lock(data)) {
            MasterKeystore.create(disk, site.keys().keystore(), passphrase);
            EpochKeys.create(
                    disk, site.keys().homes().get(0), site.keys().homes().get(1));
            FootageStore.init(storeSettings(data, site), disk, clock);
            installation.write(data);
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }

    /** New folders are for the recorder's user only: ledger and socket say where people were. */
    private static void makeFolders(Path data, SiteConfig.Keys keys) throws IOException {
        FileAttribute<?> ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Files.createDirectories(data, ownerOnly);
        Path folder = keys.keystore().getParent();
        if (folder != null) {
            Files.createDirectories(folder, ownerOnly);
        }
    }

    private static FolderLock lock(Path data) throws IOException, Refusal {
        return FolderLock.take(data)
                .orElseThrow(() -> Refusal.environment(
                        IN_USE,
                        "another watchkeep process is using " + data,
                        "Wait until it ends, or name another --data folder."));
    }

    private static EpochKeys openKeys(Disk disk, SiteConfig.Keys settings) throws IOException, Refusal {
        char[] passphrase = passphrase(settings);
        try {
            MasterKeystore master = MasterKeystore.open(disk, settings.keystore(), passphrase);
            return EpochKeys.open(
                    disk, settings.homes().get(0), settings.homes().get(1), master);
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }

    private static char[] passphrase(SiteConfig.Keys settings) throws Refusal {
        try {
            return SecretFile.read(settings.passphraseFile());
        } catch (IOException e) {
            throw Refusal.environment(
                    "no-passphrase",
                    "the keystore's passphrase cannot be had: " + e.getMessage(),
                    "Put it into " + settings.passphraseFile() + ", one line, readable by the recorder's user only.");
        }
    }

    private static StoreSettings storeSettings(Path data, SiteConfig site) {
        return new StoreSettings(
                data,
                site.volumes().stream()
                        .map(v -> new StoreSettings.VolumeSettings(v.id(), v.path(), v.sizeBytes()))
                        .toList(),
                site.classes().stream()
                        .map(c -> new StoreSettings.ClassSettings(c.id(), c.days()))
                        .toList());
    }

    public FootageStore store() {
        return store;
    }

    /** The acts this owner does, for its own command. */
    public Acts acts() {
        return acts;
    }

    /** What a person must know of the keys: a home that is missing, and the like. */
    public List<KeyAlarm> keyAlarms() {
        return keys.alarms();
    }

    /** Opens the control socket: from now on other commands come in. */
    public void listen(LongSupplier nanoTime) throws IOException {
        closing.add(ControlSocket.open(data, acts, ControlSocket.Limits.USUAL, nanoTime));
    }

    @Override
    public void close() throws IOException {
        closing.close();
    }
}
