// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.RealDisk;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.HeldKeys;
import org.watchkeep.retention.keys.MasterKeystore;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.StoreClock;
import org.watchkeep.retention.store.StoreSettings;
import org.watchkeep.retention.store.StreamId;

/**
 * A folder with all of a store in it: keystore, key homes, ledger, index, one volume of one class. Immutable.
 *
 * @param isSparse whether its reels claim no blocks
 */
record StoreFolder(Path path, long volumeBytes, boolean isSparse) {
    static final String VOLUME = "bench";
    static final String CLASS = "bench";

    /** What a retention class may promise by law without a reason: what is measured is a month. */
    private static final int DAYS = 31;

    private static final int SECRET_BYTES = 16;
    private static final String PASSPHRASE_FILE = "passphrase";
    private static final String KEYSTORE_FILE = "master.p12";

    /** Makes it; the folder must be empty. */
    void make(StoreClock clock) throws IOException {
        Files.createDirectories(path);
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        Files.writeString(path.resolve(PASSPHRASE_FILE), HexFormat.of().formatHex(secret));
        MasterKeystore.create(disk(), path.resolve(KEYSTORE_FILE), passphrase());
        EpochKeys.create(disk(), home("a"), home("b"));
        FootageStore.init(settings(), disk(), clock);
    }

    Disk disk() {
        return isSparse ? new SparseDisk() : new RealDisk();
    }

    StoreSettings settings() {
        return new StoreSettings(
                path,
                List.of(new StoreSettings.VolumeSettings(VOLUME, path.resolve("volume"), volumeBytes)),
                List.of(new StoreSettings.ClassSettings(CLASS, DAYS)));
    }

    EpochKeys openKeys() throws IOException {
        return EpochKeys.open(disk(), home("a"), home("b"), openMaster());
    }

    /** Where keys go that holds keep. */
    HeldKeys openHeldKeys() throws IOException {
        return HeldKeys.open(disk(), home("a"), home("b"), openMaster());
    }

    MasterKeystore openMaster() throws IOException {
        return MasterKeystore.open(disk(), path.resolve(KEYSTORE_FILE), passphrase());
    }

    Path index() {
        return path.resolve("index");
    }

    private Path home(String name) {
        return path.resolve("home-" + name);
    }

    private char[] passphrase() throws IOException {
        return Files.readString(path.resolve(PASSPHRASE_FILE)).toCharArray();
    }

    /** The streams of so many cameras, in a class each. */
    static Map<StreamId, String> streams(int cameras) {
        return IntStream.rangeClosed(1, cameras).boxed().collect(Collectors.toMap(StoreFolder::stream, i -> CLASS));
    }

    /** The main stream of a camera, counted from 1. */
    static StreamId stream(int camera) {
        return StreamId.main("cam" + camera);
    }
}
