// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.disk.DiskFile;

/**
 * The one thread that writes a volume: places batches, writes them as they come, syncs at most 250 ms apart, and only
 * then acknowledges. Never interrupted (an interrupt would close the channels).
 *
 * <p>Order of a commit, and what a power cut right after each step leaves:
 *
 * <ol>
 *   <li>records written: nothing of them is acknowledged; whatever is whole and linked is found at start, the rest is a
 *       gap;
 *   <li>synced: they are found at start, although nobody was told;
 *   <li>acknowledged: the same;
 *   <li>index rows (by the keeper): the index is a cache, start reads on from the marks in it.
 * </ol>
 *
 * <p>On a failed write or sync the reel is retired and its unacknowledged records are encrypted anew, with new nonces,
 * into the next reel; after three reels without a good sync between them the volume counts as failed and its batches go
 * to another volume, or become gaps. Reels that were begun in vain are then taken again at the next try: a volume that
 * fails for hours must not eat its ring.
 */
final class VolumeWriter implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(VolumeWriter.class);

    /** Commits are at most this far apart: with a second of fragment it keeps a power cut's cost under 2 s of video. */
    static final long COMMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** Half of what the pool of one volume of many has: 32 MB, which a spinning disk writes in a fifth of a second. */
    private static final int PRESSED_BATCHES = 8;

    /** How long a commit waits for loops to hand over: a loop busy encrypting a 25 Mbit/s key picture answers in 10 ms. */
    private static final long FLUSH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** At the stop a loop may be waited for longer: what it still has would be lost. */
    private static final long LAST_FLUSH_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Reels that may fail without a good sync between them before the volume itself is taken for the fault. */
    private static final int MOST_REELS_RETIRED_AT_ONCE = 3;

    /** A failed volume is tried again this often: a cable put back should not need a restart. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);

    /**
     * What the writer needs of the store around it.
     *
     * @param commitNanos how far apart commits are at most
     */
    record Surroundings(
            StreamBook book,
            StoreClock clock,
            StoreClock pace,
            long commitNanos,
            RecordRewriter rewriter,
            AcknowledgementListener listener,
            Supplier<List<StoreLoop>> loops,
            Function<Ring, @Nullable Ring> elsewhere,
            Runnable tookReel) {}

    private final Volume volume;
    private final BatchPool pool;
    private final Surroundings around;
    private final LinkedBlockingQueue<Batch> queue = new LinkedBlockingQueue<>();
    private final Map<Ring, RingHead> heads = new HashMap<>();
    private final Map<RingHead, List<Batch>> written = new LinkedHashMap<>();
    private final List<Batch> waiting = new ArrayList<>();
    private final Thread thread;
    private volatile boolean stopping;
    private volatile boolean failed;
    /** Guarded by the queue. */
    private boolean ended;

    private long failedAtNanos;
    private int retiredInARow;
    /** Generations in which nothing has been acknowledged yet. */
    private final List<Begun> begun = new ArrayList<>();

    private record Begun(Ring ring, Reel reel, long serial) {}

    VolumeWriter(Volume volume, BatchPool pool, Surroundings around) {
        this.volume = volume;
        this.pool = pool;
        this.around = around;
        this.thread = new Thread(this, "writer-" + volume.id);
    }

    /** The batches that are filled for this volume. */
    BatchPool pool() {
        return pool;
    }

    /** Before {@link #start}: goes on in the reel that recovery found open. */
    void resume(Ring ring, RingHead head) {
        heads.put(ring, head);
    }

    void start() {
        thread.start();
    }

    /**
     * Hands a padded batch over. Any thread; never waits: the pool bounds how many there are. What comes after the writer
     * has ended is a gap.
     */
    void submit(Batch batch) {
        synchronized (queue) {
            if (!ended) {
                queue.add(batch);
                return;
            }
        }
        discard(batch, GapCause.RECORDER_STOPPED, "the store was closed before it could be written");
    }

    /** Whether the volume does not take footage now. Any thread. */
    boolean isFailed() {
        return failed;
    }

    /** Whether so much waits to be written that whoever reads for no person leaves the disk to it. Any thread. */
    boolean isPressed() {
        return queue.size() >= PRESSED_BATCHES;
    }

    /** Writes, syncs and acknowledges what was submitted before the call, then ends the thread. */
    void stop() {
        stopping = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        long commitAt = around.pace.monoNanos() + around.commitNanos;
        while (true) {
            boolean last = stopping;
            Batch batch = poll(last ? 0 : commitAt - around.pace.monoNanos());
            if (batch != null) {
                accept(batch);
            }
            if (around.pace.monoNanos() - commitAt >= 0 || (last && batch == null)) {
                commit();
                commitAt = around.pace.monoNanos() + around.commitNanos;
                if (last && queue.isEmpty() && written.isEmpty()) {
                    break;
                }
            }
        }
        List<Batch> late = new ArrayList<>();
        synchronized (queue) {
            ended = true;
            queue.drainTo(late);
        }
        late.forEach(batch -> discard(batch, GapCause.RECORDER_STOPPED, "it came when the store was being closed"));
        waiting.forEach(batch -> discard(batch, GapCause.RING_HELD, "no reel was free at the stop"));
        heads.values().forEach(this::closeHead);
    }

    private @Nullable Batch poll(long nanos) {
        try {
            return queue.poll(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            // Nobody may interrupt this thread; if somebody does, recording goes on.
            log.warn("writer of volume {} was interrupted and goes on", volume.id);
            return null;
        }
    }

    private void commit() {
        if (failed && around.pace.monoNanos() - failedAtNanos >= RETRY_NANOS) {
            failed = false;
        }
        List<Batch> again = new ArrayList<>(waiting);
        waiting.clear();
        again.forEach(this::accept);
        gather();
        for (RingHead head : new ArrayList<>(written.keySet())) {
            syncAndAcknowledge(head);
        }
    }

    /** Asks every loop for what it has and takes it, for at most {@link #FLUSH_NANOS}. */
    private void gather() {
        List<StoreLoop> loops = around.loops.get();
        FlushRound round = new FlushRound(loops.size());
        loops.forEach(loop -> loop.requestFlush(this, round));
        long until = around.pace.monoNanos() + (stopping ? LAST_FLUSH_NANOS : FLUSH_NANOS);
        while (!round.isDone() && around.pace.monoNanos() - until < 0) {
            Batch batch = poll(TimeUnit.MILLISECONDS.toNanos(1));
            if (batch != null) {
                accept(batch);
            }
        }
        for (Batch batch = queue.poll(); batch != null; batch = queue.poll()) {
            accept(batch);
        }
    }

    /** Places and writes a batch; on a disk error its reel is retired and it goes to the next. */
    private void accept(Batch batch) {
        Ring ring = batch.ring();
        if (waiting.stream().anyMatch(before -> before.ring() == ring)) {
            waiting.add(batch); // never past one that waits: a segment's configuration may be in it
            return;
        }
        if (!RingHead.fitsEmptyReel(batch, volume.reelBytes)) {
            // Written past its reel's end it would be acknowledged, and read by nobody.
            log.error(
                    "{} bytes of {} are given up: no reel of {} bytes holds them",
                    batch.used(),
                    ring,
                    volume.reelBytes);
            discard(batch, GapCause.VOLUME_FAILED, "its reels are too small");
            return;
        }
        List<Batch> todo = new ArrayList<>(List.of(batch));
        while (!todo.isEmpty()) {
            if (failed) {
                moveAway(todo);
                return;
            }
            RingHead head = heads.get(ring);
            try {
                if (head == null || !head.fits(todo.get(0))) {
                    head = next(ring, head);
                }
                if (head == null) {
                    waiting.addAll(todo);
                    return;
                }
                head.write(todo.get(0));
                written.computeIfAbsent(head, h -> new ArrayList<>()).add(todo.remove(0));
            } catch (IOException e) {
                anew(todo.get(0)); // its bytes may lie on the reel that failed
                todo.addAll(0, retire(ring, e));
            }
        }
    }

    /** Finishes the full reel and begins the next; null when none stands ready (the ring is held). */
    private @Nullable RingHead next(Ring ring, @Nullable RingHead full) throws IOException {
        if (full != null) {
            // Blocks not yet synced reach the disk in any order: a footer that got there before the records it lists
            // would vouch for what is not there.
            full.sync();
            full.writeFooter();
            written.computeIfAbsent(full, h -> new ArrayList<>());
            full.reel.become(Reel.State.FULL);
            heads.remove(ring);
        }
        Reel reel = ring.takeReady();
        around.tookReel.run();
        ring.held(reel == null);
        if (reel == null) {
            return null;
        }
        ReelHeader header = new ReelHeader(
                reel.index,
                volume.nextSerial(),
                around.clock.utcMicros(),
                around.clock.monoNanos(),
                volume.uuid,
                UUID.randomUUID(),
                ring.classId);
        reel.become(Reel.State.DOUBTFUL, header); // until it has opened
        begun.add(new Begun(ring, reel, header.serial()));
        DiskFile file = volume.openForWriting(reel);
        reel.become(Reel.State.HEAD);
        // Known as the head before its first write, so that a failure of that write retires it.
        heads.put(ring, new RingHead(reel, header, file, volume.reelBytes, 0, 0));
        RingHead head = RingHead.begin(reel, header, file, volume.reelBytes);
        heads.put(ring, head);
        ring.opened(reel, around.pace.monoNanos());
        volume.readable(reel);
        return head;
    }

    private void syncAndAcknowledge(RingHead head) {
        List<Batch> batches = written.get(head);
        if (batches == null) {
            return; // retired in the meantime, its batches are in another reel
        }
        long durableEnd = head.position();
        try {
            head.sync();
        } catch (IOException e) {
            Ring ring = batches.isEmpty() ? ringOf(head) : batches.get(0).ring();
            if (ring == null) {
                // Full, all its footage acknowledged before: only its footer is in doubt, and start walks it without.
                log.error("footer of {} may not be durable: {}", head.reel.path, e.toString());
                written.remove(head);
                head.reel.become(Reel.State.RETIRED);
                closeHead(head);
                return;
            }
            retire(ring, head, e).forEach(this::accept);
            return;
        }
        written.remove(head);
        syncedWell(head);
        head.reel.readableEnd(durableEnd);
        head.durable(durableEnd);
        announce(head);
        for (Batch batch : batches) {
            acknowledge(batch, head.header.serial());
        }
        if (!batches.isEmpty()) {
            Ring ring = batches.get(0).ring();
            ring.listed(new RingPosition(head.header.serial(), head.durableListAt()));
            ring.synced(new RingPosition(head.header.serial(), durableEnd));
        }
        batches.forEach(Batch::giveBack);
        if (!heads.containsValue(head)) {
            closeHead(head);
        }
    }

    /** The volume works, so reels that failed before this one are themselves at fault. */
    private void syncedWell(RingHead head) {
        retiredInARow = 0;
        for (Begun one : List.copyOf(begun)) {
            if (one.reel.state() == Reel.State.DOUBTFUL) {
                one.reel.become(Reel.State.RETIRED);
            }
            if (one.reel == head.reel || one.reel.state() == Reel.State.RETIRED) {
                begun.remove(one);
            }
        }
    }

    /** Entered once its header block is durable: the ledger then vouches for a header that rots later. */
    private void announce(RingHead head) {
        if (head.announce()) {
            ReelHeader header = head.header;
            LedgerEntry.ReelOpened entry = new LedgerEntry.ReelOpened(
                    volume.id, header.serial(), head.reel.index, header.classId(), header.createdUtcMicros());
            around.book.ledger().append(entry, header.createdUtcMicros());
            around.book.reels.opened(
                    entry,
                    around.book.boots.moment(
                            around.clock.bootId(), header.createdMonoNanos(), header.createdUtcMicros()));
        }
    }

    private @Nullable Ring ringOf(RingHead head) {
        for (Map.Entry<Ring, RingHead> entry : heads.entrySet()) {
            if (entry.getValue() == head) {
                return entry.getKey();
            }
        }
        return null;
    }

    private void acknowledge(Batch batch, long serial) {
        Ring ring = batch.ring();
        for (Batch.Entry entry : batch.entries()) {
            RecordHeader header = entry.header;
            if (header.kind() == RecordHeader.Kind.PADDING || entry.isLost()) {
                continue;
            }
            RingPosition at = new RingPosition(serial, batch.placedAt() + entry.at);
            for (StreamState.Safe safe : entry.stream.landed(header, entry.digest, ring, at)) {
                around.listener.acknowledged(
                        entry.stream.id, safe.run(), safe.sequence(), safe.digest(), safe.startMonoNanos());
            }
        }
    }

    private List<Batch> retire(Ring ring, IOException cause) {
        RingHead head = heads.get(ring);
        if (head == null) {
            countRetired(cause); // the next reel could not even be opened
            return List.of();
        }
        return retire(ring, head, cause);
    }

    private void countRetired(IOException cause) {
        if (++retiredInARow >= MOST_REELS_RETIRED_AT_ONCE) {
            fail(cause);
        }
    }

    /** Takes a reel out of use and gives back its unacknowledged batches, encrypted anew. */
    private List<Batch> retire(Ring ring, RingHead head, IOException cause) {
        log.error("reel {} retired: {}", head.reel.path, cause.toString());
        boolean holdsNothing = begun.stream().anyMatch(one -> one.reel == head.reel);
        head.reel.become(holdsNothing ? Reel.State.DOUBTFUL : Reel.State.RETIRED);
        around.book
                .ledger()
                .append(
                        new LedgerEntry.VolumeFailed(volume.id, "reel " + head.reel.index + " retired: " + cause),
                        around.clock.utcMicros());
        heads.remove(ring, head);
        ring.cutShort();
        List<Batch> batches = written.remove(head);
        closeHead(head);
        countRetired(cause);
        List<Batch> anew = new ArrayList<>();
        for (Batch batch : batches == null ? List.<Batch>of() : batches) {
            anew.add(anew(batch));
        }
        return anew;
    }

    private Batch anew(Batch batch) {
        for (Batch.Entry lost : around.rewriter.encryptAnew(batch)) {
            lost(lost, GapCause.VOLUME_FAILED, "its key is gone, so it could not be written again");
        }
        return batch;
    }

    private void fail(IOException cause) {
        failed = true;
        failedAtNanos = around.pace.monoNanos();
        retiredInARow = 0;
        for (Begun one : List.copyOf(begun)) {
            if (one.reel.state() == Reel.State.DOUBTFUL) {
                begun.remove(one);
                volume.unreadable(one.serial);
                one.ring.cleared(one.reel);
                one.reel.become(Reel.State.READY);
                one.ring.ready(one.reel);
            }
        }
        log.error("volume {} failed: {}", volume.id, cause.toString());
        around.book
                .ledger()
                .append(new LedgerEntry.VolumeFailed(volume.id, cause.toString()), around.clock.utcMicros());
    }

    /** To the same class's ring on another volume; without one they are gaps. */
    private void moveAway(List<Batch> batches) {
        for (Batch batch : batches) {
            Ring other = around.elsewhere.apply(batch.ring());
            if (other == null) {
                discard(batch, GapCause.VOLUME_FAILED, "volume " + volume.id + " failed");
            } else {
                anew(batch).moveTo(other);
                other.writer.submit(batch);
            }
        }
    }

    private void discard(Batch batch, GapCause cause, String detail) {
        for (Batch.Entry entry : batch.entries()) {
            lost(entry, cause, detail);
        }
        batch.giveBack();
    }

    private void lost(Batch.Entry entry, GapCause cause, String detail) {
        RecordHeader header = entry.header;
        if (header.kind() == RecordHeader.Kind.PADDING || entry.isLost()) {
            return;
        }
        entry.lose();
        entry.stream.lost(header, around.clock.bootId(), cause, detail);
    }

    private void closeHead(RingHead head) {
        try {
            head.close();
        } catch (IOException e) {
            log.warn("closing {}: {}", head.reel.path, e.toString());
        }
    }
}
