// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.disk.Disk;

/**
 * Finds the records of one reel after a start: from the footer of a sealed reel, by walking the records of an open one.
 * Needs no key. Confined to one thread.
 *
 * <p>The walk stops at the first record whose magic, CRC, serial or link is wrong, and goes back to the last record that
 * ends on a block: what stands behind it belongs to a batch that was never synced, so nobody was told it is safe, and
 * the next batch is written there. No block that was ever synced is written again.
 */
final class ReelScan {
    private static final Logger log = LoggerFactory.getLogger(ReelScan.class);

    /** A walk reads at most this much at a time, plus what a record longer than that needs ... */
    private static final int WINDOW_BYTES = 4 << 20;

    /** ... and this much where it passes over records: of those that were synced it needs only the headers. */
    private static final int LEAST_WINDOW_BYTES = 16 << 10;

    /** A batch with the largest record, what stands before that, and padding: the next one begins no further off. */
    private static final long LARGEST_BATCH_BYTES = Fragment.MAX_BYTES + (1L << 20);

    private final Volume volume;
    private final MessageDigest sha256;
    private final RecordCipher cipher = new RecordCipher(new SecureRandom());

    ReelScan(Volume volume) {
        this.volume = volume;
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /**
     * What a walk found.
     *
     * @param entries records up to the end, padding included
     * @param end where the next batch goes: a block boundary
     * @param link what its first record must name
     * @param damagedAt where the first record that had been synced is not whole; empty where there is none
     * @param listed how many of the records the lists in the reel have that were believed
     * @param lastListAt where the last of these lists stands; 0 where there is none
     */
    record Walk(
            List<ReelFooter.Entry> entries,
            ByteBuffer footerEntries,
            long end,
            long link,
            OptionalLong damagedAt,
            int listed,
            long lastListAt) {}

    /**
     * What is known of a reel before it is walked.
     *
     * @param trustedTo records that end before this offset were synced and acknowledged: their CRC is not read again
     * @param listAt where a list of records stands that was synced, and with it what it lists; 0 where none is known
     */
    record Known(long trustedTo, long listAt) {
        static final Known NOTHING = new Known(0, 0);
    }

    /** The reel's header; null where it holds no generation. */
    static @Nullable ReelHeader header(Volume volume, Reel reel) throws IOException {
        ByteBuffer block = ReelFooter.aligned(ReelHeader.BYTES);
        volume.read(reel, block, 0);
        ReelHeader header = ReelHeader.read(block, 0);
        if (header != null && !(header.volume().equals(volume.uuid) && header.reel() == reel.index)) {
            throw new StoreException(
                    "volume " + volume.id + ": " + reel.path + " is reel " + header.reel() + " of volume "
                            + header.volume() + " (expected: reel " + reel.index + " of " + volume.uuid + ")",
                    "Put the right file back; nothing on this one was touched.");
        }
        return header;
    }

    /** The record list of a sealed reel; null where the reel is open. */
    @Nullable
    List<ReelFooter.Entry> footer(Reel reel, long serial) throws IOException {
        ByteBuffer block = ReelFooter.aligned(ReelFooter.TRAILER_BYTES);
        volume.read(reel, block, volume.reelBytes - ReelFooter.TRAILER_BYTES);
        ReelFooter.Trailer trailer = ReelFooter.readTrailer(block, serial, volume.reelBytes);
        if (trailer == null) {
            return null;
        }
        ByteBuffer footer = ReelFooter.aligned(Math.toIntExact(trailer.footerBytes()));
        volume.read(reel, footer, trailer.footerOffset());
        return ReelFooter.readFooter(footer.flip(), serial);
    }

    /**
     * Walks the records from the first. Where a record is not whole and one behind it says that the place had been synced,
     * it is damage and no torn end: the walk then goes on behind it.
     */
    Walk walk(Reel reel, ReelHeader header, Known known) throws IOException {
        OptionalLong first = linkOfHeader(reel, header);
        Window window = new Window(reel);
        long serial = header.serial();
        List<Found> found = listed(window, reel, serial, known.listAt, first);
        int listed = found.size();
        found.addAll(chain(
                window,
                end(found),
                serial,
                found.isEmpty() ? first : OptionalLong.of(found.get(found.size() - 1).link),
                known.trustedTo));
        OptionalLong damagedAt = OptionalLong.empty();
        long trusted = known.trustedTo;
        for (Behind behind = behind(window, end(found), serial);
                behind != null;
                behind = behind(window, end(found), serial)) {
            damagedAt = OptionalLong.of(damagedAt.orElse(end(found)));
            trusted = Math.max(trusted, behind.syncedTo);
            OptionalLong link = found.isEmpty() ? first : OptionalLong.of(found.get(found.size() - 1).link);
            // Where only a payload is damaged its header still says how long it is.
            List<Found> over = chain(window, end(found), serial, link, trusted);
            found.addAll(over.isEmpty() ? behind.records : over);
        }
        while (!found.isEmpty() && end(found) % Disk.BLOCK != 0) {
            found.remove(found.size() - 1);
        }
        return walkOf(
                found, first.orElse(0), damagedAt, Math.min(listed, found.size()), listed == 0 ? 0 : known.listAt);
    }

    /**
     * The records that the list at this place has, and the lists before it. They are believed when each follows the one
     * before and names its digest, from the reel's header to the list itself; otherwise none is.
     */
    private List<Found> listed(Window window, Reel reel, long serial, long listAt, OptionalLong linkOfHeader)
            throws IOException {
        Deque<RecordList.Listed> lists = new ArrayDeque<>();
        for (long at = listAt; at != 0; at = lists.getFirst().before()) {
            RecordList.Listed list = list(window, serial, at);
            if (list == null || list.before() >= at) {
                log.warn("{}: no list of records at {}, it is walked from its first", reel.path, at);
                return new ArrayList<>();
            }
            lists.addFirst(list);
        }
        List<Found> found = new ArrayList<>();
        for (RecordList.Listed list : lists) {
            if (!addLinked(found, list.entries(), serial, linkOfHeader)) {
                log.warn("{}: its lists of records do not hold together, it is walked from its first", reel.path);
                return new ArrayList<>();
            }
        }
        if (end(found) != listAt && !found.isEmpty()) {
            log.warn("{}: the records listed end at {}, not at the list at {}", reel.path, end(found), listAt);
            return new ArrayList<>();
        }
        return found;
    }

    private RecordList.@Nullable Listed list(Window window, long serial, long at) throws IOException {
        if (at < ReelHeader.BYTES || at % Disk.BLOCK != 0 || at + RecordHeader.BYTES > volume.reelBytes) {
            return null;
        }
        RecordHeader header = RecordHeader.read(window.at(at, RecordHeader.BYTES), 0);
        return header != null
                        && header.kind() == RecordHeader.Kind.PADDING
                        && header.reelSerial() == serial
                        && at + header.recordBytes() <= volume.reelBytes
                ? RecordList.read(window.at(at, header.recordBytes()), serial)
                : null;
    }

    /** False where one does not follow the one before. */
    private boolean addLinked(List<Found> found, ByteBuffer entries, long serial, OptionalLong linkOfHeader) {
        for (int at = 0; at < entries.capacity(); at += ReelFooter.ENTRY_BYTES) {
            RecordHeader header = RecordHeader.read(entries, at + Long.BYTES);
            OptionalLong link = found.isEmpty() ? linkOfHeader : OptionalLong.of(found.get(found.size() - 1).link);
            if (header == null
                    || header.reelSerial() != serial
                    || entries.getLong(at) != end(found)
                    || (link.isPresent() && header.link() != link.getAsLong())) {
                return false;
            }
            ByteBuffer bytes = entries.slice(at + Long.BYTES, RecordHeader.BYTES);
            found.add(new Found(end(found), header, bytes, RingHead.link(sha256, bytes, 0, RecordHeader.BYTES)));
        }
        return true;
    }

    private static long end(List<Found> found) {
        return found.isEmpty() ? ReelHeader.BYTES : found.get(found.size() - 1).end();
    }

    /** Records that follow one another, each linked to the one before. */
    private List<Found> chain(Window window, long from, long serial, OptionalLong firstLink, long trustedTo)
            throws IOException {
        List<Found> found = new ArrayList<>();
        OptionalLong link = firstLink;
        long at = from;
        for (Found next = next(window, at, serial, link, trustedTo);
                next != null;
                next = next(window, at, serial, link, trustedTo)) {
            found.add(next);
            link = OptionalLong.of(next.link);
            at = next.end();
        }
        return found;
    }

    /** Batches behind the end of a walk, which say that the place where it ended had been synced. */
    private record Behind(List<Found> records, long syncedTo) {}

    /**
     * Looks for batches of this generation behind the end of a walk. That there are such proves nothing: of what was not
     * yet synced a power cut leaves any part. But a batch that was placed after a sync says up to where that had come.
     */
    private @Nullable Behind behind(Window window, long end, long serial) throws IOException {
        long at = ReelFooter.blocks(end);
        long until = at + LARGEST_BATCH_BYTES;
        while (at < until && at + RecordHeader.BYTES <= volume.reelBytes) {
            List<Found> chain =
                    window.mayBeginRecord(at) ? chain(window, at, serial, OptionalLong.empty(), 0) : List.of();
            if (chain.isEmpty()) {
                at += Disk.BLOCK;
                continue;
            }
            long syncedTo = chain.stream()
                    .filter(found -> found.header.kind() == RecordHeader.Kind.PADDING)
                    .mapToLong(found -> found.header.sequence())
                    .max()
                    .orElse(0);
            if (syncedTo > end) {
                return new Behind(chain, syncedTo);
            }
            at = ReelFooter.blocks(end(chain));
            until = at + LARGEST_BATCH_BYTES;
        }
        return null;
    }

    /** What the first record must name; empty where the header block is lost and only the ledger knows the generation. */
    private OptionalLong linkOfHeader(Reel reel, ReelHeader header) throws StoreException {
        ByteBuffer block = ReelFooter.aligned(ReelHeader.BYTES);
        try {
            volume.read(reel, block, 0);
        } catch (IOException e) {
            log.warn("{}: header block: {}", reel.path, e.toString());
            return OptionalLong.empty();
        }
        return header.equals(ReelHeader.read(block, 0))
                ? OptionalLong.of(RingHead.link(sha256, block, 0, ReelHeader.BYTES))
                : OptionalLong.empty();
    }

    private static Walk walkOf(
            List<Found> found, long linkOfHeader, OptionalLong damagedAt, int listed, long lastListAt) {
        ByteBuffer footer = ByteBuffer.allocate(found.size() * ReelFooter.ENTRY_BYTES);
        List<ReelFooter.Entry> entries = new ArrayList<>();
        for (Found one : found) {
            footer.putLong(one.offset).put(one.bytes.duplicate());
            entries.add(new ReelFooter.Entry(one.offset, one.header));
        }
        Found last = found.isEmpty() ? null : found.get(found.size() - 1);
        long end = last == null ? ReelHeader.BYTES : last.end();
        long link = last == null ? linkOfHeader : last.link;
        return new Walk(entries, footer.flip(), end, link, damagedAt, listed, lastListAt);
    }

    /** A record found whole, and the link the next one must name. */
    private record Found(long offset, RecordHeader header, ByteBuffer bytes, long link) {
        long end() {
            return offset + header.recordBytes();
        }
    }

    private @Nullable Found next(Window window, long at, long serial, OptionalLong link, long trustedTo)
            throws IOException {
        if (at + RecordHeader.BYTES > volume.reelBytes) {
            return null;
        }
        ByteBuffer bytes = window.at(at, RecordHeader.BYTES);
        RecordHeader header = RecordHeader.read(bytes, 0);
        if (header == null
                || header.reelSerial() != serial
                || (link.isPresent() && header.link() != link.getAsLong())
                || at + header.recordBytes() > volume.reelBytes) {
            return null;
        }
        byte[] copy = new byte[RecordHeader.BYTES];
        bytes.get(0, copy);
        if (header.kind() != RecordHeader.Kind.PADDING
                && at + header.recordBytes() > trustedTo
                && !cipher.isIntact(window.at(at, header.recordBytes()), 0, header)) {
            return null;
        }
        return new Found(
                at, header, ByteBuffer.wrap(copy), RingHead.link(sha256, ByteBuffer.wrap(copy), 0, RecordHeader.BYTES));
    }

    /** Hands each record of the reel to the consumer, from the footer or by a walk. */
    @Nullable
    Walk forEach(Reel reel, ReelHeader header, Known known, Consumer<ReelFooter.Entry> consumer) throws IOException {
        List<ReelFooter.Entry> listed = footer(reel, header.serial());
        Walk walk = listed == null ? walk(reel, header, known) : null;
        List<ReelFooter.Entry> entries = walk == null ? listed : walk.entries;
        if (entries != null) {
            entries.forEach(consumer);
        }
        return walk;
    }

    /** A stretch of the reel in memory, moved on as the walk goes. */
    private final class Window {
        private final Reel reel;
        private ByteBuffer bytes = ReelFooter.aligned(WINDOW_BYTES);
        private long from;
        private int length;
        private int grain = LEAST_WINDOW_BYTES;

        Window(Reel reel) {
            this.reel = reel;
        }

        /** A view that begins at this offset and has at least this many bytes (zeros past the reel's end). */
        ByteBuffer at(long offset, int needed) throws IOException {
            if (offset < from || offset + needed > from + length) {
                load(offset, needed);
            }
            int index = Math.toIntExact(offset - from);
            return bytes.duplicate()
                    .position(index)
                    .limit(Math.min(bytes.capacity(), index + needed))
                    .slice();
        }

        /** Whether what stands there begins as a record does. */
        boolean mayBeginRecord(long offset) throws IOException {
            return RecordHeader.isMagic(at(offset, RecordHeader.BYTES), 0);
        }

        private void load(long offset, int needed) throws IOException {
            // Grows while the walk needs all that it comes to; small again when it has left something out.
            boolean isNext = offset <= from + length + LEAST_WINDOW_BYTES;
            grain = isNext ? Math.min(WINDOW_BYTES, 2 * grain) : LEAST_WINDOW_BYTES;
            from = offset / Disk.BLOCK * Disk.BLOCK;
            int wanted = Math.toIntExact(ReelFooter.blocks(offset - from + needed));
            if (wanted > bytes.capacity()) {
                bytes = ReelFooter.aligned(wanted);
            }
            bytes.clear();
            bytes.limit((int) Math.min(Math.max(grain, wanted), volume.reelBytes - from));
            length = volume.read(reel, bytes, from);
            bytes.clear();
        }
    }
}
