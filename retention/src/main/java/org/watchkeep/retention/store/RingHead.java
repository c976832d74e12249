// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.watchkeep.retention.disk.DiskFile;

/**
 * The reel a ring is being written into, and where. Confined to the volume's writer thread.
 *
 * <p>Each record is linked to the one before it in the reel by the first 8 bytes of that one's header digest; the first
 * is linked to the reel's header block. A batch is written where the last one ended, on a block boundary, and no block
 * is written twice in a generation.
 */
final class RingHead {
    final Reel reel;
    final ReelHeader header;
    private final DiskFile file;
    private final long reelBytes;
    private final MessageDigest sha256;
    private ByteBuffer entries = ByteBuffer.allocate(256 * ReelFooter.ENTRY_BYTES);
    private long position;
    private long link;
    private boolean announced;
    private long durableTo;

    /** Goes on where recovery found the end of the records. */
    RingHead(Reel reel, ReelHeader header, DiskFile file, long reelBytes, long position, long link) {
        this.reel = reel;
        this.header = header;
        this.file = file;
        this.reelBytes = reelBytes;
        this.position = position;
        this.link = link;
        this.sha256 = sha256();
    }

    /** Begins a generation: writes the header block, which the next commit syncs with the first records. */
    static RingHead begin(Reel reel, ReelHeader header, DiskFile file, long reelBytes) throws IOException {
        ByteBuffer block = ReelFooter.aligned(ReelHeader.BYTES);
        header.put(block, 0);
        file.write(block.duplicate(), 0);
        return new RingHead(
                reel, header, file, reelBytes, ReelHeader.BYTES, link(sha256(), block, 0, ReelHeader.BYTES));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** First 8 bytes of the digest of a header: what the next record must name. */
    static long link(MessageDigest sha256, ByteBuffer in, int at, int length) {
        sha256.update(in.duplicate().limit(at + length).position(at));
        return ByteBuffer.wrap(sha256.digest()).getLong();
    }

    /** Takes over what recovery read, for the footer. */
    void recovered(ByteBuffer footerEntries) {
        makeRoom(footerEntries.remaining());
        entries.put(footerEntries);
    }

    /** Whether the batch and the then longer footer fit. */
    boolean fits(Batch batch) {
        int records =
                entries.position() / ReelFooter.ENTRY_BYTES + batch.entries().size();
        long footerBytes = ReelFooter.bytesFor(records);
        return footerBytes - ReelFooter.TRAILER_BYTES <= ReelFooter.MAX_FOOTER_BYTES
                && position + batch.used() + footerBytes <= reelBytes;
    }

    /** Fills in serial, link and CRC of each record and writes the batch. Durable after {@link #sync}. */
    void write(Batch batch) throws IOException {
        ByteBuffer buffer = batch.buffer();
        makeRoom(batch.entries().size() * ReelFooter.ENTRY_BYTES);
        int kept = entries.position();
        long linkBefore = link;
        for (Batch.Entry entry : batch.entries()) {
            if (entry.header.kind() == RecordHeader.Kind.PADDING) {
                RecordHeader.vouch(buffer, entry.at, durableTo);
            }
            RecordHeader.place(buffer, entry.at, header.serial(), link);
            link = link(sha256, buffer, entry.at, RecordHeader.BYTES);
            entries.putLong(position + entry.at);
            entries.put(entries.position(), buffer, entry.at, RecordHeader.BYTES);
            entries.position(entries.position() + RecordHeader.BYTES);
        }
        batch.placedAt(position);
        try {
            file.write(buffer.duplicate().position(0).limit(batch.used()), position);
        } catch (IOException e) {
            entries.position(kept);
            link = linkBefore;
            throw e;
        }
        position += batch.used();
    }

    private void makeRoom(int bytes) {
        if (entries.remaining() < bytes) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(entries.capacity() * 2, entries.position() + bytes));
            entries.flip();
            larger.put(entries);
            entries = larger;
        }
    }

    /** Writes footer and trailer: the reel is full. Durable after {@link #sync}. */
    void writeFooter() throws IOException {
        ByteBuffer list = entries.duplicate().flip();
        ByteBuffer footer = ReelFooter.footer(header.serial(), list);
        file.write(footer.duplicate(), position);
        ReelFooter.Trailer trailer = new ReelFooter.Trailer(header.serial(), position, footer.capacity(), position);
        file.write(ReelFooter.trailer(trailer), reelBytes - ReelFooter.TRAILER_BYTES);
    }

    /** True on the first call: the ledger is told of a generation once. */
    boolean announce() {
        boolean first = !announced;
        announced = true;
        return first;
    }

    /** Everything before this offset was synced: batches placed from now on say so. */
    void durable(long to) {
        durableTo = to;
    }

    void sync() throws IOException {
        file.sync();
    }

    /** Where the next batch goes. */
    long position() {
        return position;
    }

    void close() throws IOException {
        file.close();
    }
}
