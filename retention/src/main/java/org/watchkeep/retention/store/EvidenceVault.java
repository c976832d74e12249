// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.keys.CaseKeys;

/**
 * A volume to which held footage is copied, each reel of it of one case and under that case's key: the same records,
 * encrypted anew. What is in it is found again from its reels; there is no second list that could disagree.
 *
 * <p>Its disk is asked by one thread, the vault's ({@code org.watchkeep.retention.vault}), and by readers of footage that
 * stands nowhere else. {@link #look}, {@link #write}, {@link #check} and {@link #free} are that thread's only; the rest is
 * for any, and answers from memory. A vault that is away, or hangs, is one that knows nothing: nobody waits for it.
 */
public final class EvidenceVault {
    /** What references to records in it have for their volume; no volume of a ring is called so. */
    public static final String ID = "vault";

    private static final Logger log = LoggerFactory.getLogger(EvidenceVault.class);

    private final Disk disk;
    private final Path path;
    private final CaseKeys keys;
    private final StoreClock clock;
    private final VaultCopy.Book book = new VaultCopy.Book();
    private final VaultWriter writer;
    private volatile @Nullable StreamBook streams;
    private volatile @Nullable VaultReels reels;
    private volatile @Nullable RecordReader reader;
    /** What reels said while others could not be read; the vault's thread only. */
    private final Map<String, Map<SegmentKey, VaultCopy.Gathering>> gathered = new HashMap<>();

    /** Cases whose key is not overwritten in every home yet. */
    private final Set<String> owed = ConcurrentHashMap.newKeySet();

    private volatile String away = "it has not been opened yet";
    private volatile boolean closed;

    /** Touches no disk: {@link #look} does. */
    public EvidenceVault(Disk disk, Path path, CaseKeys keys, StoreClock clock) {
        this.disk = disk;
        this.path = path;
        this.keys = keys;
        this.clock = clock;
        this.writer = new VaultWriter(keys, book);
    }

    /**
     * Makes the reels and the identity of a new vault.
     *
     * @throws StoreException when there is a volume already, or it is too small
     */
    public static void enrol(Disk disk, Path path, long sizeBytes) throws IOException {
        Volume.enrol(disk, ID, path, sizeBytes);
    }

    /** The store whose footage is copied. Once, before {@link #look}. */
    void of(StreamBook book) {
        streams = book;
    }

    private StreamBook streams() {
        StreamBook known = streams;
        if (known == null) {
            throw new IllegalStateException("the vault is of no store yet");
        }
        return known;
    }

    CaseKeys keys() {
        return keys;
    }

    // ---- the vault's thread ---------------------------------------------------------------------------------------

    /**
     * Opens it where it is not open, and reads the reels that were not read yet.
     *
     * @return why not all of it is known; empty when it is
     */
    public Optional<String> look() {
        VaultReels open = reels;
        if (open == null) {
            try {
                Volume volume = Volume.open(disk, ID, path, null);
                open = new VaultReels(volume, clock);
                synchronized (this) {
                    if (closed) {
                        return Optional.of("it is closed");
                    }
                    reader = new RecordReader(Map.of(ID, volume), new NoKeys());
                    reels = open;
                }
            } catch (IOException e) {
                String why = String.valueOf(e.getMessage());
                if (!why.equals(away)) {
                    log.error("ALARM vault: it is away, nothing is copied or read there: {}", why);
                }
                away = why;
                return notWhole();
            }
        }
        if (open.notWhole().isPresent()) {
            open.read((caseId, serial, entry) -> gathered.computeIfAbsent(caseId, c -> new HashMap<>())
                    .computeIfAbsent(SegmentKey.of(entry.header()), k -> new VaultCopy.Gathering(caseId))
                    .add(
                            entry.header(),
                            SegmentBuilder.ref(entry.header(), ID, new RingPosition(serial, entry.offset()))));
            gathered.values().forEach(ofCase -> ofCase.forEach(this::publish));
            if (open.notWhole().isEmpty()) {
                gathered.clear();
            }
        }
        return notWhole();
    }

    /** Names a segment of a store. */
    private record SegmentKey(int stream, SegmentBuilder.Key key) {
        static SegmentKey of(RecordHeader header) {
            return new SegmentKey(header.stream(), SegmentBuilder.Key.of(header));
        }
    }

    private void publish(SegmentKey key, VaultCopy.Gathering gathered) {
        Optional<StreamState> stream = streams().ofNumber(key.stream);
        if (key.stream != 0 && stream.isEmpty()) {
            log.error("ALARM vault: it has footage of stream {}, which the ledger does not know", key.stream);
        }
        stream.flatMap(state -> gathered.copy(state.id, streams().runs.codec(key.key.run())))
                .ifPresent(copy -> {
                    Optional<VaultCopy> before = book.find(copy.caseId(), key.stream, copy.key());
                    // Of what is known already, and perhaps read back, the same reels say nothing new in each look.
                    if (before.isEmpty() || !before.get().sequences().containsAll(copy.sequences())) {
                        book.put(
                                key.stream,
                                before.map(known -> merged(known, copy)).orElse(copy));
                    }
                });
    }

    /** A reel that could not be read before has more of a segment that is known already. */
    private static VaultCopy merged(VaultCopy known, VaultCopy more) {
        Map<Long, FragmentRef> all = new TreeMap<>();
        more.segment().fragments().forEach(ref -> all.put(ref.sequence(), ref));
        known.segment().fragments().forEach(ref -> all.put(ref.sequence(), ref));
        Segment of = more.segment().number() == known.segment().number() ? more.segment() : known.segment();
        return new VaultCopy(known.caseId(), of.shortened(List.copyOf(all.values())), Optional.empty());
    }

    /**
     * Writes records of a case, durable on return, and not yet {@linkplain #check checked}. Makes the key of a case that has
     * none and never had a copy.
     *
     * @param isNewCase whether nothing was ever said to be copied for it: then no reel that cannot be read keeps it from a key
     * @throws VaultWriter.FullException when there is no room for all of it; what there was room for is written
     * @throws VaultWriter.FailedException when its disk fails
     */
    void write(String caseId, List<VaultWriter.Piece> pieces, boolean isNewCase) throws IOException {
        writer.write(opened(), caseId, pieces, isNewCase);
    }

    /** What reading a copy back has found. */
    record ReadBack(VaultCopy copy, boolean isPlayable, boolean isSealed, Set<Long> damaged, Digest content) {
        boolean isWhole() {
            return isPlayable && isSealed && damaged.isEmpty();
        }
    }

    /**
     * Reads a copy back: every record of it, past the cache, decrypted and digested. Any thread.
     *
     * @throws IOException when that cannot be told now
     */
    ReadBack readBack(int stream, VaultCopy copy, RecordReads reads) throws IOException {
        List<Callable<Back>> tasks = new ArrayList<>();
        for (Back record : records(copy)) {
            tasks.add(() -> readBack(stream, copy, record));
        }
        return together(copy, reads.all(tasks));
    }

    private ReadBack readBack(int stream, VaultCopy copy) throws IOException {
        List<Back> backs = new ArrayList<>();
        for (Back record : records(copy)) {
            backs.add(readBack(stream, copy, record));
        }
        return together(copy, backs);
    }

    /**
     * A record of a copy.
     *
     * @param content its digest, where it was read back and is good
     */
    private record Back(FragmentRef ref, RecordHeader.Kind kind, Optional<Digest> content) {
        static Back of(FragmentRef ref, RecordHeader.Kind kind) {
            return new Back(ref, kind, Optional.empty());
        }
    }

    private static List<Back> records(VaultCopy copy) {
        Segment segment = copy.segment();
        List<Back> records = new ArrayList<>();
        records.add(Back.of(segment.configuration(), RecordHeader.Kind.CONFIGURATION));
        segment.seal().ifPresent(ref -> records.add(Back.of(ref, RecordHeader.Kind.SEAL)));
        segment.fragments().forEach(ref -> records.add(Back.of(ref, RecordHeader.Kind.FRAGMENT)));
        return records;
    }

    private static ReadBack together(VaultCopy copy, List<Back> backs) {
        MessageDigest content = HeldCopies.sha256();
        boolean isPlayable = true;
        boolean isSealed = true;
        Set<Long> damaged = new HashSet<>();
        for (Back back : backs) {
            boolean isGood = back.content.isPresent();
            back.content.ifPresent(digest -> content.update(digest.toBytes()));
            switch (back.kind) {
                case CONFIGURATION -> isPlayable = isGood;
                case SEAL -> isSealed = isGood;
                case FRAGMENT -> {
                    if (!isGood) {
                        damaged.add(back.ref.sequence());
                    }
                }
                case PADDING -> throw new IllegalArgumentException("padding is not copied");
            }
        }
        return new ReadBack(copy, isPlayable, isSealed, damaged, Digest.of(content.digest()));
    }

    /**
     * Reads a copy back that was not yet. What is damaged is left out of it from now on, so that it is copied again; what
     * cannot be copied again stays as it is.
     *
     * @param isInRing whether it can be copied again
     * @throws IOException when that cannot be told now
     */
    boolean check(int stream, VaultCopy copy, boolean isInRing) throws IOException {
        return copy.checked().isPresent() || checked(stream, readBack(stream, copy), isInRing);
    }

    /** The same, of what was read back already, and is still what there is of it. */
    boolean checked(int stream, ReadBack read, boolean isInRing) {
        VaultCopy copy = read.copy;
        if (read.isWhole()) {
            book.put(stream, copy.wasChecked(read.content));
        } else if (isInRing) {
            Optional<VaultCopy> left = read.isPlayable ? copy.without(read.damaged) : Optional.empty();
            leaveOut(copy, stream, read.isPlayable ? read.damaged : copy.sequences(), read.isSealed);
            left.ifPresentOrElse(
                    good -> book.put(stream, read.isSealed ? good : good.withoutSeal()),
                    () -> book.remove(stream, copy));
        }
        return read.isWhole();
    }

    /** Nor does the next look bring it back, which hears of what the reels have while one of them cannot be read. */
    private void leaveOut(VaultCopy copy, int stream, Set<Long> damaged, boolean isSealed) {
        VaultCopy.Gathering known =
                gathered.getOrDefault(copy.caseId(), Map.of()).get(new SegmentKey(stream, copy.key()));
        if (known != null) {
            known.leaveOut(damaged, isSealed);
        }
    }

    /** Read twice: what is left out of a copy for good must not be one bad reading. */
    private Back readBack(int stream, VaultCopy copy, Back record) throws IOException {
        for (int tries = 2; ; tries--) {
            try {
                Digest content =
                        open(copy.segment(), stream, record.ref, record.kind).digest();
                return new Back(record.ref, record.kind, Optional.of(content));
            } catch (DamagedSegmentException | FragmentGoneException e) {
                if (tries == 1) {
                    log.error("ALARM vault: a copy for case {} is damaged: {}", copy.caseId(), e.getMessage());
                    return record;
                }
            }
        }
    }

    /** A case is over: from now on nobody finds its copies. Under the erase lock: no hold is placed on them any more. */
    public void forget(String caseId) {
        gathered.remove(caseId);
        book.removeCase(caseId);
    }

    /**
     * A case is over: its key goes first, and then its reels are free.
     *
     * @return one sentence for each thing that could not be done; it is tried again
     */
    public List<String> free(String caseId) {
        List<String> failures = new ArrayList<>();
        forget(caseId);
        boolean isOwed = !keys.isErased(caseId) && (keys.isLive(caseId) || isKnown(caseId));
        if (isOwed || owed.contains(caseId)) {
            try {
                owed.add(caseId);
                keys.erase(caseId);
                owed.remove(caseId);
            } catch (IOException e) {
                failures.add("the key of case " + caseId + " is not erased in every home: " + e.getMessage());
            }
        }
        VaultReels open = reels;
        if (open != null) {
            failures.addAll(open.free(caseId));
        }
        return failures;
    }

    private boolean isKnown(String caseId) {
        VaultReels open = reels;
        return open != null && open.reelsOf(caseId) > 0;
    }

    private VaultReels opened() throws IOException {
        VaultReels open = reels;
        if (open == null) {
            throw new IOException("the vault is away: " + away);
        }
        return open;
    }

    // ---- any thread -----------------------------------------------------------------------------------------------

    /** Why not all of it is known; empty when it is. */
    public Optional<String> notWhole() {
        VaultReels open = reels;
        return open == null ? Optional.of("the vault is away: " + away) : open.notWhole();
    }

    /** Why it cannot be asked; empty when it can, also where some of its reels cannot be read. */
    public Optional<String> away() {
        return reels == null ? Optional.of("the vault is away: " + away) : Optional.empty();
    }

    /** Cases that have reels in it, or a key. */
    public Set<String> cases() {
        Set<String> all = new TreeSet<>(keys.cases());
        all.addAll(owed);
        VaultReels open = reels;
        if (open != null) {
            all.addAll(open.cases());
        }
        return all;
    }

    /** Whether the case has a key that opens its copies. */
    public boolean hasKey(String caseId) {
        return keys.isLive(caseId);
    }

    /** Bytes that copies of a new case may yet take: whole reels, less what each needs for itself. */
    public long freeBytes() {
        VaultReels open = reels;
        if (open == null) {
            return 0;
        }
        long usable = open.volume().reelBytes - open.volume().reelBytes / 64 - ReelHeader.BYTES;
        return open.freeReels() * usable;
    }

    /** What its disk is being asked; empty while it is away. */
    Optional<DiskWatch> watch() {
        VaultReels open = reels;
        return open == null ? Optional.empty() : Optional.of(open.volume().watch());
    }

    List<VaultCopy> copies(int stream) {
        return book.of(stream);
    }

    List<VaultCopy> copies(String caseId, int stream) {
        return book.of(caseId, stream);
    }

    Optional<VaultCopy> copy(String caseId, int stream, SegmentBuilder.Key key) {
        return book.find(caseId, stream, key);
    }

    List<VaultCopy> copies(int stream, SegmentBuilder.Key key) {
        return book.of(stream, key);
    }

    /** Reads and decrypts one of its records. */
    RecordCipher.Opened open(Segment segment, int stream, FragmentRef ref, RecordHeader.Kind kind) throws IOException {
        VaultReels open = opened();
        RecordReader records = reader;
        if (records == null) {
            throw new IOException("the vault is away: " + away);
        }
        String caseId = open.caseOf(ref.reelSerial())
                .orElseThrow(() -> new FragmentGoneException(
                        "its case is over: vault reel serial=" + ref.reelSerial() + " offset=" + ref.offset()));
        if (!keys.isLive(caseId) && !keys.isErased(caseId)) {
            throw new IOException("the key of case " + caseId + " is not there: its copy cannot be read");
        }
        return records.read(
                ref,
                new RecordReader.Expected(kind, stream, segment.run(), segment.number()),
                new OfCase(keys, caseId));
    }

    /** The keys of one case. */
    private record OfCase(CaseKeys keys, String caseId) implements RecordReader.Keys {
        @Override
        public Optional<SecretKey> streamKey(long epoch, int stream) {
            return keys.streamKey(caseId, stream);
        }

        @Override
        public boolean opens(long epoch, int stream) {
            return keys.isLive(caseId);
        }
    }

    private static final class NoKeys implements RecordReader.Keys {
        @Override
        public Optional<SecretKey> streamKey(long epoch, int stream) {
            return Optional.empty();
        }

        @Override
        public boolean opens(long epoch, int stream) {
            return false;
        }
    }

    /** After the vault's thread has ended, or has been given up on. */
    public void close() throws IOException {
        VaultReels open;
        synchronized (this) {
            closed = true;
            open = reels;
            reels = null;
            away = "it is closed";
        }
        if (open != null) {
            open.close();
        }
    }
}
