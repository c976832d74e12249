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

    /** Bytes of {@link #entries} that the lists in the reel have, where the last of these stands, and the last durable. */
    private int listedBytes;

    private long listAt;
    private long durableListAt;

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

    /**
     * Takes over what recovery read, for the footer.
     *
     * @param listed how many of the records the lists in the reel have
     * @param lastListAt where the last of these lists stands; 0 where there is none
     */
    void recovered(ByteBuffer footerEntries, int listed, long lastListAt) {
        makeRoom(footerEntries.remaining());
        entries.put(footerEntries);
        listedBytes = listed * ReelFooter.ENTRY_BYTES;
        listAt = lastListAt;
        durableListAt = lastListAt;
    }

    /** Whether the batch fits into a reel that has nothing else. */
    static boolean fitsEmptyReel(Batch batch, long reelBytes) {
        return ReelHeader.BYTES
                        + batch.used()
                        + ReelFooter.bytesFor(batch.entries().size())
                <= reelBytes;
    }

    /** Whether the batch and the then longer footer fit. */
    boolean fits(Batch batch) {
        int unlisted = unlisted();
        int lists = isListDue() ? unlisted / RecordList.MOST_LISTED + 1 : 0;
        int records =
                entries.position() / ReelFooter.ENTRY_BYTES + batch.entries().size() + lists;
        long footerBytes = ReelFooter.bytesFor(records);
        long listBytes = lists == 0 ? 0 : RecordList.bytesFor(unlisted) + (long) lists * RecordList.bytesFor(lists);
        return footerBytes - ReelFooter.TRAILER_BYTES <= ReelFooter.MAX_FOOTER_BYTES
                && position + listBytes + batch.used() + footerBytes <= reelBytes;
    }

    private int unlisted() {
        return (entries.position() - listedBytes) / ReelFooter.ENTRY_BYTES;
    }

    private boolean isListDue() {
        return unlisted() >= RecordList.recordsBetween(reelBytes);
    }

    /** A batch of its own before the next one. It may list what is not synced yet: nobody believes it before it is itself. */
    private void writeList() throws IOException {
        int records = Math.min(unlisted(), RecordList.MOST_LISTED);
        ByteBuffer listed = entries.duplicate()
                .position(listedBytes)
                .limit(listedBytes + records * ReelFooter.ENTRY_BYTES)
                .slice();
        ByteBuffer list = RecordList.record(header.serial(), listAt, listed, durableTo);
        RecordHeader.place(list, 0, header.serial(), link);
        file.write(list.duplicate(), position);
        makeRoom(ReelFooter.ENTRY_BYTES);
        link = link(sha256, list, 0, RecordHeader.BYTES);
        enter(list, 0, position);
        listedBytes += records * ReelFooter.ENTRY_BYTES;
        listAt = position;
        position += list.capacity();
    }

    private void enter(ByteBuffer buffer, int at, long offset) {
        entries.putLong(offset);
        entries.put(entries.position(), buffer, at, RecordHeader.BYTES);
        entries.position(entries.position() + RecordHeader.BYTES);
    }

    /** Fills in serial, link and CRC of each record and writes the batch. Durable after {@link #sync}. */
    void write(Batch batch) throws IOException {
        while (isListDue()) {
            writeList();
        }
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
            enter(buffer, entry.at, position + entry.at);
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
        durableListAt = listAt < to ? listAt : durableListAt;
    }

    /** Where the last list stands that was synced, and with it all that it lists; 0 where there is none. */
    long durableListAt() {
        return durableListAt;
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
