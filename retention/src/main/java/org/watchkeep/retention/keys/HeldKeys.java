// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.Disk;

/**
 * Keys of single streams in single epochs that holds keep: wrapped under the master key, in both homes. They open what is
 * held after the root of its epoch was overwritten, and nothing else of it.
 *
 * <p>What is kept is the union of the homes: a key that stands in one is carried to the other. It does not decide whether a
 * key should be kept; the register of holds does, and has what no hold explains dropped. A home that is away misses a drop
 * until it returns and is told again: {@link #homesAway}.
 *
 * <p>Order, and what a power cut right after each step leaves:
 *
 * <table>
 *   <caption>Steps</caption>
 *   <tr><td>keep: 1. home A grown, empty blocks</td><td>a longer file</td></tr>
 *   <tr><td>2. A: keys written, synced</td><td>the keys in A; carried to B at the next start</td></tr>
 *   <tr><td>3. B: the same. Only now {@link #keep} returns</td><td>the keys in both</td></tr>
 *   <tr><td>drop: 1. handed out no more</td><td>the keys in both</td></tr>
 *   <tr><td>2. A overwritten, synced, read back</td><td>the keys in B: carried to A again, and dropped again by whoever asked</td></tr>
 *   <tr><td>3. B: the same</td><td>none</td></tr>
 * </table>
 *
 * <p>Thread-safe. {@link #streamKey} and {@link #kept} take no lock and touch no disk.
 */
public final class HeldKeys implements Closeable {
    private static final byte[] LABEL = "watchkeep/v1/held-key".getBytes(StandardCharsets.US_ASCII);

    private final Object lock = new Object();
    private final Disk disk;
    private final List<Place> places;
    private final KeyWrap wrap;
    private final ConcurrentMap<HeldKey, HeldKeyBlock.Kept> byKey = new ConcurrentHashMap<>();
    /** Dropped, and not yet overwritten in a home that was away or failed: a return of that home must not revive them. */
    private final Set<HeldKey> dropping = new TreeSet<>();

    private volatile List<KeyAlarm> alarms = List.of();
    private volatile boolean closed;

    /** Where a home should be. */
    private static final class Place {
        final Path folder;

        @Nullable
        HeldKeyHome home;

        @Nullable
        KeyAlarm absence;
        /** True once it failed in this process. */
        boolean failed;

        Place(Path folder) {
            this.folder = folder;
        }
    }

    private interface Step {
        void on(HeldKeyHome home) throws IOException;
    }

    private HeldKeys(Disk disk, Path homeA, Path homeB, MasterKeystore master) {
        this.disk = disk;
        this.places = List.of(new Place(homeA), new Place(homeB));
        this.wrap = new KeyWrap(master, LABEL);
    }

    /**
     * Opens what the homes keep, after {@link EpochKeys#open} has found that they are of one store and of this master.
     * With one home it works and says so in {@link #alarms}.
     *
     * @throws KeyHomeException when there is no home, or a kept key is under another master
     */
    public static HeldKeys open(Disk disk, Path homeA, Path homeB, MasterKeystore master) throws IOException {
        HeldKeys keys = new HeldKeys(disk, homeA, homeB, master);
        try {
            keys.reunite();
            return keys;
        } catch (IOException | RuntimeException e) {
            keys.close();
            throw e;
        }
    }

    /** What is kept now, in order. */
    public List<HeldKey> kept() {
        return byKey.keySet().stream().sorted().toList();
    }

    public boolean isKept(HeldKey key) {
        return byKey.containsKey(key);
    }

    /** The kept key of a stream in an epoch; empty where none is kept. */
    public Optional<SecretKey> streamKey(long epoch, int stream) {
        HeldKeyBlock.Kept kept = closed || epoch < 1 || stream < 1 ? null : byKey.get(new HeldKey(epoch, stream));
        if (kept == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(unwrap(kept));
        } catch (DamagedBlockException e) {
            throw new IllegalStateException("held key of " + kept.key() + " opened at start and no longer does", e);
        }
    }

    /**
     * Keeps the keys of these streams in these epochs: durable in both homes on return (in the one that is left, with an
     * alarm). What is kept already is left as it is, also when its root is gone.
     *
     * @throws KeyHomeException when a root is erased and its stream's key is not kept: nothing was written then
     */
    public void keep(Collection<HeldKey> wanted, EpochKeys from) throws IOException {
        synchronized (lock) {
            checkOpen();
            reuniteLocked();
            List<HeldKeyBlock.Kept> all = new ArrayList<>();
            for (HeldKey key : new TreeSet<>(wanted)) {
                HeldKeyBlock.Kept kept = byKey.get(key);
                all.add(kept != null ? kept : wrapped(key, from));
            }
            if (all.isEmpty()) {
                return;
            }
            all.forEach(kept -> dropping.remove(kept.key()));
            inEach(home -> home.keep(all));
            all.forEach(kept -> byKey.put(kept.key(), kept));
        }
    }

    private HeldKeyBlock.Kept wrapped(HeldKey key, EpochKeys from) throws KeyHomeException {
        SecretKey clear = from.streamKey(key.epoch(), key.stream())
                .orElseThrow(() -> new KeyHomeException(
                        key + ": its root is erased, so its key cannot be kept any more",
                        "What it opened is gone; nothing else is affected."));
        byte[] bytes = clear.getEncoded();
        try {
            return new HeldKeyBlock.Kept(key, wrap.wrap(bytes, masterId -> HeldKeyBlock.clearPart(key, masterId)));
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * Overwrites these keys: handed out no more from the first moment; overwritten, synced and read back in the first home,
     * then in the second. May be run again after any failure; keys that are not kept are passed over.
     */
    public void drop(Collection<HeldKey> keys) throws IOException {
        synchronized (lock) {
            checkOpen();
            Set<HeldKey> gone = new TreeSet<>(keys);
            gone.forEach(byKey::remove);
            dropping.addAll(gone);
            inEach(home -> home.drop(gone));
            if (homesAwayLocked() == 0) {
                dropping.clear();
            }
        }
    }

    /**
     * Wraps every kept key under this master, in the first home, synced, then in the second. May be run again after any
     * failure.
     *
     * @throws IOException when not every key stands under the new master in every home: the old one must be kept
     */
    void rewrap(MasterKeystore next) throws IOException {
        synchronized (lock) {
            checkOpen();
            wrap.use(next);
            reuniteLocked();
            List<HeldKeyBlock.Kept> all = new ArrayList<>();
            for (HeldKeyBlock.Kept kept : byKey.values()) {
                byte[] key = unwrap(kept).getEncoded();
                try {
                    all.add(new HeldKeyBlock.Kept(
                            kept.key(), wrap.wrap(key, masterId -> HeldKeyBlock.clearPart(kept.key(), masterId))));
                } finally {
                    Arrays.fill(key, (byte) 0);
                }
            }
            // All of them, also those that one home has under the new master already: the other may not.
            inEach(home -> home.rewrite(all));
            all.forEach(kept -> byKey.put(kept.key(), kept));
            if (homesAwayLocked() > 0) {
                throw new KeyHomeException(
                        "master rotation: a key home with held keys is away (expected: both)",
                        "Bring it back, or replace it, and rotate again; the old master is kept until then.");
            }
        }
    }

    /** The old master is gone from the keystore. */
    void retired(MasterKeystore now) {
        wrap.use(now);
    }

    /** Looks for a home that was absent, and carries what only one of them keeps to the other. */
    public void reunite() throws IOException {
        synchronized (lock) {
            checkOpen();
            reuniteLocked();
        }
    }

    /** What a person must know of the homes now. */
    public List<KeyAlarm> alarms() {
        return alarms;
    }

    /** How many homes are away: each may still keep what was dropped meanwhile. */
    public int homesAway() {
        synchronized (lock) {
            return homesAwayLocked();
        }
    }

    private int homesAwayLocked() {
        return (int) places.stream().filter(place -> place.home == null).count();
    }

    @Override
    public void close() throws IOException {
        synchronized (lock) {
            closed = true;
            byKey.clear();
            for (Place place : places) {
                if (place.home != null) {
                    place.home.close();
                    place.home = null;
                }
            }
        }
    }

    private void reuniteLocked() throws IOException {
        List<Place> opened = new ArrayList<>();
        for (Place place : places) {
            if (place.home == null && open(place)) {
                opened.add(place);
            }
        }
        if (opened.isEmpty()) {
            noteAlarms();
            requireOne();
            return;
        }
        Map<HeldKey, HeldKeyBlock.Kept> union = new TreeMap<>(byKey);
        for (Place place : opened) {
            for (HeldKeyBlock.Kept kept : keptIn(place)) {
                union.putIfAbsent(kept.key(), checked(kept, place.folder));
            }
        }
        union.keySet().removeAll(dropping);
        for (Place place : opened) {
            tryOn(place, home -> {
                if (place.failed) {
                    home.writeWhole();
                    place.failed = false;
                }
            });
        }
        inEach(home -> {
            home.drop(dropping);
            home.keep(union.values());
        });
        byKey.putAll(union);
        if (homesAwayLocked() == 0) {
            dropping.clear();
        }
    }

    private static Collection<HeldKeyBlock.Kept> keptIn(Place place) {
        return place.home == null ? List.of() : place.home.kept().values();
    }

    /** False where the home is not there or cannot be read. */
    private boolean open(Place place) throws IOException {
        try {
            place.home = HeldKeyHome.open(disk, place.folder);
            place.absence = null;
            return true;
        } catch (NoSuchFileException e) {
            place.absence = new KeyAlarm(
                    "key home " + place.folder + " is not there; held keys are kept in the other home only",
                    "Mount its disk; for a replaced disk make a new home.");
        } catch (KeyHomeException e) {
            throw e;
        } catch (IOException e) {
            place.absence = new KeyAlarm(
                    "key home " + place.folder + ": held keys cannot be read: " + e.getMessage(),
                    "Have its disk checked; if it is beyond repair destroy it and make a new home.");
        }
        return false;
    }

    private HeldKeyBlock.Kept checked(HeldKeyBlock.Kept kept, Path folder) throws KeyHomeException {
        try {
            unwrap(kept);
            return kept;
        } catch (DamagedBlockException e) {
            throw new KeyHomeException(
                    "key home " + folder + ": " + e.getMessage(),
                    "Put the master key that wraps it into the keystore.");
        }
    }

    private SecretKey unwrap(HeldKeyBlock.Kept kept) throws DamagedBlockException {
        byte[] clearPart = HeldKeyBlock.clearPart(kept.key(), kept.wrapped().masterId());
        byte[] key = wrap.unwrap(kept.wrapped(), clearPart, "held key of " + kept.key());
        try {
            return new SecretKeySpec(key, "AES");
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** On the first home, then on the second; leaves out the one that fails; fails when none is left. */
    private void inEach(Step step) throws IOException {
        for (Place place : places) {
            tryOn(place, step);
        }
        noteAlarms();
        requireOne();
    }

    private void requireOne() throws KeyHomeException {
        if (places.stream().allMatch(place -> place.home == null)) {
            throw new KeyHomeException(
                    "no key home is left that keeps held keys: "
                            + places.stream()
                                    .map(place -> place.absence == null ? "closed" : place.absence.message())
                                    .toList(),
                    "Bring one of the two disks back.");
        }
    }

    private static void tryOn(Place place, Step step) {
        if (place.home == null) {
            return;
        }
        try {
            step.on(place.home);
        } catch (IOException e) {
            place.failed = true;
            place.absence = new KeyAlarm(
                    "key home " + place.folder + ": failed and is left out; held keys are kept in the other home only: "
                            + e.getMessage(),
                    "Have its disk checked; it is read again at the next hold and brought up to date.");
            try {
                place.home.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            place.home = null;
        }
    }

    private void noteAlarms() {
        List<KeyAlarm> now = new ArrayList<>();
        for (Place place : places) {
            if (place.absence != null) {
                now.add(place.absence);
            }
            if (place.home != null && place.home.damagedBlocks() > 0) {
                now.add(new KeyAlarm(
                        "key home " + place.folder + ": " + place.home.damagedBlocks()
                                + " blocks of held keys cannot be read and are not used again",
                        "Have its disk checked; what they kept stands in the other home, if it ever did."));
            }
        }
        alarms = List.copyOf(now);
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the held keys are closed");
        }
    }
}
