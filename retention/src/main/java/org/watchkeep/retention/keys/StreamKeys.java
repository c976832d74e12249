// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Derives stream keys and remembers the ones in use. Any thread, no lock: event loops ask.
 *
 * <p>A stream key = HKDF-SHA256(epoch root, "watchkeep/v1/footage" ‖ class length 1 ‖ class ‖ epoch 8 ‖ stream 4).
 *
 * <p>Remembered in two generations: when the young one is full it becomes the old one and the old one is forgotten, so a
 * key in use stays and the memory is bounded without bookkeeping at each look-up.
 */
final class StreamKeys {
    /** 4,096 keys a generation: 1,000 streams writing and their last three hours being read; about 1 MB in both. */
    static final int GENERATION = 4096;

    private static final byte[] LABEL = "watchkeep/v1/footage".getBytes(StandardCharsets.US_ASCII);
    private static final int KEY_BYTES = 32;

    private final RootCipher cipher;
    private volatile Generations generations = new Generations(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());

    private record Id(long epoch, int stream) {}

    private record Generations(ConcurrentMap<Id, SecretKey> young, ConcurrentMap<Id, SecretKey> old) {
        void drop(long epoch) {
            young.keySet().removeIf(id -> id.epoch() == epoch);
            old.keySet().removeIf(id -> id.epoch() == epoch);
        }
    }

    StreamKeys(RootCipher cipher) {
        this.cipher = cipher;
    }

    /** The key of one stream in a live epoch. Asking may put it in memory: the caller checks afterwards that the epoch still lives. */
    SecretKey key(Slot.Live live, int stream) {
        Id id = new Id(live.epoch(), stream);
        Generations now = generations;
        SecretKey young = now.young.get(id);
        if (young != null) {
            return young;
        }
        SecretKey old = now.old.get(id);
        SecretKey key = old != null ? old : derive(live, stream);
        now.young.put(id, key);
        if (now.young.size() >= GENERATION) {
            // Two threads may both turn over: a key is then derived once more, nothing worse.
            generations = new Generations(new ConcurrentHashMap<>(), now.young);
        }
        return key;
    }

    /** Forgets every key of an epoch. */
    void drop(long epoch) {
        generations.drop(epoch);
    }

    void dropAll() {
        generations = new Generations(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
    }

    int size() {
        Generations now = generations;
        return now.young.size() + now.old.size();
    }

    private SecretKey derive(Slot.Live live, int stream) {
        byte[] name = live.opening().classId().getBytes(StandardCharsets.US_ASCII);
        byte[] info = ByteBuffer.allocate(LABEL.length + 1 + name.length + Long.BYTES + Integer.BYTES)
                .put(LABEL)
                .put((byte) name.length)
                .put(name)
                .putLong(live.epoch())
                .putInt(stream)
                .array();
        byte[] root;
        try {
            root = cipher.unwrap(live);
        } catch (DamagedBlockException e) {
            throw new IllegalStateException("root of epoch " + live.epoch() + " opened at start and no longer does", e);
        }
        byte[] key = Hkdf.derive(root, info, KEY_BYTES);
        try {
            return new SecretKeySpec(key, "AES");
        } finally {
            Arrays.fill(root, (byte) 0);
            Arrays.fill(key, (byte) 0);
        }
    }
}
