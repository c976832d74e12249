// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.controlroom.config.SecretFile;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.ControlSocket;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import org.watchkeep.recorder.ingest.AlarmSink;
import org.watchkeep.recorder.ingest.CameraSettings;
import org.watchkeep.recorder.ingest.CameraStatus;
import org.watchkeep.recorder.ingest.RecorderSettings;
import org.watchkeep.recorder.ingest.RecorderTier;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.RealDisk;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.KeyAlarm;
import org.watchkeep.retention.keys.MasterKeystore;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.StoreClock;
import org.watchkeep.retention.store.StoreSettings;
import org.watchkeep.retention.store.VolumeEnrolment;

/**
 * The owner of a data folder: its lock, keys and store, and once asked its recorders and its control socket. All of it is
 * made here, in this order, and closed in the opposite one. Opened, used and closed by one thread.
 */
public final class ControlRoom implements Closeable {
    /** Code of the refusal when another process owns the folder. */
    public static final String IN_USE = "in-use";

    /** Longer than the goodbye of a camera that answers; one that does not is let go. */
    private static final int STOP_SECONDS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(ControlRoom.class);

    private final Path data;
    private final SiteConfig site;
    private final StoreClock clock;
    /** What the store stands on: lock and keys. */
    private final Closing ground;

    private final EpochKeys keys;
    private final FootageStore store;
    private final Acts acts;
    private @Nullable RecorderTier recorders;
    private @Nullable ControlSocket socket;

    private ControlRoom(
            Path data, SiteConfig site, StoreClock clock, Closing ground, EpochKeys keys, FootageStore store) {
        this.data = data;
        this.site = site;
        this.clock = clock;
        this.ground = ground;
        this.keys = keys;
        this.store = store;
        this.acts = new StoreActs(store, site);
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
        Closing ground = new Closing();
        try {
            ground.add(lock(data));
            EpochKeys keys = ground.add(openKeys(disk, site.keys()));
            FootageStore store = FootageStore.open(storeSettings(data, site), disk, keys, clock, acknowledgements);
            return new ControlRoom(data, site, clock, ground, keys, store);
        } catch (IOException | RuntimeException | Refusal e) {
            ground.closeAfter(e);
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

    /** Adds a volume of the configuration to an installation that nobody owns at the moment. */
    public static void enrol(
            Path data, SiteConfig site, String volume, StoreClock clock, Optional<VolumeEnrolment.Progress> zero)
            throws IOException, Refusal {
        requireInitialised(data, site);
        try (FolderLock lock = lock(data)) {
            VolumeEnrolment.enrol(storeSettings(data, site), volume, new RealDisk(), clock, zero);
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
        socket = ControlSocket.open(data, acts, ControlSocket.Limits.USUAL, nanoTime);
    }

    /** Begins to record every camera that is enabled. Once. */
    public void record(AlarmSink alarms) throws IOException, Refusal {
        List<CameraSettings> cameras = new ArrayList<>();
        for (SiteConfig.Camera camera : site.cameras()) {
            if (camera.enabled()) {
                cameras.addAll(settings(camera));
            }
        }
        RecorderTier tier =
                new RecorderTier(RecorderSettings.ofThisMachine(), store, clock, new SecureRandom(), alarms);
        recorders = tier;
        tier.start(cameras);
    }

    /** One for each of its streams, the main one first. */
    private static List<CameraSettings> settings(SiteConfig.Camera camera) throws Refusal {
        try {
            CameraSettings main = new CameraSettings(
                    camera.id(),
                    camera.number(),
                    camera.name(),
                    camera.url(),
                    camera.credentials().flatMap(login -> credentials(camera, login)),
                    camera.classId(),
                    camera.transport(),
                    camera.tls());
            return camera.sub().map(sub -> List.of(main, main.ofSub(sub))).orElse(List.of(main));
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput(
                    "bad-camera", "camera " + camera.id() + ": " + e.getMessage(), "Correct it in the configuration.");
        }
    }

    /** A camera whose password cannot be had is called without: it refuses us, which is its gap; the others record. */
    private static Optional<Credentials> credentials(SiteConfig.Camera camera, SiteConfig.Credentials login) {
        SecretFile.warning(login.passwordFile()).ifPresent(LOG::warn);
        try {
            char[] password = SecretFile.read(login.passwordFile());
            try {
                return Optional.of(new Credentials(login.user(), new String(password), login.login()));
            } finally {
                Arrays.fill(password, '\0');
            }
        } catch (IOException e) {
            LOG.error("camera {}: its password cannot be had: {}", camera.id(), e.getMessage());
            return Optional.empty();
        }
    }

    /** Every camera at this moment, by its number. */
    public List<CameraStatus> cameras() {
        return recorders == null ? List.of() : recorders.statuses();
    }

    /** Says goodbye to every camera; what came so far goes to the store. */
    public void stopRecording() throws IOException {
        if (recorders == null) {
            return;
        }
        try {
            recorders.stop().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            LOG.warn("not every camera could be said goodbye to in {} s", STOP_SECONDS);
        } catch (ExecutionException e) {
            throw new IOException("a camera could not be stopped: " + e.getCause(), e);
        }
    }

    /** The store fetches its last batches from the event loops, so these end after it. */
    @Override
    public void close() throws IOException {
        Closing all = new Closing();
        all.add(ground);
        if (recorders != null) {
            all.add(recorders::close);
        }
        all.add(store);
        all.add(this::stopRecording);
        if (socket != null) {
            all.add(socket);
        }
        all.close();
    }
}
