// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import javax.crypto.SecretKey;
import org.watchkeep.retention.disk.Disk;

/**
 * The key epochs of a store: opens them, hands out their stream keys, erases them.
 *
 * <p>Invariants: an epoch is returned by {@link #openEpoch} only after its root is durable in both homes (in the one that
 * is left, with an alarm, when the other failed). Numbers are global over all classes, ascend, and are never used twice.
 * What was erased never comes back. No root stands in clear outside the call that derives a key from it.
 *
 * <p>Thread-safe. {@link #epochs}, {@link #epoch}, {@link #streamKey} and {@link #alarms} take no lock and touch no disk.
 * The others are guarded by one lock and sync disks. How the homes are laid out and what a power cut leaves:
 * {@code docs/design/keys.md}.
 */
public final class EpochKeys implements Closeable {
    private static final byte[] PROOF_LABEL = "watchkeep/v1/footage-proof".getBytes(StandardCharsets.US_ASCII);
    private static final int PROOF_SALT_BYTES = 32;

    private final Object lock = new Object();
    private final KeyHomes homes;
    private final RootCipher cipher;
    private final StreamKeys streamKeys;

    /** Live and erased, by number; the slots of the homes by another order. Written under the lock. */
    private final ConcurrentNavigableMap<Long, Slot> byEpoch = new ConcurrentSkipListMap<>();

    /** Epochs whose erasure began: refused from then on, even if it fails half way. */
    private final Set<Long> refused = ConcurrentHashMap.newKeySet();

    /** What {@link #epochs} says: asked at every find, so it is not made anew each time. Written under the lock. */
    private volatile List<Epoch> listed = List.of();

    private List<Slot> slots = new ArrayList<>();
    private volatile List<KeyAlarm> alarms = List.of();
    private volatile boolean closed;

    private EpochKeys(KeyHomes homes, RootCipher cipher) {
        this.homes = homes;
        this.cipher = cipher;
        this.streamKeys = new StreamKeys(cipher);
    }

    /**
     * Makes the two homes of a new store. Refuses homes that ever held an epoch; takes up what a power cut left of an
     * earlier try.
     */
    public static void create(Disk disk, Path homeA, Path homeB) throws IOException {
        KeyHomes.create(disk, homeA, homeB);
    }

    /**
     * Makes a home on a replaced disk beside the one that is left; no process has the store open. It is filled at the next
     * {@link #open} with both.
     */
    public static void replaceHome(Disk disk, Path present, Path replacement) throws IOException {
        KeyHomes.replace(disk, present, replacement);
    }

    /**
     * Opens and reconciles the homes and tries every live root. With one home it works and says so in {@link #alarms}.
     *
     * @throws KeyHomeException when there is no home, the homes contradict each other, or the master key is another one
     */
    public static EpochKeys open(Disk disk, Path homeA, Path homeB, MasterKeystore master) throws IOException {
        KeyHomes homes = new KeyHomes(disk, homeA, homeB);
        EpochKeys keys = new EpochKeys(homes, new RootCipher(master));
        try {
            synchronized (keys.lock) {
                keys.reuniteLocked();
            }
            return keys;
        } catch (IOException | RuntimeException e) {
            homes.close();
            throw e;
        }
    }

    /** Opens an epoch with a new random root; the root is durable on return. */
    public Epoch openEpoch(String classId, long openedUtcMicros, long openedMonoNanos) throws IOException {
        synchronized (lock) {
            checkOpen();
            if (!homes.isComplete()) {
                reuniteLocked();
            }
            Slot.Opening opening =
                    new Slot.Opening(homes.highestEpoch() + 1, classId, openedUtcMicros, openedMonoNanos);
            try {
                Slot before = freeSlot();
                Slot.Live live = cipher.newRoot(before.number(), opening);
                homes.write(live, live.epoch());
                slots.set(live.number(), live);
                byEpoch.remove(before.epoch());
                byEpoch.put(live.epoch(), live);
                return live.toEpoch();
            } finally {
                listLocked();
                alarms = homes.alarms();
            }
        }
    }

    /** Every epoch whose slot has not been used again, ascending. */
    public List<Epoch> epochs() {
        return listed;
    }

    public Optional<Epoch> epoch(long number) {
        return Optional.ofNullable(byEpoch.get(number)).map(EpochKeys::toEpoch);
    }

    /** The AES-256 key of one stream in one epoch; empty when the epoch is unknown or erased. */
    public Optional<SecretKey> streamKey(long epoch, int stream) {
        if (!(byEpoch.get(epoch) instanceof Slot.Live live) || !isReadable(epoch)) {
            return Optional.empty();
        }
        SecretKey key = streamKeys.key(live, stream);
        if (!isReadable(epoch)) {
            // An erasure ran meanwhile and may have dropped the keys before this one was remembered.
            streamKeys.drop(epoch);
            return Optional.empty();
        }
        return Optional.of(key);
    }

    /**
     * What links a footage root to this stream's footage of the epoch: 32 bytes that nobody knows without the stream's key, so
     * that they go with it (audit.md 7). Empty when the epoch is unknown or erased.
     */
    public Optional<byte[]> proofSalt(long epoch, int stream) {
        return streamKey(epoch, stream).map(key -> Hkdf.derive(key.getEncoded(), PROOF_LABEL, PROOF_SALT_BYTES));
    }

    /**
     * Erases an epoch: from the first moment no key of it is handed out; its slot is overwritten in the first home, synced,
     * in the second, synced; both are read back; remembered keys are dropped. May be run again after any failure.
     *
     * @throws IOException when no home could be overwritten and read back; the epoch stays refused in this process
     */
    public Erasure erase(long epoch, long atUtcMicros) throws IOException {
        synchronized (lock) {
            checkOpen();
            if (epoch < 1 || epoch > homes.highestEpoch()) {
                throw new IllegalArgumentException(
                        "epoch to erase: " + epoch + " (expected: 1 to " + homes.highestEpoch() + ")");
            }
            refused.add(epoch);
            streamKeys.drop(epoch);
            try {
                if (!homes.isComplete()) {
                    reuniteLocked();
                }
                return overwrite(epoch, atUtcMicros);
            } finally {
                listLocked();
                alarms = homes.alarms();
            }
        }
    }

    /** Looks for a home that was absent and brings it up to date; also done at each epoch. */
    public void reunite() throws IOException {
        synchronized (lock) {
            checkOpen();
            if (!homes.isComplete()) {
                reuniteLocked();
            }
        }
    }

    /** What a person must know of the homes now: one missing or failed, a block mended, a block beyond mending. */
    public List<KeyAlarm> alarms() {
        return alarms;
    }

    /** What the file systems of the homes do with what is overwritten, one sentence: {@code in place: ext4; …}. */
    public String medium() {
        return Medium.of(homes.folders());
    }

    @Override
    public void close() throws IOException {
        synchronized (lock) {
            closed = true;
            streamKeys.dropAll();
            homes.close();
        }
    }

    private void reuniteLocked() throws IOException {
        try {
            slots = new ArrayList<>(homes.reunite(cipher, slots));
        } finally {
            alarms = homes.alarms();
        }
        for (Slot slot : slots) {
            if (slot instanceof Slot.Live) {
                byEpoch.put(slot.epoch(), slot);
            } else if (slot instanceof Slot.Erased && byEpoch.put(slot.epoch(), slot) instanceof Slot.Live) {
                streamKeys.drop(slot.epoch());
            }
        }
        listLocked();
    }

    private void listLocked() {
        listed = byEpoch.values().stream().map(EpochKeys::toEpoch).toList();
    }

    /** An empty slot; else the one erased longest ago, while both homes are there to learn of it; else a new one. */
    private Slot freeSlot() throws IOException {
        Optional<Slot> free =
                slots.stream().filter(Slot.Empty.class::isInstance).findFirst();
        if (free.isEmpty() && homes.isComplete()) {
            free = slots.stream().filter(Slot.Erased.class::isInstance).min(Comparator.comparingLong(Slot::epoch));
        }
        if (free.isPresent()) {
            return free.get();
        }
        int from = slots.size();
        int to = from + KeyHome.GROWTH;
        if (to > HomeHeader.MAX_SLOTS) {
            throw new KeyHomeException(
                    "key homes: " + from + " slots are in use (expected: at most " + HomeHeader.MAX_SLOTS + ")",
                    "See why epochs are no longer erased, or why one home has been missing for so long.");
        }
        homes.growTo(to);
        for (int number = from; number < to; number++) {
            slots.add(new Slot.Empty(number));
        }
        return slots.get(from);
    }

    /**
     * Wraps every root under this master, in the first home, synced, then in the second; reads every one back. New epochs
     * are wrapped under it from the first moment. May be run again after any failure.
     *
     * @param next knows the master of until now as its {@link MasterKeystore#retiring}
     * @throws IOException when not every root stands under the new master in every home: the old one must be kept
     */
    void rewrap(MasterKeystore next) throws IOException {
        synchronized (lock) {
            checkOpen();
            cipher.use(next);
            try {
                if (!homes.isComplete()) {
                    reuniteLocked();
                }
                List<Slot.Live> rewrapped = new ArrayList<>();
                for (Slot slot : slots) {
                    if (slot instanceof Slot.Live live
                            && !live.root().masterId().equals(next.masterId())) {
                        rewrapped.add(cipher.rewrapped(live));
                    }
                }
                homes.write(rewrapped);
                for (Slot.Live live : rewrapped) {
                    slots.set(live.number(), live);
                    byEpoch.put(live.epoch(), live);
                }
                for (Slot slot : slots) {
                    if (slot instanceof Slot.Live) {
                        homes.readBack(slot);
                    }
                }
                if (!homes.isComplete()) {
                    throw new KeyHomeException(
                            "master rotation: one key home is away (expected: both)",
                            "Bring it back, or replace it, and rotate again; the old master is kept until then.");
                }
            } finally {
                alarms = homes.alarms();
            }
        }
    }

    /** The old master is gone from the keystore: nothing opens under it any more. */
    void retired(MasterKeystore now) {
        cipher.use(now);
    }

    /** Every slot that holds the epoch, and every damaged one that still names it. */
    private Erasure overwrite(long epoch, long atUtcMicros) throws IOException {
        int homesOverwritten = 0;
        boolean readPastCache = true;
        for (Slot slot : List.copyOf(slots)) {
            Optional<Slot.Erased> erased = erasedForm(slot, epoch, atUtcMicros);
            if (erased.isPresent()) {
                homes.write(erased.get(), homes.highestEpoch());
                readPastCache &= homes.readBack(erased.get());
                homesOverwritten = homes.present();
                slots.set(slot.number(), erased.get());
                byEpoch.put(epoch, erased.get());
            }
        }
        streamKeys.drop(epoch);
        if (!isLive(epoch)) {
            refused.remove(epoch);
        }
        return new Erasure(epoch, homesOverwritten, KeyHomes.HOMES - homes.present(), readPastCache);
    }

    private static Optional<Slot.Erased> erasedForm(Slot slot, long epoch, long atUtcMicros) {
        if (slot instanceof Slot.Suspect suspect && suspect.claimed().epoch() == epoch) {
            Slot.Claim claim = suspect.claimed();
            Slot.Opening opening = new Slot.Opening(epoch, claim.classId(), claim.openedUtcMicros(), 0);
            return Optional.of(new Slot.Erased(slot.number(), opening, atUtcMicros));
        }
        if (slot.epoch() != epoch) {
            return Optional.empty();
        }
        return slot instanceof Slot.Live live
                ? Optional.of(live.erasedAt(atUtcMicros))
                : Optional.of(slot).filter(Slot.Erased.class::isInstance).map(Slot.Erased.class::cast);
    }

    private boolean isLive(long epoch) {
        return byEpoch.get(epoch) instanceof Slot.Live;
    }

    /** Whether keys of the epoch are handed out: it lives, and no erasure of it has begun. No lock, no disk. */
    public boolean isReadable(long epoch) {
        return !closed && !refused.contains(epoch) && isLive(epoch);
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the key epochs are closed");
        }
    }

    private static Epoch toEpoch(Slot slot) {
        if (slot instanceof Slot.Live live) {
            return live.toEpoch();
        }
        if (slot instanceof Slot.Erased erased) {
            return erased.toEpoch();
        }
        throw new IllegalStateException("slot in the list of epochs: " + slot + " (expected: live or erased)");
    }
}
