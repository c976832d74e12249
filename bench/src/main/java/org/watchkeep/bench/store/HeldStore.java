// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.audit.Trail;
import org.watchkeep.retention.audit.TrailKey;
import org.watchkeep.retention.audit.TrailSettings;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.hold.Admission;
import org.watchkeep.retention.hold.HeldByRegister;
import org.watchkeep.retention.hold.HoldAnswer;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.hold.HoldRegister;
import org.watchkeep.retention.hold.Holds;
import org.watchkeep.retention.hold.KeysInHomes;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.HeldKeys;
import org.watchkeep.retention.keys.MasterKeystore;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.HoldParts;
import org.watchkeep.retention.store.Holding;
import org.watchkeep.retention.store.SimulatedStore;
import org.watchkeep.retention.store.StoreTrail;

/**
 * A described store with a trail and holds, opened as a recorder opens it but for its clock, which the bench moves, and for
 * the keeper's rounds, which the bench asks for: so that one erasure can be timed by itself. One thread.
 */
final class HeldStore implements Closeable {
    static final Actor KEEPER = Actor.staff(1);
    private static final Actor SECOND = Actor.staff(2);

    private final Trail trail;
    private final EpochKeys keys;
    private final HeldKeys heldKeys;
    private final StoreTrail entries;
    private final List<String> alarms = new ArrayList<>();
    final SimulatedStore store;
    final Holds holds;

    private HeldStore(StoreFolder folder, MovedClock clock, MasterKeystore master) throws IOException {
        Disk disk = folder.disk();
        byte[] seed = master.trailSeed()
                .orElseThrow(() -> new IOException("the keystore of " + folder.path() + " has no key for a trail"));
        Path place = folder.path().resolve("trail");
        TrailSettings settings = new TrailSettings(place, TrailKey.ofSeed(seed), clock::utc, alarms::add);
        Trail.create(disk, settings, Trail.DEFAULT_NAME).close();
        this.trail = Trail.open(disk, settings);
        this.keys = folder.openKeys();
        this.heldKeys = folder.openHeldKeys();
        this.entries = StoreTrail.of(disk, place, trail, KEEPER);
        HoldRegister register = new HoldRegister();
        this.store = SimulatedStore.open(
                folder.settings(),
                disk,
                keys,
                clock,
                AcknowledgementListener.NONE,
                new Holding(new HeldByRegister(register), Optional.of(heldKeys)),
                entries,
                SimulatedStore.Fault.NONE);
        HoldParts parts = store.store().holds();
        this.holds = new Holds(
                register,
                new Holds.Surroundings(
                        parts.entries(),
                        parts::keepText,
                        parts.footage(),
                        new KeysInHomes(heldKeys, keys),
                        () -> Admission.onReels(parts.footage()),
                        parts.eraseLock(),
                        clock::utc));
        alarms.addAll(holds.begin());
    }

    /** Gives the described store a trail, and opens it. */
    static HeldStore open(StoreFolder folder, MovedClock clock) throws IOException {
        return new HeldStore(folder, clock, folder.openMaster());
    }

    /** Ends these holds at once, as two people may. */
    void release(List<HoldId> ids) throws IOException {
        for (HoldId id : ids) {
            HoldAnswer answer = holds.release(id, Optional.empty(), KEEPER, Optional.of(SECOND));
            if (!(answer instanceof HoldAnswer.Done)) {
                throw new IOException("a hold was not released: " + answer);
            }
        }
    }

    /** Epochs that have a root, the oldest first. */
    List<Epoch> live() {
        return keys.epochs().stream()
                .filter(epoch -> epoch.state() == Epoch.State.LIVE)
                .toList();
    }

    /** What went wrong so far, in the words of trail, holds and retention. */
    List<String> alarms() {
        List<String> all = new ArrayList<>(alarms);
        all.addAll(store.store().retention().status().alarms());
        return all;
    }

    @Override
    public void close() throws IOException {
        try (trail;
                keys;
                heldKeys) {
            store.close();
            entries.settleLast();
        }
    }
}
