// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/**
 * The keys of the evidence vault's cases: one random 256-bit root a case, wrapped under the master key, in both homes, one
 * block a case in {@code HOME/cases/CASE.key}. Blocks are only overwritten in place; one that was erased stays and says so.
 *
 * <p>What the homes say together: erased in one beats live in the other; a key in one is carried to the other; two
 * <em>different</em> keys of one case are both kept and neither is used, until a person has moved one away.
 *
 * <p>Order, and what a power cut right after each step leaves:
 *
 * <table>
 *   <caption>Steps</caption>
 *   <tr><td>make: 1. A: block, synced, its folder synced</td><td>a key nobody used, in A; carried to B at the next start</td></tr>
 *   <tr><td>2. B: the same. Only now {@link #make} returns</td><td>the key in both</td></tr>
 *   <tr><td>erase: 1. handed out no more; A overwritten, synced, read back</td><td>erased in A: carried to B</td></tr>
 *   <tr><td>2. B: the same</td><td>erased in both</td></tr>
 * </table>
 *
 * <p>Thread-safe. {@link #streamKey} takes no lock and touches no disk.
 */
public final class CaseKeys {
    private static final String FOLDER = "cases";
    private static final String SUFFIX = ".key";
    private static final byte[] WRAP_LABEL = "watchkeep/v1/case-key".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STREAM_LABEL = "watchkeep/v1/vault".getBytes(StandardCharsets.US_ASCII);

    private final Disk disk;
    private final List<Path> homes;
    private final KeyWrap wrap;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, WrappedRoot> live = new ConcurrentHashMap<>();
    private final Set<String> erased = new TreeSet<>();
    private final Set<String> contradicted = new TreeSet<>();

    /** Cases whose blocks are damaged in every home that is there. */
    private final Set<String> unreadable = new TreeSet<>();

    private final Set<Path> away = new TreeSet<>();
    private volatile List<KeyAlarm> alarms = List.of();

    /** What one home has: blocks that can be read, and names of those that cannot. */
    private record Home(Map<String, Optional<WrappedRoot>> cases, Set<String> damaged) {}

    private CaseKeys(Disk disk, Path homeA, Path homeB, MasterKeystore master) {
        this.disk = disk;
        this.homes = List.of(homeA, homeB);
        this.wrap = new KeyWrap(master, WRAP_LABEL);
    }

    /** Opens what the homes have. A home that is away is an {@linkplain #alarms alarm}, nothing worse. */
    public static CaseKeys open(Disk disk, Path homeA, Path homeB, MasterKeystore master) {
        CaseKeys keys = new CaseKeys(disk, homeA, homeB, master);
        keys.reunite();
        return keys;
    }

    /** Cases whose key can be used now, in order. */
    public synchronized Set<String> cases() {
        return new TreeSet<>(live.keySet());
    }

    public boolean isLive(String caseId) {
        return live.containsKey(caseId);
    }

    /** Whether it was erased: what it opened is gone for good. */
    public synchronized boolean isErased(String caseId) {
        return erased.contains(caseId);
    }

    /** The key of one stream's records in the vault; empty while the case has none that can be used. */
    public Optional<SecretKey> streamKey(String caseId, int stream) {
        WrappedRoot wrapped = live.get(caseId);
        if (wrapped == null) {
            return Optional.empty();
        }
        byte[] root;
        try {
            root = unwrap(caseId, wrapped);
        } catch (DamagedBlockException e) {
            throw new IllegalStateException("the key of case " + caseId + " opened before and no longer does", e);
        }
        byte[] name = caseId.getBytes(StandardCharsets.UTF_8);
        byte[] info = ByteBuffer.allocate(STREAM_LABEL.length + 1 + name.length + Integer.BYTES)
                .put(STREAM_LABEL)
                .put((byte) name.length)
                .put(name)
                .putInt(stream)
                .array();
        byte[] key = Hkdf.derive(root, info, KeyWrap.KEY_BYTES);
        try {
            return Optional.of(new SecretKeySpec(key, "AES"));
        } finally {
            Arrays.fill(root, (byte) 0);
            Arrays.fill(key, (byte) 0);
        }
    }

    private byte[] unwrap(String caseId, WrappedRoot wrapped) throws DamagedBlockException {
        return wrap.unwrap(wrapped, CaseKeyBlock.clearPart(caseId, wrapped.masterId()), "key of case " + caseId);
    }

    /**
     * Makes the key of a new case, durable in both homes on return. The caller has made sure that the case has no copies.
     *
     * @throws KeyHomeException when a home is away (it may have a key of the case), the case has or had a key, or its key
     *     cannot be read
     */
    public synchronized void make(String caseId) throws IOException {
        reunite();
        Optional<String> trouble = !away.isEmpty()
                ? Optional.of("key home " + away + " is away, and may have one")
                : live.containsKey(caseId)
                        ? Optional.of("it has one")
                        : erased.contains(caseId)
                                ? Optional.of("its key was erased")
                                : contradicted.contains(caseId) || unreadable.contains(caseId)
                                        ? Optional.of("its key cannot be read, or the homes have two")
                                        : Optional.empty();
        if (trouble.isPresent()) {
            throw new KeyHomeException(
                    "no new key is made for case " + caseId + ": " + trouble.get(),
                    "Bring both key homes into order; what is held stays on its reels until then.");
        }
        byte[] root = new byte[KeyWrap.KEY_BYTES];
        random.nextBytes(root);
        try {
            WrappedRoot wrapped = wrap.wrap(root, masterId -> CaseKeyBlock.clearPart(caseId, masterId));
            for (Path home : homes) {
                write(home, new CaseKeyBlock.Content(caseId, Optional.of(wrapped)));
            }
            live.put(caseId, wrapped);
        } finally {
            Arrays.fill(root, (byte) 0);
        }
    }

    /**
     * Overwrites the key of a case: handed out no more from the first moment. A home that is away hears of it from the other
     * when it is back. May be run again after any failure.
     */
    public synchronized void erase(String caseId) throws IOException {
        live.remove(caseId);
        erased.add(caseId);
        IOException failure = null;
        int done = 0;
        for (Path home : homes) {
            try {
                if (KeyHome.isThere(disk, home)) {
                    write(home, new CaseKeyBlock.Content(caseId, Optional.empty()));
                    done++;
                }
            } catch (IOException e) {
                failure = e;
            }
        }
        reunite();
        if (done == 0) {
            throw new IOException("the key of case " + caseId + " could be erased in no home", failure);
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Reads both homes, and carries what one of them has to the other. */
    public synchronized void reunite() {
        List<KeyAlarm> found = new ArrayList<>();
        away.clear();
        contradicted.clear();
        unreadable.clear();
        Map<Path, Home> read = new TreeMap<>();
        for (Path home : homes) {
            try {
                if (!KeyHome.isThere(disk, home)) {
                    throw new IOException("it is not there");
                }
                read.put(home, read(home));
            } catch (IOException e) {
                away.add(home);
                found.add(new KeyAlarm(
                        "key home " + home + ": case keys cannot be read: " + e.getMessage(),
                        "Mount its disk; no new case gets a key until then."));
            }
        }
        Set<String> names = new TreeSet<>(live.keySet());
        names.addAll(erased);
        read.values().forEach(home -> {
            names.addAll(home.cases.keySet());
            names.addAll(home.damaged);
        });
        names.forEach(caseId -> settle(caseId, read, found));
        alarms = List.copyOf(found);
    }

    /** One case: what both homes say of it, and what this process has done to it. */
    private void settle(String caseId, Map<Path, Home> read, List<KeyAlarm> found) {
        boolean isErased = erased.contains(caseId)
                || read.values().stream()
                        .anyMatch(home -> home.cases.containsKey(caseId)
                                && home.cases.get(caseId).isEmpty());
        if (isErased) {
            live.remove(caseId);
            erased.add(caseId);
            carry(new CaseKeyBlock.Content(caseId, Optional.empty()), read, found);
            return;
        }
        List<WrappedRoot> known = new ArrayList<>();
        read.values().forEach(home -> {
            home.cases.getOrDefault(caseId, Optional.empty()).ifPresent(known::add);
        });
        Optional<String> trouble = trouble(caseId, known);
        if (trouble.isPresent()) {
            live.remove(caseId);
            contradicted.add(caseId);
            found.add(new KeyAlarm(
                    "case " + caseId + ": " + trouble.get()
                            + "; both homes are left as they are, nothing of it is copied" + " or read",
                    "Find out which home is right, and move the other away."));
            return;
        }
        if (known.isEmpty()) {
            if (read.values().stream().anyMatch(home -> home.damaged.contains(caseId))) {
                live.remove(caseId);
                unreadable.add(caseId);
                found.add(new KeyAlarm(
                        "case " + caseId + ": its key is damaged in every home that is there",
                        "Bring the other home back, or restore the keys from their backup."));
            }
            return; // else all homes are away, and what is in memory goes on
        }
        WrappedRoot wrapped = known.stream()
                .filter(each -> each.masterId().equals(wrap.masterId()))
                .findFirst()
                .orElse(known.get(0));
        live.put(caseId, wrapped);
        carry(new CaseKeyBlock.Content(caseId, Optional.of(wrapped)), read, found);
    }

    /** Why none of these can be used: one does not open, or they are not the same. */
    private Optional<String> trouble(String caseId, List<WrappedRoot> known) {
        byte[] first = null;
        try {
            for (WrappedRoot wrapped : known) {
                byte[] root = unwrap(caseId, wrapped);
                if (first != null && !Arrays.equals(first, root)) {
                    return Optional.of("the two key homes have different keys of it");
                }
                first = root;
            }
            return Optional.empty();
        } catch (DamagedBlockException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** To each home that lacks it, or has it damaged or otherwise wrapped. */
    private void carry(CaseKeyBlock.Content content, Map<Path, Home> read, List<KeyAlarm> found) {
        read.forEach((path, home) -> {
            // An erased case is told to every home, so that it stays told when one of them is lost.
            boolean isThere = home.cases.containsKey(content.caseId());
            boolean isLive =
                    home.cases.getOrDefault(content.caseId(), Optional.empty()).isPresent();
            if (!isThere || (isLive && content.wrapped().isEmpty())) {
                try {
                    write(path, content);
                } catch (IOException e) {
                    found.add(new KeyAlarm(
                            "key home " + path + ": case " + content.caseId() + " cannot be written: " + e.getMessage(),
                            "Have its disk checked."));
                }
            }
        });
    }

    private Home read(Path home) throws IOException {
        Home found = new Home(new TreeMap<>(), new TreeSet<>());
        Path folder = home.resolve(FOLDER);
        if (!disk.exists(folder)) {
            return found;
        }
        for (String name : disk.list(folder)) {
            if (!name.endsWith(SUFFIX)) {
                continue;
            }
            String caseId = name.substring(0, name.length() - SUFFIX.length());
            ByteBuffer block = block(folder.resolve(name));
            if (HeldKeyBlock.isBlank(block)) {
                continue; // a power cut while it was made: nobody has used it
            }
            try {
                CaseKeyBlock.Content content = CaseKeyBlock.parse(block);
                if (!content.caseId().equals(caseId)) {
                    throw new DamagedBlockException("is of case " + content.caseId());
                }
                found.cases.put(caseId, content.wrapped());
            } catch (DamagedBlockException e) {
                found.damaged.add(caseId);
            }
        }
        return found;
    }

    private ByteBuffer block(Path path) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(Disk.BLOCK);
        try (DiskFile file = disk.open(path, Disk.Mode.READ)) {
            file.read(block, 0);
        }
        return block.clear();
    }

    /** Durable and read back on return. */
    private void write(Path home, CaseKeyBlock.Content content) throws IOException {
        Path folder = home.resolve(FOLDER);
        if (!disk.exists(folder)) {
            Folders.create(disk, folder);
        }
        Path path = folder.resolve(content.caseId() + SUFFIX);
        try (DiskFile file = disk.open(path, Disk.Mode.WRITE)) {
            file.write(CaseKeyBlock.encode(content), 0);
            file.sync();
        }
        disk.syncFolder(folder);
        try {
            if (!CaseKeyBlock.parse(block(path)).equals(content)) {
                throw new IOException(path + " reads back otherwise than it was written");
            }
        } catch (DamagedBlockException e) {
            throw new IOException(path + " does not read back: " + e.getMessage(), e);
        }
    }

    // ---- the master changes -----------------------------------------------------------------------------------------

    /** Wraps every key under this master, in home A, then in B; both must be there. May be run again after any failure. */
    synchronized void rewrap(MasterKeystore next) throws IOException {
        wrap.use(next);
        reunite();
        if (!away.isEmpty() || !contradicted.isEmpty()) {
            throw new KeyHomeException(
                    "master rotation: case keys: " + alarms.get(0).message() + " (expected: both homes in order)",
                    "Bring it into order and rotate again; the old master is kept until then.");
        }
        for (Map.Entry<String, WrappedRoot> entry : new TreeMap<>(live).entrySet()) {
            String caseId = entry.getKey();
            byte[] root = unwrap(caseId, entry.getValue());
            try {
                WrappedRoot anew = wrap.wrap(root, masterId -> CaseKeyBlock.clearPart(caseId, masterId));
                for (Path home : homes) {
                    write(home, new CaseKeyBlock.Content(caseId, Optional.of(anew)));
                }
                live.put(caseId, anew);
            } finally {
                Arrays.fill(root, (byte) 0);
            }
        }
    }

    /** The old master is gone from the keystore. */
    void retired(MasterKeystore now) {
        wrap.use(now);
    }

    // ---- backups ----------------------------------------------------------------------------------------------------

    /**
     * Writes the wrapped keys of all cases into a new file; they open under the master that is in the keystore's backup.
     * Durable on return.
     *
     * @return how many
     */
    public synchronized int backup(Path to) throws IOException {
        reunite();
        if (!contradicted.isEmpty() || away.size() == homes.size()) {
            throw new KeyHomeException(
                    "backup of case keys: " + alarms.get(0).message(), "Bring the key homes into order first.");
        }
        if (disk.exists(to)) {
            throw new KeyHomeException("backup " + to + ": is there already (expected: none)", "Name another file.");
        }
        List<Map.Entry<String, WrappedRoot>> all = List.copyOf(new TreeMap<>(live).entrySet());
        try (DiskFile file = disk.open(to, Disk.Mode.WRITE)) {
            for (int i = 0; i < all.size(); i++) {
                CaseKeyBlock.Content content = new CaseKeyBlock.Content(
                        all.get(i).getKey(), Optional.of(all.get(i).getValue()));
                file.write(CaseKeyBlock.encode(content), (long) i * Disk.BLOCK);
            }
            file.sync();
        }
        Path folder = to.toAbsolutePath().getParent();
        if (folder != null) {
            disk.syncFolder(folder);
        }
        return all.size();
    }

    /**
     * Brings keys back from a backup into homes that lost them. A case that a home has, live or erased, is left as it is.
     *
     * @return how many cases have a key again that had none
     * @throws IOException when the backup is damaged or under another master: nothing was written then
     */
    public synchronized int restore(Path from) throws IOException {
        reunite();
        List<CaseKeyBlock.Content> all = new ArrayList<>();
        try (DiskFile file = disk.open(from, Disk.Mode.READ)) {
            for (long at = 0; at < file.size(); at += Disk.BLOCK) {
                ByteBuffer block = ByteBuffer.allocate(Disk.BLOCK);
                file.read(block, at);
                CaseKeyBlock.Content content = CaseKeyBlock.parse(block.clear());
                byte[] root = unwrap(
                        content.caseId(),
                        content.wrapped().orElseThrow(() -> new DamagedBlockException("an erased key in a backup")));
                Arrays.fill(root, (byte) 0);
                all.add(content);
            }
        } catch (DamagedBlockException e) {
            throw new KeyHomeException(
                    "backup " + from + ": " + e.getMessage(), "Name the backup that goes with this keystore.");
        }
        int restored = 0;
        for (CaseKeyBlock.Content content : all) {
            String caseId = content.caseId();
            boolean isKnown = live.containsKey(caseId) || erased.contains(caseId) || contradicted.contains(caseId);
            if (!isKnown) {
                for (Path home : homes) {
                    if (!away.contains(home)) {
                        write(home, content);
                    }
                }
                restored++;
            }
        }
        reunite();
        return restored;
    }

    /** What a person must know of the case keys now. */
    public List<KeyAlarm> alarms() {
        return alarms;
    }
}
