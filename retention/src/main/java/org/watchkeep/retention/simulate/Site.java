// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.audit.Trail;
import org.watchkeep.retention.audit.TrailKey;
import org.watchkeep.retention.audit.TrailSettings;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.hold.Admission;
import org.watchkeep.retention.hold.HeldByRegister;
import org.watchkeep.retention.hold.HoldRegister;
import org.watchkeep.retention.hold.Holds;
import org.watchkeep.retention.hold.KeysInHomes;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.HeldKeys;
import org.watchkeep.retention.keys.MasterKeystore;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.HeldFootage;
import org.watchkeep.retention.store.HoldParts;
import org.watchkeep.retention.store.Holding;
import org.watchkeep.retention.store.SimulatedStore;
import org.watchkeep.retention.store.StoreSettings;
import org.watchkeep.retention.store.StoreTrail;

/** A recorder between its start and its stop: keys, trail, store and holds, opened in their order. One thread. */
final class Site implements Closeable {
    /** Who looks after the simulated site. */
    static final Actor KEEPER = Actor.staff(1);

    static final Actor SECOND = Actor.staff(2);

    /** It guards a folder that is deleted at the end, and keys that no footage of anybody is under. */
    private static final String PASSPHRASE = "simulated";

    private static final Logger log = LoggerFactory.getLogger(Site.class);

    /** What stays while a site is stopped. Immutable. */
    record Ground(Disk disk, StoreSettings settings, MasterKeystore master, SimulatedTime time, Sabotage sabotage) {
        Path home(String name) {
            return settings.folder().resolve(name);
        }

        TrailSettings trail() {
            byte[] seed = master.trailSeed().orElseThrow();
            return new TrailSettings(
                    settings.folder().resolve("trail"),
                    TrailKey.ofSeed(seed),
                    time::utc,
                    alarm -> log.error("ALARM audit trail: {}", alarm));
        }
    }

    private final Trail trail;
    private final EpochKeys keys;
    private final HeldKeys heldKeys;
    private final StoreTrail entries;
    private final SimulatedTime time;
    final SimulatedStore store;
    final Holds holds;

    private Site(Ground ground, Trail trail, EpochKeys keys, HeldKeys heldKeys, AcknowledgementListener listener)
            throws IOException {
        this.trail = trail;
        this.keys = keys;
        this.heldKeys = heldKeys;
        this.time = ground.time();
        HoldRegister register = new HoldRegister();
        this.entries = StoreTrail.of(ground.disk(), ground.trail().folder(), trail, KEEPER);
        HeldFootage held = new HeldByRegister(register);
        this.store = SimulatedStore.open(
                ground.settings(),
                ground.disk(),
                keys,
                ground.time(),
                listener,
                new Holding(
                        ground.sabotage() == Sabotage.DROP_HOLD ? new ForgetfulHolds(held) : held,
                        Optional.of(heldKeys)),
                entries,
                fault(ground.sabotage()));
        this.holds = holds(register);
    }

    private Holds holds(HoldRegister register) {
        HoldParts parts = store.store().holds();
        return new Holds(
                register,
                new Holds.Surroundings(
                        parts.entries(),
                        parts::keepText,
                        parts.footage(),
                        new KeysInHomes(heldKeys, keys),
                        () -> Admission.onReels(parts.footage()),
                        parts.eraseLock(),
                        time::utc));
    }

    private static SimulatedStore.Fault fault(Sabotage sabotage) {
        return switch (sabotage) {
            case ERASE_LATE -> SimulatedStore.Fault.ERASES_LATE;
            case ERASE_EARLY -> SimulatedStore.Fault.ERASES_EARLY;
            case NONE, DROP_HOLD, LOSE_SECOND -> SimulatedStore.Fault.NONE;
        };
    }

    /** Makes keys, reels, ledger and trail of a new site. */
    static Ground make(Disk disk, StoreSettings settings, SimulatedTime time, Sabotage sabotage, long reelBytes)
            throws IOException {
        Path folder = settings.folder();
        disk.createFolders(folder);
        MasterKeystore master = MasterKeystore.create(disk, folder.resolve("keystore.p12"), PASSPHRASE.toCharArray());
        Ground ground = new Ground(disk, settings, master, time, sabotage);
        EpochKeys.create(disk, ground.home("home-a"), ground.home("home-b"));
        SimulatedStore.init(settings, disk, time, reelBytes);
        Trail.create(disk, ground.trail(), Trail.DEFAULT_NAME).close();
        return ground;
    }

    /**
     * Starts the recorder.
     *
     * @param listener hears of what becomes durable
     */
    static Site open(Ground ground, AcknowledgementListener listener) throws IOException {
        Disk disk = ground.disk();
        EpochKeys keys = EpochKeys.open(disk, ground.home("home-a"), ground.home("home-b"), ground.master());
        HeldKeys heldKeys = HeldKeys.open(disk, ground.home("home-a"), ground.home("home-b"), ground.master());
        Trail trail = Trail.open(disk, ground.trail());
        Site site = new Site(ground, trail, keys, heldKeys, listener);
        List<String> alarms = site.holds.begin();
        alarms.forEach(alarm -> log.error("ALARM holds: {}", alarm));
        return site;
    }

    /** What the recorder's own threads do each minute. */
    void keepTrail() throws IOException {
        holds.releaseEnded();
        entries.enterRoot(time.utc());
        var unused = trail.checkpoint();
    }

    @Override
    public void close() throws IOException {
        try (trail;
                keys;
                heldKeys) {
            store.close();
            entries.settleLast();
            entries.snapshot();
        }
    }
}
