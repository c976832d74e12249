// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.crypto.SecretKey;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/**
 * The reel of one case that copies are being written into, and where. Each batch is written where the last one ended, on a
 * block boundary, and synced; no block is written twice in a generation. Confined to the vault's thread.
 */
final class VaultHead implements Closeable {
    final Reel reel;
    final ReelHeader header;
    private final String volume;
    private final DiskFile file;
    private final long reelBytes;
    private final MessageDigest sha256;
    private ByteBuffer entries = ByteBuffer.allocate(256 * ReelFooter.ENTRY_BYTES);
    private long position;
    private long link;

    /** A record to be encrypted anew: all that its header says, its digest as taken at receipt, its payload. */
    record Copied(RecordHeader header, Digest digest, ByteBuffer payload) {
        static Copied of(RecordCipher.Opened opened) {
            return new Copied(opened.header(), opened.digest(), opened.payload());
        }
    }

    private VaultHead(Volume volume, Reel reel, ReelHeader header, DiskFile file) throws IOException {
        this.volume = volume.id;
        this.reel = reel;
        this.header = header;
        this.file = file;
        this.reelBytes = volume.reelBytes;
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** Gives a free reel to a case: its header is durable on return. */
    static VaultHead begin(Volume volume, Reel reel, String caseId, StoreClock clock) throws IOException {
        // By time: what a freed reel still has behind its first blocks must never look as if it were of this
        // generation.
        volume.sawSerial(clock.utcMicros());
        ReelHeader header = new ReelHeader(
                reel.index,
                volume.nextSerial(),
                clock.utcMicros(),
                clock.monoNanos(),
                volume.uuid,
                UUID.randomUUID(),
                caseId);
        DiskFile file = volume.openForWriting(reel);
        try {
            VaultHead head = new VaultHead(volume, reel, header, file);
            ByteBuffer block = ReelFooter.aligned(ReelHeader.BYTES);
            header.put(block, 0);
            file.write(block.duplicate(), 0);
            file.sync();
            head.position = ReelHeader.BYTES;
            head.link = RingHead.link(head.sha256, block, 0, ReelHeader.BYTES);
            return head;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Goes on where a walk found the end of what an earlier process had written. */
    static VaultHead goOn(Volume volume, Reel reel, ReelHeader header, ReelScan.Walk walk) throws IOException {
        VaultHead head = new VaultHead(volume, reel, header, volume.openForWriting(reel));
        head.position = walk.end();
        head.link = walk.link();
        head.makeRoom(walk.footerEntries().remaining());
        head.entries.put(walk.footerEntries().duplicate());
        return head;
    }

    /** Bytes that records of so many bytes take as a batch. */
    private static long batchBytes(long recordBytes) {
        return ReelFooter.blocks(recordBytes + RecordHeader.BYTES + Disk.BLOCK);
    }

    /** How many of these records, from the first on, fit as a batch with the then longer footer. */
    int fitting(List<Copied> records) {
        long bytes = 0;
        int fitting = 0;
        for (Copied record : records) {
            bytes += record.header.recordBytes();
            int listed = entries.position() / ReelFooter.ENTRY_BYTES + fitting + 2;
            if (position + batchBytes(bytes) + ReelFooter.bytesFor(listed) > reelBytes) {
                break;
            }
            fitting++;
        }
        return fitting;
    }

    /** Whether these records fit as a batch. */
    boolean fits(List<Copied> records) {
        return fitting(records) == records.size();
    }

    /** The key of a stream's copies. */
    interface Keys {
        SecretKey of(int stream) throws IOException;
    }

    /** Encrypts each record under its stream's key, writes and syncs them all; says where each now lies. */
    List<FragmentRef> write(List<Copied> records, Keys keys, RecordCipher cipher) throws IOException {
        long bytes = records.stream()
                .mapToLong(record -> record.header.recordBytes())
                .sum();
        ByteBuffer batch = ReelFooter.aligned(Math.toIntExact(batchBytes(bytes)));
        List<FragmentRef> refs = new ArrayList<>();
        int used = 0;
        for (Copied record : records) {
            SecretKey key = keys.of(record.header.stream());
            cipher.seal(record.header, record.digest, List.of(record.payload), key, batch, used);
            place(batch, used);
            refs.add(SegmentBuilder.ref(record.header, volume, new RingPosition(header.serial(), position + used)));
            used += record.header.recordBytes();
        }
        used += pad(batch, used);
        file.write(batch.duplicate().position(0).limit(used), position);
        file.sync();
        position += used;
        return refs;
    }

    private void place(ByteBuffer batch, int at) {
        RecordHeader.place(batch, at, header.serial(), link);
        link = RingHead.link(sha256, batch, at, RecordHeader.BYTES);
        makeRoom(ReelFooter.ENTRY_BYTES);
        entries.putLong(position + at);
        entries.put(entries.position(), batch, at, RecordHeader.BYTES);
        entries.position(entries.position() + RecordHeader.BYTES);
    }

    private int pad(ByteBuffer batch, int used) {
        int over = used % Disk.BLOCK;
        if (over == 0) {
            return 0;
        }
        int fill = Disk.BLOCK - over < RecordHeader.BYTES ? 2 * Disk.BLOCK - over : Disk.BLOCK - over;
        RecordHeader padding = RecordHeader.padding(fill - RecordHeader.BYTES);
        padding.putUnplaced(batch, used, new byte[RecordHeader.NONCE_BYTES]);
        RecordHeader.vouch(batch, used, position); // each batch is synced before the next one is written
        place(batch, used);
        return fill;
    }

    private void makeRoom(int bytes) {
        if (entries.remaining() < bytes) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(entries.capacity() * 2, entries.position() + bytes));
            entries.flip();
            larger.put(entries);
            entries = larger;
        }
    }

    /** The reel is full: its record list lets the next start read it at once. */
    void finish() throws IOException {
        ByteBuffer footer =
                ReelFooter.footer(header.serial(), entries.duplicate().flip());
        file.write(footer.duplicate(), position);
        ReelFooter.Trailer trailer = new ReelFooter.Trailer(header.serial(), position, footer.capacity(), position);
        file.write(ReelFooter.trailer(trailer), reelBytes - ReelFooter.TRAILER_BYTES);
        file.sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
