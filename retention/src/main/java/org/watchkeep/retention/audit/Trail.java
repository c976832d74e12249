// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.disk.Disk;

/**
 * A trail that is being written: the one of a running recorder. Any thread appends, reads and asks for proofs; a thread of
 * the trail's own writes, so that no interrupt of a caller reaches the disk.
 *
 * <p>An entry is durable when {@link #append} returns. When it cannot be made so, append throws, and so does every later
 * one until the disk takes the trail again: nothing is done that is not entered.
 */
public final class Trail implements TrailWriter, Closeable {
    /** The origin's name where the installation was given none. */
    public static final String DEFAULT_NAME = "watchkeep.local/trail";

    /** Entries that may wait for one sync. A hundred times what people do in a second. */
    private static final int MAX_WAITING = 10_000;

    private static final int TRAIL_ID_BYTES = 16;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9./-]{0,85}");
    private static final long CLOSE_SECONDS = 30;

    private final TrailFiles files;
    private final TrailSettings settings;
    private final VerifierKey verifier;
    private final TrailTree tree;
    private final TrailTail tail;
    private final Checkpoints checkpoints;
    private final BlockingQueue<Pending> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Thread thread;
    private volatile @Nullable Throwable ended;

    /** Whether a bundle is being sealed, a step between two commits. The trail's thread's. */
    private boolean isSealing;

    /** An entry and who waits for it; without an entry the sign to end. */
    private record Pending(@Nullable NewEntry entry, CompletableFuture<Appended> durable) {}

    private Trail(
            TrailFiles files,
            TrailSettings settings,
            VerifierKey verifier,
            TrailTree tree,
            TrailTail tail,
            Checkpoints checkpoints) {
        this.files = files;
        this.settings = settings;
        this.verifier = verifier;
        this.tree = tree;
        this.tail = tail;
        this.checkpoints = checkpoints;
        this.thread = new Thread(this::run, "trail");
        thread.setDaemon(true);
    }

    /**
     * Makes a trail of one entry, {@code trail.begun}; refuses a folder that has one. A power cut leaves none, or a whole
     * one that opens.
     *
     * @param name where the trail stands, as a URL without its scheme; {@link #DEFAULT_NAME} where there is none
     */
    public static Trail create(Disk disk, TrailSettings settings, String name) throws IOException {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("trail name: " + name + " (expected: " + NAME + ")");
        }
        TrailFiles files = new TrailFiles(disk, settings.folder());
        if (TrailRecovery.isThere(files)) {
            throw new TrailException("trail " + settings.folder() + ": is there already (expected: none)");
        }
        SecureRandom random = new SecureRandom();
        byte[] id = new byte[TRAIL_ID_BYTES];
        byte[] nonce = new byte[Hash.BYTES];
        random.nextBytes(id);
        random.nextBytes(nonce);
        begin(files, settings, name + "/" + HexFormat.of().formatHex(id), Hash.of(nonce));
        return open(disk, settings);
    }

    static void begin(TrailFiles files, TrailSettings settings, String origin, Hash nonce) throws IOException {
        VerifierKey verifier = settings.key().verifier(origin);
        NewEntry first = NewEntry.byMachine(
                Act.TRAIL_BEGUN,
                Fields.NONE
                        .with("format", EntryScanner.VERSION)
                        .with("key", verifier.toString())
                        .with("nonce", nonce)
                        .with("origin", origin));
        byte[] entry = Entry.of(first, 0, Hash.ZERO, now(settings)).toBytes();
        files.write(files.vkey(), (verifier + "\n").getBytes(US_ASCII));
        Journal.write(files, 0, Hash.ZERO, List.of(entry)).close();
    }

    /**
     * Opens the trail after whatever stop. A torn tail that nobody was told of is left out, with an entry that says so.
     *
     * @throws TrailException when there is none, or it is not this key's
     * @throws DamagedTrailException when what had been durable is not as it was, or the trail contradicts its checkpoint
     */
    public static Trail open(Disk disk, TrailSettings settings) throws IOException {
        TrailFiles files = new TrailFiles(disk, settings.folder());
        TrailRecovery.Found found = TrailRecovery.run(files);
        VerifierKey verifier = settings.key().verifier(found.origin());
        String known = new String(files.read(files.vkey(), SignedNote.MAX_BYTES), US_ASCII).strip();
        if (!known.equals(verifier.toString())) {
            throw new TrailException("trail key: " + verifier + " (expected: " + known
                    + ", the one this trail is signed with; restore the keystore from the keys backup)");
        }
        Checkpoints checkpoints = new Checkpoints(files, settings, verifier, found.tree());
        checkpoints.load();
        Trail trail = new Trail(files, settings, verifier, found.tree(), found.tail(), checkpoints);
        trail.thread.start();
        if (found.tornBytes() > 0) {
            trail.append(NewEntry.byMachine(
                    Act.TRAIL_MENDED,
                    Fields.NONE.with("after", found.tree().size()).with("bytes", found.tornBytes())));
        }
        return trail;
    }

    private static Instant now(TrailSettings settings) {
        return settings.clock().instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Whether a trail stands in this folder. */
    public static boolean isThere(Disk disk, Path folder) throws IOException {
        return TrailRecovery.isThere(new TrailFiles(disk, folder));
    }

    @Override
    public Appended append(NewEntry entry) throws TrailException {
        CompletableFuture<Appended> durable = new CompletableFuture<>();
        Throwable cause = ended;
        if (cause != null) {
            throw new TrailException("trail is closed: " + settings.folder(), cause);
        }
        if (!waiting.offer(new Pending(entry, durable))) {
            throw new TrailException("trail: " + MAX_WAITING + " entries wait for the disk already");
        }
        cause = ended;
        if (cause != null) {
            // Between the look above and the offer the thread may have ended: then nobody will take it.
            durable.completeExceptionally(cause);
        }
        try {
            return durable.join();
        } catch (CompletionException e) {
            Throwable why = e.getCause();
            if (why instanceof IllegalArgumentException wrong) {
                throw new IllegalArgumentException(wrong.getMessage(), wrong);
            }
            Throwable known = why == null ? e : why;
            throw new TrailException("not entered, so not done: " + entry.act() + ": " + known.getMessage(), known);
        }
    }

    /** Signs what there is, one a second at most; the last one where nothing is new. Durable on return. */
    public Checkpoint checkpoint() throws IOException {
        return checkpoints.sign(now(settings));
    }

    /** Signs all there is, also within the second: at a stop nothing comes that would cover the last entries. */
    public Checkpoint lastOfAll() throws IOException {
        return checkpoints.covering(tree.size() - 1, now(settings));
    }

    /** The newest there is, with what witnesses have added to it. */
    public Checkpoint lastCheckpoint() throws IOException {
        return checkpoints.last();
    }

    /** Sends the newest checkpoint to a witness and keeps what it signed. */
    public Checkpoint witness(WitnessClient witness) throws IOException {
        return witness(lastCheckpoint(), witness);
    }

    /** The same of a checkpoint of this trail that others may have signed; what they signed stays with it. */
    Checkpoint witness(Checkpoint asked, WitnessClient witness) throws IOException {
        return checkpoints.witness(asked, witness);
    }

    /** A proof that this entry is in the trail, up to the newest checkpoint, which is made if none covers it. */
    public TlogProof prove(long index) throws IOException {
        Checkpoint covering = checkpoints.covering(index, now(settings));
        return new TlogProof(index, Merkle.inclusion(tree, index, covering.size()), covering);
    }

    /**
     * @param seen of this trail, kept elsewhere
     * @throws DamagedTrailException where the trail is shorter, another, or signed with another key
     */
    public void requireContinuing(Checkpoint seen) throws IOException {
        checkpoints.requireContinuing(seen);
    }

    /** That the tree now signed continues the one of this size. */
    public List<Hash> consistency(long oldSize, long size) throws IOException {
        return Merkle.consistency(tree, oldSize, size);
    }

    public TreeHead head() throws IOException {
        return tree.head();
    }

    public long size() {
        return tree.size();
    }

    public VerifierKey verifierKey() {
        return verifier;
    }

    /** Entries [from, to) in order. */
    public void read(long from, long to, TrailReader.Visitor visitor) throws IOException {
        if (from < 0 || to > size()) {
            throw new IllegalArgumentException("entries " + from + " to " + to + " (expected: 0 to " + size() + ")");
        }
        new TrailReader(files, tail::copyFrom).read(from, to, visitor);
    }

    public Entry entry(long index) throws IOException {
        List<Entry> one = new ArrayList<>();
        read(index, index + 1, (at, bytes) -> one.add(Entry.parse(bytes)));
        return one.get(0);
    }

    private void run() {
        try {
            List<Pending> batch = new ArrayList<>();
            while (true) {
                Pending first = isSealing ? waiting.poll() : waiting.take();
                if (first == null) {
                    isSealing = seal(tail::sealStep);
                    continue;
                }
                batch.clear();
                batch.add(first);
                waiting.drainTo(batch, TrailFiles.WIDTH - 1);
                if (!commit(batch)) {
                    isSealing = seal(tail::sealFull);
                    end(new IOException("closed"));
                    return;
                }
                isSealing = seal(tail::sealStep);
            }
        } catch (InterruptedException e) {
            // Nobody else knows the thread.
            end(e);
        } catch (RuntimeException | Error e) {
            end(e);
            settings.alarms().accept("the trail's thread ended, nothing is entered any more: " + e);
        }
    }

    /** False when the sign to end was among them. */
    private boolean commit(List<Pending> batch) {
        List<Pending> taken = new ArrayList<>();
        List<byte[]> entries = new ArrayList<>();
        List<Appended> where = new ArrayList<>();
        boolean goesOn = true;
        Hash prev = tree.lastLeaf();
        for (Pending each : batch) {
            NewEntry entry = each.entry();
            if (entry == null) {
                goesOn = false;
                continue;
            }
            try {
                Instant entered = now(settings);
                byte[] bytes = encode(entry, tree.size() + entries.size(), prev, entered);
                prev = Merkle.leaf(bytes);
                where.add(new Appended(tree.size() + entries.size(), prev, entered));
                entries.add(bytes);
                taken.add(each);
            } catch (IllegalArgumentException e) {
                each.durable().completeExceptionally(e);
            }
        }
        if (!entries.isEmpty()) {
            commit(taken, entries, where);
        }
        return goesOn;
    }

    private static byte[] encode(NewEntry entry, long index, Hash prev, Instant entered) {
        byte[] bytes = Entry.of(entry, index, prev, entered).toBytes();
        if (bytes.length > EntryScanner.MAX_BYTES) {
            throw new IllegalArgumentException(
                    "entry: " + bytes.length + " bytes (expected: at most " + EntryScanner.MAX_BYTES + ")");
        }
        return bytes;
    }

    private void commit(List<Pending> taken, List<byte[]> entries, List<Appended> where) {
        try {
            tail.mend();
            tail.commit(entries);
        } catch (IOException e) {
            settings.alarms()
                    .accept("nothing can be entered, so nothing is viewed, exported or erased: " + e.getMessage());
            taken.forEach(each -> each.durable().completeExceptionally(e));
            return;
        } catch (RuntimeException | Error e) {
            taken.forEach(each -> each.durable().completeExceptionally(e));
            throw e;
        }
        for (int i = 0; i < taken.size(); i++) {
            taken.get(i).durable().complete(where.get(i));
        }
    }

    private interface Sealing {
        void run() throws IOException;
    }

    /** Whether more is to be sealed, and can be. */
    private boolean seal(Sealing sealing) {
        try {
            sealing.run();
            return tail.isFull();
        } catch (IOException e) {
            // The entries are durable in the journal; the next commit is followed by another try.
            settings.alarms().accept("the trail's tiles cannot be written: " + e.getMessage());
            return false;
        }
    }

    private void end(Throwable cause) {
        ended = cause;
        List<Pending> left = new ArrayList<>();
        waiting.drainTo(left);
        left.forEach(each -> each.durable().completeExceptionally(cause));
    }

    /** Enters what waits, and ends. */
    @Override
    public void close() throws IOException {
        if (ended == null && waiting.offer(new Pending(null, new CompletableFuture<>()))) {
            awaitEnd();
        }
        tail.close();
    }

    private void awaitEnd() throws IOException {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the trail was closing: " + settings.folder(), e);
        }
    }
}
