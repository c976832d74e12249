// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.UnrecoverableKeyException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.PBEParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.RealDisk;

/**
 * The site's master key, an AES-256 key in a PKCS#12 file (RFC 7292) that keytool and openssl read too. It wraps epoch
 * roots and nothing else. Immutable once open.
 *
 * <p>The entry is called {@code watchkeep-master-<id>}; the id is derived from the key, so a key that opens but is not the
 * one that was stored is found out. Key and integrity check are each guarded by 600,000 rounds of SHA-256, so that a copy
 * of the file is worth little to someone who does not have the passphrase.
 */
public final class MasterKeystore {
    /** The figure OWASP gives for PBKDF2 with SHA-256; about 0.2 s at each opening, once a start. */
    static final int ROUNDS = 600_000;

    /** A keystore with one key is about 420 bytes; this bounds what a wrong file can make us read. */
    static final int MAX_FILE_BYTES = 64 << 10;

    /** More than any person types or any tool makes. */
    static final int MAX_PASSPHRASE = 1024;

    private static final String ALIAS = "watchkeep-master-";

    /** Of the master before, until every root is wrapped under the new one. */
    private static final String RETIRING = "watchkeep-retiring-";

    /** The seed of the key that signs the audit trail's checkpoints; it outlives every master. */
    private static final String TRAIL = "watchkeep-trail-";

    private static final String KEY_PROTECTION = "PBEWithHmacSHA256AndAES_256";
    private static final String MAC_ROUNDS_PROPERTY = "keystore.pkcs12.macIterationCount";
    private static final byte[] ID_LABEL = "watchkeep/v1/master-id".getBytes(StandardCharsets.US_ASCII);
    private static final int ID_BYTES = 8;
    private static final int KEY_BYTES = 32;
    private static final int SALT_BYTES = 32;
    private static final String RESTORE = "Restore the keystore from the keys backup.";

    private final String masterId;
    private final SecretKey key;
    private final Optional<MasterKeystore> retiring;
    private final Optional<SecretKey> trail;

    private MasterKeystore(SecretKey key, Optional<MasterKeystore> retiring, Optional<SecretKey> trail) {
        this.masterId = idOf(key);
        this.key = key;
        this.retiring = retiring;
        this.trail = trail;
    }

    /**
     * Makes a new random master key and its keystore; refuses one that is there. Durable on return: temp, sync, rename,
     * folder sync. The caller wipes the passphrase.
     */
    public static MasterKeystore create(Disk disk, Path keystore, char[] passphrase) throws KeystoreException {
        return create(disk, keystore, passphrase, ROUNDS);
    }

    static MasterKeystore create(Disk disk, Path keystore, char[] passphrase, int rounds) throws KeystoreException {
        if (!isPossible(passphrase)) {
            throw new KeystoreException(
                    "passphrase: " + passphrase.length + " characters (expected: 1 to " + MAX_PASSPHRASE
                            + " printable ASCII characters)",
                    "Choose another passphrase, of plain characters and without a line end in it.");
        }
        MasterKeystore master = new MasterKeystore(randomKey(), Optional.empty(), Optional.of(randomKey()));
        try {
            if (disk.exists(keystore)) {
                throw new KeystoreException(
                        "keystore " + keystore + ": is there already (expected: none)",
                        "Use the one that is there, or name another file; never replace a keystore whose epochs live.");
            }
            byte[] bytes = encode(master, passphrase, rounds);
            write(disk, keystore, bytes);
            return master;
        } catch (KeystoreException e) {
            throw e;
        } catch (IOException e) {
            throw new KeystoreException(
                    "keystore " + keystore + ": cannot be written: " + e.getMessage(),
                    "Check that the folder is writable and has room.",
                    e);
        }
    }

    /** Opens the keystore; every way it can fail is one sentence. The caller wipes the passphrase. */
    public static MasterKeystore open(Disk disk, Path keystore, char[] passphrase) throws KeystoreException {
        byte[] bytes = read(disk, keystore);
        if (!isPossible(passphrase)) {
            throw wrongPassphrase(keystore, new IllegalArgumentException("not a passphrase that a keystore can have"));
        }
        KeyStore store = load(keystore, bytes, passphrase);
        try {
            List<String> aliases = Collections.list(store.aliases());
            List<String> masters =
                    aliases.stream().filter(alias -> alias.startsWith(ALIAS)).toList();
            List<String> before =
                    aliases.stream().filter(alias -> alias.startsWith(RETIRING)).toList();
            List<String> trails =
                    aliases.stream().filter(alias -> alias.startsWith(TRAIL)).toList();
            boolean areOurs = aliases.size() == masters.size() + before.size() + trails.size();
            if (masters.size() != 1 || before.size() > 1 || trails.size() > 1 || !areOurs) {
                throw new KeystoreException(
                        "keystore " + keystore + ": entries " + aliases + " (expected: one, " + ALIAS
                                + "…, and at most one each of " + RETIRING + "… and " + TRAIL + "…)",
                        "Name the keystore that was made for this store.");
            }
            Optional<MasterKeystore> old = Optional.empty();
            if (!before.isEmpty()) {
                old = Optional.of(named(keystore, store, before.get(0), RETIRING, passphrase));
            }
            SecretKey key = named(keystore, store, masters.get(0), ALIAS, passphrase).key;
            Optional<SecretKey> trail = trails.isEmpty()
                    ? Optional.empty()
                    : Optional.of(trailSeed(keystore, store, trails.get(0), passphrase));
            return new MasterKeystore(key, old, trail);
        } catch (UnrecoverableKeyException e) {
            throw wrongPassphrase(keystore, e);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw damaged(keystore, e);
        }
    }

    private static SecretKey trailSeed(Path keystore, KeyStore store, String alias, char[] passphrase)
            throws GeneralSecurityException, KeystoreException {
        if (store.getKey(alias, passphrase) instanceof SecretKey seed
                && seed.getEncoded().length == KEY_BYTES
                && alias.equals(TRAIL + trailId(seed))) {
            return seed;
        }
        throw new KeystoreException(
                "keystore " + keystore + ": its trail key is not the one it names (expected: " + alias + ")", RESTORE);
    }

    private static MasterKeystore named(Path keystore, KeyStore store, String alias, String prefix, char[] passphrase)
            throws GeneralSecurityException, KeystoreException {
        return entry(store, alias, prefix, passphrase)
                .orElseThrow(() -> new KeystoreException(
                        "keystore " + keystore + ": its key is not the one it names (expected: " + alias + ")",
                        RESTORE));
    }

    /** As {@link #create(Disk, Path, char[])}, on the machine's own disk. */
    public static MasterKeystore create(Path keystore, char[] passphrase) throws KeystoreException {
        return create(new RealDisk(), keystore, passphrase);
    }

    /** As {@link #open(Disk, Path, char[])}, on the machine's own disk. */
    public static MasterKeystore open(Path keystore, char[] passphrase) throws KeystoreException {
        return open(new RealDisk(), keystore, passphrase);
    }

    /** A master key that is in no file. */
    static MasterKeystore of(SecretKey key) {
        return new MasterKeystore(key, Optional.empty(), Optional.empty());
    }

    /**
     * Puts a new master into the keystore beside the old one; where a rotation had begun, the one it began with. Durable on
     * return. The caller wipes the passphrase.
     */
    static MasterKeystore beginRotation(Disk disk, Path keystore, char[] passphrase, int rounds)
            throws KeystoreException {
        MasterKeystore now = open(disk, keystore, passphrase);
        if (now.retiring.isPresent()) {
            return now;
        }
        MasterKeystore next = new MasterKeystore(randomKey(), Optional.of(now), now.trail);
        replace(disk, keystore, next, passphrase, rounds);
        return next;
    }

    /** Takes the old master out of the keystore. Durable on return; run again it changes nothing. */
    static MasterKeystore endRotation(Disk disk, Path keystore, char[] passphrase, int rounds)
            throws KeystoreException {
        MasterKeystore now = open(disk, keystore, passphrase);
        if (now.retiring.isEmpty()) {
            return now;
        }
        MasterKeystore alone = new MasterKeystore(now.key, Optional.empty(), now.trail);
        replace(disk, keystore, alone, passphrase, rounds);
        return alone;
    }

    /**
     * Copies a keystore that opens, to where there is none; the copy opens with the same passphrase. Durable on return.
     *
     * @return the master in it
     */
    public static MasterKeystore copy(Disk disk, Path keystore, Path to, char[] passphrase) throws KeystoreException {
        MasterKeystore master = open(disk, keystore, passphrase);
        if (master.isRotating()) {
            throw new KeystoreException(
                    "keystore " + keystore + ": its rotation has not come to its end (expected: one master)",
                    "Run the rotation again, then copy it.");
        }
        try {
            if (disk.exists(to)) {
                throw new KeystoreException(
                        "copy " + to + ": is there already (expected: none)", "Name another file, or move it away.");
            }
            write(disk, to, read(disk, keystore));
        } catch (KeystoreException e) {
            throw e;
        } catch (IOException e) {
            throw new KeystoreException(
                    "copy " + to + ": cannot be written: " + e.getMessage(),
                    "Check that the folder is writable and has room.",
                    e);
        }
        return open(disk, to, passphrase);
    }

    private static void replace(Disk disk, Path keystore, MasterKeystore by, char[] passphrase, int rounds)
            throws KeystoreException {
        try {
            write(disk, keystore, encode(by, passphrase, rounds));
        } catch (IOException e) {
            throw new KeystoreException(
                    "keystore " + keystore + ": cannot be written: " + e.getMessage(),
                    "Check that the folder is writable and has room; the rotation goes on when it is run again.",
                    e);
        }
    }

    /** The same with a new trail key where it has none, as those made before there was a trail. Durable on return. */
    public static MasterKeystore withTrailKey(Disk disk, Path keystore, char[] passphrase) throws KeystoreException {
        MasterKeystore now = open(disk, keystore, passphrase);
        if (now.trail.isPresent()) {
            return now;
        }
        MasterKeystore more = new MasterKeystore(now.key, now.retiring, Optional.of(randomKey()));
        replace(disk, keystore, more, passphrase, ROUNDS);
        return more;
    }

    /** A copy of the Ed25519 seed that signs the trail's checkpoints; the caller wipes it. */
    public Optional<byte[]> trailSeed() {
        return trail.map(SecretKey::getEncoded);
    }

    /** The master before this one, while roots may still be wrapped under it. */
    Optional<MasterKeystore> retiring() {
        return retiring;
    }

    /** Whether a rotation had begun and did not come to its end. */
    public boolean isRotating() {
        return retiring.isPresent();
    }

    /** 16 hexadecimal digits derived from the key; says nothing about it. */
    public String masterId() {
        return masterId;
    }

    SecretKey key() {
        return key;
    }

    static SecretKey randomKey() {
        byte[] bytes = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(bytes);
        try {
            return new SecretKeySpec(bytes, "AES");
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static String idOf(SecretKey key) {
        byte[] encoded = key.getEncoded();
        try {
            return HexFormat.of().formatHex(Hkdf.derive(encoded, ID_LABEL, ID_BYTES));
        } finally {
            Arrays.fill(encoded, (byte) 0);
        }
    }

    /** PKCS#12 key derivation in the JDK takes printable ASCII only. */
    private static boolean isPossible(char[] passphrase) {
        for (char c : passphrase) {
            if (c < 0x20 || c > 0x7e) {
                return false;
            }
        }
        return passphrase.length > 0 && passphrase.length <= MAX_PASSPHRASE;
    }

    private static byte[] encode(MasterKeystore master, char[] passphrase, int rounds) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            put(store, ALIAS + master.masterId, master.key, passphrase, rounds);
            if (master.retiring.isPresent()) {
                MasterKeystore old = master.retiring.get();
                put(store, RETIRING + old.masterId, old.key, passphrase, rounds);
            }
            if (master.trail.isPresent()) {
                put(store, TRAIL + trailId(master.trail.get()), master.trail.get(), passphrase, rounds);
            }
            return withMac(store, passphrase, rounds);
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java runtime makes no PKCS#12 keystore: " + e.getMessage(), e);
        }
    }

    /** The first 8 bytes of SHA-256(public key): says which trail key it is. */
    private static String trailId(SecretKey seed) throws GeneralSecurityException {
        byte[] encoded = seed.getEncoded();
        try {
            byte[] publicKey = new byte[Ed25519.PUBLIC_KEY_SIZE];
            Ed25519.generatePublicKey(encoded, 0, publicKey, 0);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(publicKey);
            return HexFormat.of().formatHex(hash, 0, ID_BYTES);
        } finally {
            Arrays.fill(encoded, (byte) 0);
        }
    }

    private static void put(KeyStore store, String alias, SecretKey key, char[] passphrase, int rounds)
            throws GeneralSecurityException {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        KeyStore.PasswordProtection protection =
                new KeyStore.PasswordProtection(passphrase, KEY_PROTECTION, new PBEParameterSpec(salt, rounds));
        store.setEntry(alias, new KeyStore.SecretKeyEntry(key), protection);
    }

    /**
     * The JDK takes the rounds of the integrity check from a property of the process and from nowhere else. Its default
     * of 10,000 would make the check the cheap way to try passphrases, so the property is set for this one call.
     */
    private static synchronized byte[] withMac(KeyStore store, char[] passphrase, int rounds)
            throws GeneralSecurityException, IOException {
        String before = System.getProperty(MAC_ROUNDS_PROPERTY);
        System.setProperty(MAC_ROUNDS_PROPERTY, Integer.toString(rounds));
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            store.store(bytes, passphrase);
            return bytes.toByteArray();
        } finally {
            if (before == null) {
                System.clearProperty(MAC_ROUNDS_PROPERTY);
            } else {
                System.setProperty(MAC_ROUNDS_PROPERTY, before);
            }
        }
    }

    /** A power cut leaves no keystore or a whole one; the temporary file of an earlier try is replaced. */
    private static void write(Disk disk, Path keystore, byte[] bytes) throws IOException {
        Path folder = keystore.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException("not a file name");
        }
        Folders.create(disk, folder);
        Path temporary = folder.resolve(keystore.getFileName() + ".new");
        if (disk.exists(temporary)) {
            disk.delete(temporary);
        }
        try (DiskFile file = disk.open(temporary, Disk.Mode.WRITE)) {
            file.write(ByteBuffer.wrap(bytes), 0);
            file.sync();
        }
        disk.rename(temporary, keystore);
        disk.syncFolder(folder);
    }

    private static byte[] read(Disk disk, Path keystore) throws KeystoreException {
        try (DiskFile file = disk.open(keystore, Disk.Mode.READ)) {
            long size = file.size();
            if (size == 0 || size > MAX_FILE_BYTES) {
                throw new KeystoreException(
                        "keystore " + keystore + ": " + size + " bytes (expected: a PKCS#12 file of 1 to "
                                + MAX_FILE_BYTES + ")",
                        RESTORE);
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            file.read(bytes, 0);
            return Arrays.copyOf(bytes.array(), bytes.position());
        } catch (NoSuchFileException e) {
            throw new KeystoreException(
                    "keystore " + keystore + ": is not there (expected: the master key of this site)",
                    "Name the right file, restore it from the keys backup, or run init for a new store.",
                    e);
        } catch (KeystoreException e) {
            throw e;
        } catch (IOException e) {
            throw new KeystoreException(
                    "keystore " + keystore + ": cannot be read: " + e.getMessage(),
                    "Check the file's owner, its permissions and the disk it stands on.",
                    e);
        }
    }

    private static KeyStore load(Path keystore, byte[] bytes, char[] passphrase) throws KeystoreException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(bytes), passphrase);
            return store;
        } catch (IOException e) {
            // The JDK says in the cause that the integrity check failed: wrong passphrase, or other bytes.
            throw e.getCause() instanceof UnrecoverableKeyException && !opensWithoutCheck(bytes, passphrase)
                    ? wrongPassphrase(keystore, e)
                    : damaged(keystore, e);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw damaged(keystore, e);
        }
    }

    /** True when the passphrase does open a key although the integrity check fails: then the file is damaged. */
    private static boolean opensWithoutCheck(byte[] bytes, char[] passphrase) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(bytes), null);
            for (String alias : Collections.list(store.aliases())) {
                if (store.getKey(alias, passphrase) != null) {
                    return true;
                }
            }
            return false;
        } catch (UnrecoverableKeyException e) {
            return false;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            return true;
        }
    }

    /** The entry's key; empty when it is no AES-256 key or not the one its name says. */
    private static Optional<MasterKeystore> entry(KeyStore store, String alias, String prefix, char[] passphrase)
            throws GeneralSecurityException {
        Key key = store.getKey(alias, passphrase);
        if (!(key instanceof SecretKey secret) || secret.getEncoded().length != KEY_BYTES) {
            return Optional.empty();
        }
        MasterKeystore master = of(new SecretKeySpec(secret.getEncoded(), "AES"));
        return alias.equals(prefix + master.masterId) ? Optional.of(master) : Optional.empty();
    }

    private static KeystoreException wrongPassphrase(Path keystore, Exception cause) {
        return new KeystoreException(
                "keystore " + keystore + ": does not open with this passphrase",
                "Give the passphrase it was made with; if that is certain, the file is damaged: restore it from the"
                        + " keys backup.",
                cause);
    }

    private static KeystoreException damaged(Path keystore, Exception cause) {
        return new KeystoreException(
                "keystore " + keystore + ": is damaged (expected: the PKCS#12 file that was written)", RESTORE, cause);
    }
}
