// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.Disk;

/**
 * Reads single records back: direct I/O, CRC, decryption, digest. Any thread; readers bring their own.
 *
 * <p>A record is either right by its digest, or {@linkplain FragmentGoneException gone} (its reel was cleared or its key
 * erased, also while it was being read), or {@linkplain DamagedSegmentException damaged}. Never something else.
 */
final class RecordReader {
    /** Read buffers kept for the next reader: more readers than this at once make their own. */
    private static final int KEPT_BUFFERS = 8;

    /** Larger buffers are not kept. */
    private static final int KEPT_BYTES = 2 << 20;

    private final Map<String, Volume> volumes;
    private final Keys keys;
    private final BlockingQueue<ByteBuffer> buffers = new ArrayBlockingQueue<>(KEPT_BUFFERS);
    private final ThreadLocal<RecordCipher> ciphers =
            ThreadLocal.withInitial(() -> new RecordCipher(new SecureRandom()));

    /** Where the keys of records come from. */
    interface Keys {
        Optional<SecretKey> streamKey(long epoch, int stream);

        /** Asked again after a record was read: its key may have been erased meanwhile. */
        boolean opens(long epoch, int stream);
    }

    RecordReader(Map<String, Volume> volumes, Keys keys) {
        this.volumes = Map.copyOf(volumes);
        this.keys = keys;
    }

    /** What the caller expects to find at the reference. */
    record Expected(RecordHeader.Kind kind, int stream, long run, int segment) {}

    /** Reads and decrypts the record. */
    RecordCipher.Opened read(FragmentRef ref, Expected expected) throws IOException {
        return read(ref, expected, keys);
    }

    /** The same with keys from elsewhere. */
    RecordCipher.Opened read(FragmentRef ref, Expected expected, Keys from) throws IOException {
        Volume volume = volumes.get(ref.volume());
        if (volume == null) {
            throw new FragmentGoneException("volume " + ref.volume() + " is not of this store: " + where(ref));
        }
        Reel reel = volume.holding(ref.reelSerial());
        if (reel == null) {
            throw gone(ref);
        }
        Optional<String> silent = volume.watch().notAnswering();
        if (silent.isPresent()) {
            // One more reader waiting there would be one fewer for the volumes that answer.
            throw new NotAnsweringException(
                    "volume " + ref.volume() + " does not answer (" + silent.get() + "): " + where(ref));
        }
        int lead = (int) (ref.offset() % Disk.BLOCK);
        int bytes = Math.toIntExact(ReelFooter.blocks((long) lead + ref.recordBytes()));
        ByteBuffer buffer = take(bytes);
        try {
            buffer.clear().limit(bytes);
            int got = volume.read(reel, buffer, ref.offset() - lead);
            if (got < lead + ref.recordBytes()) {
                throw new DamagedSegmentException("bytes: " + got + " (expected: " + bytes + ") " + where(ref));
            }
            return open(buffer, lead, ref, expected, volume, from);
        } finally {
            give(buffer);
        }
    }

    private RecordCipher.Opened open(
            ByteBuffer buffer, int at, FragmentRef ref, Expected expected, Volume volume, Keys from)
            throws IOException {
        RecordCipher cipher = ciphers.get();
        RecordHeader header = RecordHeader.read(buffer, at);
        boolean right = header != null
                && header.reelSerial() == ref.reelSerial()
                && header.recordBytes() == ref.recordBytes()
                && header.kind() == expected.kind
                && header.stream() == expected.stream
                && header.run() == expected.run
                && header.segment() == expected.segment
                && cipher.isIntact(buffer, at, header);
        if (header == null || !right) {
            throw damagedOrGone(volume, ref, "record header or CRC: " + header);
        }
        Optional<SecretKey> key = from.streamKey(header.epoch(), header.stream());
        if (key.isEmpty()) {
            throw new FragmentGoneException("the key of epoch " + header.epoch() + " is erased: " + where(ref));
        }
        try {
            RecordCipher.Opened opened = cipher.open(header, key.get(), buffer, at);
            if (!from.opens(header.epoch(), header.stream())) {
                throw new FragmentGoneException(
                        "the key of epoch " + header.epoch() + " was erased while it was being read: " + where(ref));
            }
            return opened;
        } catch (GeneralSecurityException e) {
            throw damagedOrGone(volume, ref, "decryption: " + e.getMessage());
        }
    }

    /** The head may have come by while we read: then it is gone, not damaged. */
    private static IOException damagedOrGone(Volume volume, FragmentRef ref, String what) {
        return volume.holding(ref.reelSerial()) == null
                ? gone(ref)
                : new DamagedSegmentException(what + " " + where(ref));
    }

    private static FragmentGoneException gone(FragmentRef ref) {
        return new FragmentGoneException("its reel was cleared: " + where(ref));
    }

    private static String where(FragmentRef ref) {
        return "volume=" + ref.volume() + " reel serial=" + ref.reelSerial() + " offset=" + ref.offset() + " sequence="
                + ref.sequence();
    }

    private ByteBuffer take(int bytes) {
        @Nullable ByteBuffer kept = buffers.poll();
        return kept != null && kept.capacity() >= bytes
                ? kept
                : ReelFooter.aligned(Math.max(bytes, bytes <= KEPT_BYTES ? KEPT_BYTES : bytes));
    }

    private void give(ByteBuffer buffer) {
        if (buffer.capacity() == KEPT_BYTES && !buffers.offer(buffer)) {
            return; // enough are kept; this one goes with the garbage
        }
    }
}
