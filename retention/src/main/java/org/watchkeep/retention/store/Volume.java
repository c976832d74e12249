// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.DirectIoUnavailableException;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/**
 * A directory on a disk with an identity file and a pool of reels.
 *
 * <pre>
 * VOLUME/volume.json            id, uuid, number and size of the reels; written last, synced
 * VOLUME/reels/reel-00000.wk    pre-allocated, never sparse
 * </pre>
 *
 * Any thread. The state of its reels is guarded by this object's monitor, held for memory work only.
 */
final class Volume {
    static final String IDENTITY_FILE = "volume.json";
    private static final String REEL_FOLDER = "reels";
    private static final int FORMAT = 1;
    private static final int MAX_IDENTITY_BYTES = 64 << 10;

    /** A pool is cut into at most this many reels: enough that clearing one is little of the promise. */
    private static final int MOST_REELS = 8192;

    private static final long LEAST_REEL_BYTES = 64L << 20;
    private static final long MOST_REEL_BYTES = 16L << 30;

    /** Fewer and the head has nowhere to go while one is full, one is cleared and one is read. */
    static final int LEAST_REELS = 4;

    final String id;
    final Path path;
    final UUID uuid;
    final long reelBytes;
    private final Disk disk;
    private final List<Reel> reels;
    private final Map<Long, Reel> bySerial = new ConcurrentHashMap<>();
    private final ReadFiles readFiles = new ReadFiles(reel -> openDirect(reel, Disk.Mode.READ_DIRECT));
    private final DiskWatch watch = new DiskWatch();
    private long lastSerial;

    private Volume(String id, Path path, UUID uuid, long reelBytes, Disk disk, List<Reel> reels) {
        this.id = id;
        this.path = path;
        this.uuid = uuid;
        this.reelBytes = reelBytes;
        this.disk = disk;
        this.reels = reels;
    }

    /** Reel size for a pool: a 8192th of it, a whole mebibyte, between 64 MiB and 16 GiB. */
    static long reelBytesFor(long poolBytes) {
        long mebibytes = (poolBytes / MOST_REELS) >> 20;
        return Math.min(MOST_REEL_BYTES, Math.max(LEAST_REEL_BYTES, mebibytes << 20));
    }

    /**
     * Makes the reels and, last, the identity file. A half-made volume (a crash in the middle) has no identity and is
     * enrolled anew over.
     */
    static UUID enrol(Disk disk, String id, Path path, long poolBytes) throws IOException {
        return enrol(disk, id, path, poolBytes, reelBytesFor(poolBytes));
    }

    /** The same with reels of this size. */
    static UUID enrol(Disk disk, String id, Path path, long poolBytes, long reelBytes) throws IOException {
        if (disk.exists(path.resolve(IDENTITY_FILE))) {
            throw new StoreException(
                    "volume " + id + ": " + path + " is already a volume",
                    "Name another folder, or remove this one yourself if its footage may go.");
        }
        long count = poolBytes / reelBytes;
        if (count < LEAST_REELS) {
            throw new StoreException(
                    String.format(
                            Locale.ROOT,
                            "volume %s: size %d bytes makes %d reels (expected: at least %d of %d bytes)",
                            id,
                            poolBytes,
                            count,
                            LEAST_REELS,
                            reelBytes),
                    "Give the volume at least " + LEAST_REELS * reelBytes + " bytes.");
        }
        Path folder = path.resolve(REEL_FOLDER);
        disk.createFolders(folder);
        for (int i = 0; i < count; i++) {
            Path reel = reelPath(path, i);
            if (disk.exists(reel)) {
                disk.delete(reel);
            }
            disk.allocate(reel, reelBytes);
        }
        disk.syncFolder(folder);
        try (DiskFile probe = disk.open(reelPath(path, 0), Disk.Mode.WRITE_DIRECT)) {
            probe.write(ReelFooter.aligned(Disk.BLOCK), 0);
            probe.sync();
        } catch (DirectIoUnavailableException e) {
            throw noDirectIo(id, path, e);
        }
        UUID uuid = UUID.randomUUID();
        writeIdentity(disk, id, path, uuid, reelBytes, (int) count);
        return uuid;
    }

    private static StoreException noDirectIo(String id, Path path, DirectIoUnavailableException e) {
        return new StoreException(
                "volume " + id + ": the file system of " + path + " takes no direct I/O",
                "Put the volume on ext4 or XFS on a local disk.",
                e);
    }

    private static void writeIdentity(Disk disk, String id, Path path, UUID uuid, long reelBytes, int count)
            throws IOException {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("format", FORMAT).put("id", id).put("uuid", uuid.toString());
        json.put("reels", count).put("reelBytes", reelBytes);
        Path temporary = path.resolve(IDENTITY_FILE + ".new");
        try (DiskFile file = disk.open(temporary, Disk.Mode.WRITE)) {
            file.write(ByteBuffer.wrap((json.toPrettyString() + "\n").getBytes(UTF_8)), 0);
            file.sync();
        }
        disk.rename(temporary, path.resolve(IDENTITY_FILE));
        disk.syncFolder(path);
    }

    /** Opens an enrolled volume; refuses any other folder, and never initialises one. */
    static Volume open(Disk disk, String id, Path path, @Nullable UUID expected) throws IOException {
        JsonNode json = readIdentity(disk, id, path);
        UUID uuid;
        try {
            uuid = UUID.fromString(json.path("uuid").asText());
        } catch (IllegalArgumentException e) {
            throw new StoreException(
                    "volume " + id + ": " + path.resolve(IDENTITY_FILE) + " names no uuid",
                    "Mount the right disk, or restore the file.",
                    e);
        }
        if (json.path("format").asInt() != FORMAT) {
            throw new StoreException(
                    "volume " + id + ": format " + json.path("format").asInt() + " (this program knows " + FORMAT + ")",
                    "Run the version of Watchkeep that wrote it.");
        }
        if (!json.path("id").asText().equals(id) || (expected != null && !expected.equals(uuid))) {
            throw new StoreException(
                    "volume " + id + ": " + path + " holds volume "
                            + json.path("id").asText() + " " + uuid + " (expected: " + id + " " + expected + ")",
                    "Mount the right disk there; nothing on this one was touched.");
        }
        long reelBytes = json.path("reelBytes").asLong();
        List<Reel> reels = new ArrayList<>();
        for (int i = 0; i < json.path("reels").asInt(); i++) {
            reels.add(checkedReel(disk, id, path, i, reelBytes));
        }
        Optional<Path> sparse = disk.firstSparse(reels.stream().map(r -> r.path).toList());
        if (sparse.isPresent()) {
            throw new StoreException(
                    "volume " + id + ": reel " + sparse.get() + " is sparse (its blocks are not all claimed)",
                    "Copy it back with its blocks (cp --sparse=never), or enrol the volume anew if its footage may"
                            + " go.");
        }
        return new Volume(id, path, uuid, reelBytes, disk, List.copyOf(reels));
    }

    /** Why nothing of a volume can be found there; empty where something is, be it another volume. */
    static Optional<String> notThere(Disk disk, Path path) {
        Path file = path.resolve(IDENTITY_FILE);
        try (DiskFile identity = disk.open(file, Disk.Mode.READ)) {
            identity.read(ByteBuffer.allocate((int) Math.min(identity.size(), MAX_IDENTITY_BYTES)), 0);
            return Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.of("there is no " + file);
        } catch (IOException e) {
            return Optional.of(file + " cannot be read: " + e);
        }
    }

    private static JsonNode readIdentity(Disk disk, String id, Path path) throws IOException {
        Path file = path.resolve(IDENTITY_FILE);
        try (DiskFile identity = disk.open(file, Disk.Mode.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(identity.size(), MAX_IDENTITY_BYTES));
            identity.read(bytes, 0);
            return new ObjectMapper().readTree(bytes.array(), 0, bytes.position());
        } catch (NoSuchFileException e) {
            throw new StoreException(
                    "volume " + id + ": " + file + " is missing, so this is not the volume it should be",
                    "Mount the disk it is on, or correct the path; a disk that replaces a lost one gets an id of its own in"
                            + " the configuration, and then 'watchkeep volume enrol'.",
                    e);
        } catch (com.fasterxml.jackson.core.JacksonException e) {
            throw new StoreException(
                    "volume " + id + ": " + file + " is damaged",
                    "Restore it; the reels beside it were not touched.",
                    e);
        }
    }

    private static Reel checkedReel(Disk disk, String id, Path path, int index, long reelBytes) throws IOException {
        Path file = reelPath(path, index);
        long size;
        try (DiskFile reel = disk.open(file, Disk.Mode.READ)) {
            size = reel.size();
        } catch (NoSuchFileException e) {
            throw new StoreException(
                    "volume " + id + ": reel " + file + " is missing",
                    "Mount the whole volume or restore the file.",
                    e);
        }
        if (size != reelBytes) {
            throw new StoreException(
                    "volume " + id + ": reel " + file + " has " + size + " bytes (expected: " + reelBytes + ")",
                    "Restore the file, or enrol the volume anew if its footage may go.");
        }
        return new Reel(index, file);
    }

    private static Path reelPath(Path volume, int index) {
        // Not String.format, which takes longer than opening the file: a start names each reel of thousands.
        String number = Integer.toString(index);
        return volume.resolve(REEL_FOLDER)
                .resolve("reel-" + "0".repeat(Math.max(0, 5 - number.length())) + number + ".wk");
    }

    /** Reels that were never written, and are not cleared for a ring yet. */
    long freeReels() {
        return reels.stream().filter(reel -> reel.state() == Reel.State.FREE).count();
    }

    List<Reel> reels() {
        return reels;
    }

    Disk disk() {
        return disk;
    }

    /** What its disk is being asked. */
    DiskWatch watch() {
        return watch;
    }

    /** The next generation: grows for ever, over all rings of the volume. */
    synchronized long nextSerial() {
        return ++lastSerial;
    }

    /** Serials seen on the disk or in the ledger are never given again. */
    synchronized void sawSerial(long serial) {
        lastSerial = Math.max(lastSerial, serial);
    }

    /** From now on footage of this generation can be read. */
    void readable(Reel reel) {
        bySerial.put(reel.serial(), reel);
    }

    /** From now on footage of this generation is gone. */
    void unreadable(long serial) {
        bySerial.remove(serial);
    }

    /** The reel that holds this generation; null where it is gone. */
    @Nullable
    Reel holding(long serial) {
        return bySerial.get(serial);
    }

    /** How many reels hold footage. */
    int readableReels() {
        return bySerial.size();
    }

    /** Reads whole blocks past the page cache; the buffer's address must be a whole block. Any thread. */
    int read(Reel reel, ByteBuffer into, long offset) throws IOException {
        return readFiles.read(reel, into, offset);
    }

    /** Opens a reel for the writer thread. */
    DiskFile openForWriting(Reel reel) throws IOException {
        return openDirect(reel, Disk.Mode.WRITE_DIRECT);
    }

    private DiskFile openDirect(Reel reel, Disk.Mode mode) throws IOException {
        try {
            return watch.watched(reel.path, watch.ask("opening", reel.path, () -> disk.open(reel.path, mode)));
        } catch (DirectIoUnavailableException e) {
            throw noDirectIo(id, path, e);
        }
    }

    void close() throws IOException {
        readFiles.close();
    }
}
