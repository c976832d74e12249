// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.controlroom.access.PurposesFile;
import org.watchkeep.controlroom.access.SitePurposes;
import org.watchkeep.controlroom.config.SecretFile;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.config.SizeText;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.ControlSocket;
import org.watchkeep.controlroom.control.HoldActs;
import org.watchkeep.controlroom.control.IncidentActs;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import org.watchkeep.recorder.ingest.AlarmSink;
import org.watchkeep.recorder.ingest.CameraSettings;
import org.watchkeep.recorder.ingest.CameraStatus;
import org.watchkeep.recorder.ingest.RecorderSettings;
import org.watchkeep.recorder.ingest.RecorderTier;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.RealDisk;
import org.watchkeep.retention.disk.TrialDisk;
import org.watchkeep.retention.hold.HeldByRegister;
import org.watchkeep.retention.hold.HoldRegister;
import org.watchkeep.retention.keys.CaseKeys;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.HeldKeys;
import org.watchkeep.retention.keys.KeyAlarm;
import org.watchkeep.retention.keys.KeystoreException;
import org.watchkeep.retention.keys.MasterKeystore;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.HoldParts;
import org.watchkeep.retention.store.Holding;
import org.watchkeep.retention.store.Scrubber;
import org.watchkeep.retention.store.ShieldedStore;
import org.watchkeep.retention.store.StoreClock;
import org.watchkeep.retention.store.StoreSettings;
import org.watchkeep.retention.store.VolumeEnrolment;
import org.watchkeep.retention.store.VolumeStatus;

/**
 * The owner of a data folder: its lock, keys and store, and once asked its recorders and its control socket. All of it is
 * made here, in this order, and closed in the opposite one. Opened, used and closed by one thread.
 */
public final class ControlRoom implements Closeable {
    /** Code of the refusal when another process owns the folder. */
    public static final String IN_USE = "in-use";

    /** Longer than the goodbye of a camera that answers; one that does not is let go. */
    private static final int STOP_SECONDS = 10;

    /** What an init has made so far, in the data folder until it is at its end. */
    private static final String UNFINISHED = "init.unfinished";

    private static final Logger LOG = LoggerFactory.getLogger(ControlRoom.class);

    private final Path data;
    private final SiteConfig site;
    private final StoreClock clock;
    /** What the store stands on: lock and keys. */
    private final Closing ground;

    private final EpochKeys keys;
    private final TrailKeeper trail;
    private final FootageStore store;
    private final HoldKeeper holds;
    private final VaultKeeper vault;
    private final Scrubber scrubber;
    private final SitePurposes purposes;
    private final Acts acts;
    private final TierSettings told = new TierSettings();
    private @Nullable RecorderTier recorders;
    private @Nullable ControlSocket socket;

    private ControlRoom(
            Path data, SiteConfig site, StoreClock clock, Closing ground, KeysAndTrail opened, FootageStore store) {
        this.data = data;
        this.site = site;
        this.clock = clock;
        this.ground = ground;
        this.keys = opened.keys();
        this.trail = opened.trail();
        this.store = store;
        this.vault = opened.vault();
        HoldParts parts = store.holds();
        this.holds = HoldKeeper.open(parts, opened.register(), opened.held(), keys, vault.room(parts), instants(clock));
        vault.start(store, holds.holds(), instants(clock));
        this.scrubber = Scrubber.open(
                store,
                new RealDisk(),
                data,
                trail.entries(),
                (stream, from, to) ->
                        holds.holdNeighbours(stream, from, to, trail.entries().people()),
                new Scrubber.Settings(site.scrubBytesASecond()));
        this.purposes = SitePurposes.read(data, site, instants(clock));
        StoreActs storeActs =
                new StoreActs(store, site, new FootageEntries(trail.entries(), clock, purposes), scrubber);
        Actor people = trail.entries().people();
        HoldActs holdActs = new HoldActs(
                new TrailActs(storeActs, trail.entries()), holds.holds(), store, site, people, instants(clock));
        this.acts = new KeyActs(
                vault.waking(new IncidentActs(holdActs, holds.holds(), people, instants(clock))),
                new RealDisk(),
                site.keys(),
                keys,
                opened.held(),
                vault.keys(),
                store.retention(),
                () -> trail.entries().require());
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
            KeysAndTrail opened = openKeys(disk, data, site, clock, ground);
            TrailKeeper trail = opened.trail();
            FootageStore store = ShieldedStore.open(
                    storeSettings(data, site),
                    disk,
                    opened.keys(),
                    clock,
                    acknowledgements,
                    new Holding(
                            new HeldByRegister(opened.register()),
                            Optional.of(opened.held()),
                            opened.vault().vault()),
                    trail.entries());
            return new ControlRoom(data, site, clock, ground, opened, store);
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
            if (site.vault().isPresent() && volume.equals(site.vault().get().id())) {
                VaultKeeper.enrol(new RealDisk(), site.vault().get());
            } else {
                VolumeEnrolment.enrol(storeSettings(data, site), volume, new RealDisk(), clock, zero);
            }
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
     * is there already, and takes back all it made where it fails.
     */
    public static void init(Path data, SiteConfig site, Installation installation, StoreClock clock)
            throws IOException, Refusal {
        init(data, site, installation, clock, new RealDisk(), MasterKeystore::create);
    }

    private interface Step {
        MasterKeystore take() throws IOException;
    }

    /** Makes a keystore with a new master key in it; that of a test guards it by fewer rounds. */
    interface NewKeystore {
        MasterKeystore create(Disk disk, Path keystore, char[] passphrase) throws KeystoreException;
    }

    static void init(
            Path data, SiteConfig site, Installation installation, StoreClock clock, Disk disk, NewKeystore newKeystore)
            throws IOException, Refusal {
        if (Installation.find(data).isPresent()) {
            throw Refusal.badInput("initialised", data + " is initialised already", "Name another --data folder.");
        }
        takeBackUnfinished(data, disk);
        char[] passphrase = passphrase(site.keys());
        TrialDisk trial = new TrialDisk(disk);
        try {
            make(
                    data,
                    site,
                    installation,
                    clock,
                    trial,
                    () -> newKeystore.create(trial, site.keys().keystore(), passphrase));
        } catch (IOException | RuntimeException | Refusal e) {
            trial.takeBack(e);
            for (Throwable left : e.getSuppressed()) {
                LOG.warn("init failed, and what it had made could not all be removed: {}", left.toString());
            }
            throw e;
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }

    private static void make(
            Path data, SiteConfig site, Installation installation, StoreClock clock, TrialDisk disk, Step keystore)
            throws IOException, Refusal {
        disk.createFolders(data);
        Path lockFile = data.resolve(FolderLock.FILE);
        if (!disk.exists(lockFile)) {
            disk.open(lockFile, Disk.Mode.WRITE).close(); // so that it is among what is taken back
        }
        try (FolderLock lock = lock(data)) {
            disk.keepJournal(data.resolve(UNFINISHED));
            Path folder = site.keys().keystore().getParent();
            if (folder != null) {
                disk.createFolders(folder);
            }
            MasterKeystore master = keystore.take();
            EpochKeys.create(
                    disk, site.keys().homes().get(0), site.keys().homes().get(1));
            FootageStore.init(storeSettings(data, site), disk, clock);
            if (site.vault().isPresent()) {
                VaultKeeper.enrol(disk, site.vault().get());
            }
            TrailKeeper.create(disk, data, master, instants(clock));
            PurposesFile.write(disk, data, LocalDate.ofInstant(instants(clock).instant(), site.timeZone()));
            installation.write(disk, data);
            disk.finished();
        }
    }

    /** An init that was killed in the middle had noted what it made; nothing was ever recorded in it. */
    private static void takeBackUnfinished(Path data, Disk disk) throws IOException, Refusal {
        Path journal = data.resolve(UNFINISHED);
        if (!disk.exists(journal)) {
            return;
        }
        try (FolderLock lock = lock(data)) {
            for (Path removed : TrialDisk.takeBackUnfinished(disk, journal)) {
                LOG.warn("an earlier init did not come to its end; what it left is removed: {}", removed);
            }
        }
    }

    /** Takes the lock of a folder that may be left over from a dead process; empty where one still owns it. */
    public static Optional<Closeable> takeOver(Path data) throws IOException {
        return FolderLock.take(data).map(lock -> lock);
    }

    private static FolderLock lock(Path data) throws IOException, Refusal {
        return FolderLock.take(data)
                .orElseThrow(() -> Refusal.environment(
                        IN_USE,
                        "another watchkeep process is using " + data,
                        "Wait until it ends, or name another --data folder."));
    }

    /** What a store stands on. */
    private record KeysAndTrail(
            EpochKeys keys, HeldKeys held, VaultKeeper vault, TrailKeeper trail, HoldRegister register) {}

    /** Keys and, with the keystore open once, the trail that one of them signs. */
    private static KeysAndTrail openKeys(Disk disk, Path data, SiteConfig site, StoreClock clock, Closing ground)
            throws IOException, Refusal {
        SiteConfig.Keys settings = site.keys();
        char[] passphrase = passphrase(settings);
        try {
            MasterKeystore master = TrailKeeper.keystore(disk, data, settings.keystore(), passphrase);
            EpochKeys keys = ground.add(EpochKeys.open(
                    disk, settings.homes().get(0), settings.homes().get(1), master));
            HeldKeys held = ground.add(HeldKeys.open(
                    disk, settings.homes().get(0), settings.homes().get(1), master));
            // Also without a vault in the configuration: a new master must not leave the keys of its cases behind.
            CaseKeys cases = CaseKeys.open(
                    disk, settings.homes().get(0), settings.homes().get(1), master);
            TrailKeeper trail = ground.add(TrailKeeper.open(disk, data, settings.homes(), master, instants(clock)));
            if (master.isRotating()) {
                KeyActs.goOnRotating(disk, settings, passphrase, keys, held, cases, trail);
            }
            return new KeysAndTrail(keys, held, VaultKeeper.open(disk, site, cases, clock), trail, new HoldRegister());
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }

    private static InstantSource instants(StoreClock clock) {
        return () -> TrailKeeper.instant(clock.utcMicros());
    }

    /** Brings a keystore back from its copy, into an installation that has none; the key homes must open under it. */
    public static String restoreKeys(Path data, SiteConfig site, Path from, StoreClock clock)
            throws IOException, Refusal {
        requireInitialised(data, site);
        Disk disk = new RealDisk();
        char[] passphrase = passphrase(site.keys());
        try (FolderLock lock = lock(data)) {
            MasterKeystore master = MasterKeystore.open(disk, from, passphrase);
            EpochKeys.open(disk, site.keys().homes().get(0), site.keys().homes().get(1), master)
                    .close();
            Path ofCases = VaultKeeper.besides(from);
            boolean isSame = disk.exists(ofCases)
                    && disk.exists(site.keys().keystore())
                    && MasterKeystore.open(disk, site.keys().keystore(), passphrase)
                            .masterId()
                            .equals(master.masterId());
            if (!isSame) {
                MasterKeystore.copy(disk, from, site.keys().keystore(), passphrase);
            }
            if (disk.exists(ofCases)) {
                CaseKeys cases = CaseKeys.open(
                        disk, site.keys().homes().get(0), site.keys().homes().get(1), master);
                LOG.info("{} keys of cases are back", cases.restore(ofCases));
            }
            // Entered afterwards: before, there was no key to open the trail with, and without keys nothing is
            // recorded.
            try (TrailKeeper trail = TrailKeeper.open(disk, data, site.keys().homes(), master, instants(clock))) {
                trail.note(Act.KEYS_RESTORED, Fields.NONE.with("backup", master.masterId()));
            }
            return master.masterId();
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }

    /** The caller wipes it. */
    static char[] passphrase(SiteConfig.Keys settings) throws Refusal {
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
                        .map(c -> new StoreSettings.ClassSettings(c.id(), c.days(), c.reason()))
                        .toList());
    }

    public FootageStore store() {
        return store;
    }

    /** The acts this owner does, for its own command. */
    public Acts acts() {
        vault.awaitFirstLook();
        return acts;
    }

    /** What a person must know of the keys: a home that is missing, and the like. */
    public List<KeyAlarm> keyAlarms() {
        return keys.alarms();
    }

    /** What of the configuration has no effect, and what to do about it. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>(purposes.warnings());
        for (VolumeStatus standing : store.volumeStatuses()) {
            site.volumes().stream()
                    .filter(volume -> volume.id().equals(standing.id()))
                    .filter(volume -> standing.missing().isEmpty() && !standing.isOfSize(volume.sizeBytes()))
                    .forEach(volume -> warnings.add("volume " + volume.id() + ": the configuration says "
                            + SizeText.format(volume.sizeBytes()) + ", it was made with "
                            + SizeText.format(standing.reels() * standing.reelBytes())
                            + " and keeps that: a volume does not change its size. For more room add another volume and"
                            + " run `watchkeep volume enrol`; else put the old size back into the configuration"));
        }
        return warnings;
    }

    /** Opens the control socket: from now on other commands come in. */
    public void listen(LongSupplier nanoTime) throws IOException {
        socket = ControlSocket.open(data, acts, ControlSocket.Limits.USUAL, nanoTime);
    }

    /** Begins to record every camera that is enabled, and to account for those that are not. Once. */
    public void record(AlarmSink alarms) throws IOException, Refusal {
        List<CameraSettings> cameras = new ArrayList<>();
        Set<String> off = new HashSet<>();
        for (SiteConfig.Camera camera : site.cameras()) {
            if (camera.enabled()) {
                cameras.addAll(told.ofCamera(camera));
            } else {
                off.add(camera.id());
            }
        }
        store.disable(store.streams().stream()
                .filter(stream -> off.contains(stream.camera()))
                .toList());
        RecorderSettings settings = TierSettings.ofSite(site);
        trail.recording(site);
        holds.start();
        RecorderTier tier = new RecorderTier(settings, store, clock, new SecureRandom(), alarms);
        recorders = tier;
        tier.start(cameras);
        scrubber.start();
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
        all.add(told);
        if (recorders != null) {
            all.add(recorders::close);
        }
        all.add(store);
        all.add(holds);
        all.add(vault);
        all.add(scrubber);
        all.add(this::stopRecording);
        if (socket != null) {
            all.add(socket);
        }
        all.close();
    }
}
