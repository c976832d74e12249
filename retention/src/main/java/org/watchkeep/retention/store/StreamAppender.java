// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Where one stream's footage goes in. Confined to the event loop of its {@link StoreLoop} but for {@link #status} and
 * {@link #stream}.
 *
 * <p>A fragment is hashed and encrypted at once when a batch has room. When none has (the disk is behind), it waits in
 * this stream's own bounded queue; when that is full whole fragments are dropped, oldest first, and the loss is a gap.
 */
public final class StreamAppender {
    /** A segment is at most this long from its beginning, what was dropped in between included. */
    static final long SEGMENT_MICROS = TimeUnit.SECONDS.toMicros(60);

    /** A segment holds at most this many fragments: 60 s of quarter-second GOPs, and a bound for a broken stream. */
    static final int SEGMENT_FRAGMENTS = 240;

    /** The queue may hold this much media ... */
    private static final long QUEUE_MICROS = TimeUnit.SECONDS.toMicros(4);

    /** ... or this many bytes, whichever is more. */
    private static final long QUEUE_BYTES = 2_000_000;

    private final StreamState state;
    private final StoreLoop loop;
    private final FootageStore store;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private long pendingMicros;
    private long pendingBytes;
    private @Nullable Run run;
    private @Nullable OpenSegment segment;

    /** Generation the ring's head was in when the segment began; 0 while there is none. */
    private long segmentHeadSerial;

    private boolean afterDrop;
    private boolean hasEnd;
    private long endUtcMicros;
    private long endMonoNanos;

    /** A run being recorded: its number, its init segment, how far it has come. */
    private static final class Run {
        final long number;
        final ByteBuffer configuration;
        final Digest configurationDigest;
        long sequence;
        int segments;
        boolean hasFragments;

        Run(long number, ByteBuffer configuration, Digest configurationDigest) {
            this.number = number;
            this.configuration = configuration;
            this.configurationDigest = configurationDigest;
        }
    }

    /** The segment being written. */
    private record OpenSegment(
            Run run,
            int number,
            long epoch,
            SecretKey key,
            Ring ring,
            long startUtcMicros,
            List<SealText.Line> lines) {}

    /** What waits: a fragment of a run, or (no fragment) the sealing of its last segment. */
    private record Pending(Run run, @Nullable Fragment fragment) {}

    StreamAppender(StreamState state, StoreLoop loop, FootageStore store) {
        this.state = state;
        this.loop = loop;
        this.store = store;
    }

    public StreamId stream() {
        return state.id;
    }

    /** What has been made durable so far. Any thread. */
    public StreamStatus status() {
        return state.status();
    }

    /**
     * Begins an uninterrupted session with one codec configuration; the open gap ends where its first fragment starts.
     *
     * @return the run's number
     * @throws IllegalStateException while a run is open
     */
    public long beginRun(RunStart start) {
        if (run != null) {
            throw new IllegalStateException("run " + run.number + " of " + state.id + " is still open");
        }
        long number = store.beginRun(state, start);
        Digest digest = loop.cipher().digest(List.of(start.configuration()));
        run = new Run(number, start.configuration(), digest);
        return number;
    }

    /**
     * Takes a fragment over. Visible to readers, and safe from a power cut, after the next commit.
     *
     * @throws IllegalStateException outside a run
     */
    public void append(Fragment fragment) {
        Run current = run;
        if (current == null) {
            fragment.release().run();
            throw new IllegalStateException("fragment outside a run: " + state.id);
        }
        current.hasFragments = true;
        state.closeGap(
                fragment.startUtcMicros(),
                fragment.startMonoNanos(),
                store.clock().bootId());
        endUtcMicros = fragment.startUtcMicros() + fragment.durationMicros();
        endMonoNanos = fragment.endMonoNanos();
        hasEnd = true;
        pending.addLast(new Pending(current, fragment));
        pendingMicros += fragment.durationMicros();
        pendingBytes += fragment.sizeBytes();
        drain();
        while (pendingMicros > QUEUE_MICROS && pendingBytes > QUEUE_BYTES) {
            dropOldest();
        }
    }

    /**
     * Notes more of the run that is open, in the words of {@link RunStart#notes}.
     *
     * @throws IllegalStateException outside a run
     */
    public void note(String further) {
        Run current = run;
        if (current == null) {
            throw new IllegalStateException("note outside a run: " + state.id);
        }
        store.noteRun(state, current.number, further);
    }

    /** Ends the run: its last segment is sealed, and the gap that begins at the last fragment's end has this cause. */
    public void endRun(GapCause cause, String detail) {
        Run ended = run;
        if (ended == null) {
            throw new IllegalStateException("no run of " + state.id + " is open");
        }
        run = null;
        pending.addLast(new Pending(ended, null));
        drain();
        if (ended.hasFragments) {
            state.openGap(endUtcMicros, endMonoNanos, store.clock().bootId(), cause, detail);
        } else {
            gapCause(cause, detail);
        }
    }

    /** No run is open and none can be yet: from now on the open gap has this cause. Nothing changes for the same one. */
    public void gapCause(GapCause cause, String detail) {
        StoreClock clock = store.clock();
        if (hasEnd) {
            state.openGap(endUtcMicros, endMonoNanos, clock.bootId(), cause, detail);
        }
        state.gapCause(clock.utcMicros(), clock.monoNanos(), clock.bootId(), cause, detail);
    }

    /** Ends the run if one is open and lets go of the stream. */
    public void close(GapCause cause, String detail) {
        if (run != null) {
            endRun(cause, detail);
        }
        drain();
        while (!pending.isEmpty()) {
            dropOldest();
        }
        loop.forget(this);
    }

    /** Writes what waits, as far as batches have room. */
    void drain() {
        while (!pending.isEmpty()) {
            Pending next = pending.getFirst();
            Fragment fragment = next.fragment;
            boolean done = fragment == null ? sealNow(next.run) : write(next.run, fragment);
            if (!done) {
                return;
            }
            pending.removeFirst();
            settle(fragment);
        }
    }

    private void settle(@Nullable Fragment fragment) {
        if (fragment != null) {
            pendingMicros -= fragment.durationMicros();
            pendingBytes -= fragment.sizeBytes();
            fragment.release().run();
        }
    }

    private void dropOldest() {
        Pending oldest = pending.removeFirst();
        Fragment fragment = oldest.fragment;
        if (fragment == null) {
            abandonSegment();
            return;
        }
        Moment start = store.moment(fragment.startUtcMicros(), fragment.startMonoNanos());
        state.dropped(
                start,
                start.plusMicros(fragment.durationMicros()),
                store.dropCause(state),
                "whole fragments found no room and were dropped");
        afterDrop = true;
        settle(fragment);
    }

    /** Encrypts a fragment, and what must stand before it, into the loop's batch; false when no batch has room. */
    private boolean write(Run ofRun, Fragment fragment) {
        Ring ring = store.ringFor(state);
        if (state.tookBreak() || (segment != null && segment.ring != ring)) {
            abandonSegment();
        }
        long epoch = store.epochAt(state, fragment.startMonoNanos());
        OpenSegment open = segment;
        boolean fresh = open == null || open.run != ofRun || open.epoch != epoch || isFull(open, fragment);
        long bytes = fragment.sizeBytes() + (long) RecordHeader.OVERHEAD_BYTES;
        if (fresh) {
            bytes += ofRun.configuration.remaining() + (long) RecordHeader.OVERHEAD_BYTES;
            bytes += open == null ? 0 : sealBytes(open);
        }
        Batch batch = loop.batchFor(ring, bytes);
        if (batch == null) {
            return false;
        }
        if (fresh && open != null) {
            writeSeal(open, batch);
        }
        OpenSegment into = open == null || fresh ? openSegment(ofRun, epoch, ring, fragment, batch) : open;
        writeFragment(into, fragment, batch);
        return true;
    }

    /**
     * Also when the head has moved to another reel: a segment goes with the reel it begins in, so one that spanned two
     * would take footage with it that the head has not yet come to.
     */
    private boolean isFull(OpenSegment open, Fragment fragment) {
        if (segmentHeadSerial == 0) {
            // Opened before the ring had its first reel, which is then the one the segment begins in.
            segmentHeadSerial = open.ring.headSerial();
        }
        return segmentHeadSerial != open.ring.headSerial()
                || open.lines.size() >= SEGMENT_FRAGMENTS
                || fragment.startUtcMicros() + fragment.durationMicros() - open.startUtcMicros > SEGMENT_MICROS;
    }

    private OpenSegment openSegment(Run ofRun, long epoch, Ring ring, Fragment first, Batch batch) {
        OpenSegment opened = new OpenSegment(
                ofRun,
                ofRun.segments++,
                epoch,
                store.streamKey(epoch, state),
                ring,
                first.startUtcMicros(),
                new ArrayList<>());
        segment = opened;
        segmentHeadSerial = ring.headSerial();
        RecordHeader header =
                header(opened, RecordHeader.Kind.CONFIGURATION, first, 0, ofRun.configuration.remaining());
        put(header, opened, ofRun.configurationDigest, List.of(ofRun.configuration), batch);
        return opened;
    }

    private void writeFragment(OpenSegment open, Fragment fragment, Batch batch) {
        Digest digest = loop.cipher().digest(fragment.pieces());
        int flags = fragment.flags() | (afterDrop ? FragmentFlags.AFTER_DROP : 0);
        afterDrop = false;
        RecordHeader header = header(open, RecordHeader.Kind.FRAGMENT, fragment, flags, fragment.sizeBytes());
        put(header, open, digest, fragment.pieces(), batch);
        open.lines.add(
                new SealText.Line(open.run.sequence++, fragment.startUtcMicros(), fragment.durationMicros(), digest));
    }

    private RecordHeader header(OpenSegment open, RecordHeader.Kind kind, Fragment of, int flags, int payloadBytes) {
        return new RecordHeader(
                kind,
                0,
                0,
                open.epoch,
                state.number,
                open.number,
                open.run.number,
                open.run.sequence,
                of.startUtcMicros(),
                of.startMonoNanos(),
                kind == RecordHeader.Kind.FRAGMENT ? of.durationMicros() : 0,
                flags,
                payloadBytes,
                of.cameraOffsetMicros(),
                open.startUtcMicros);
    }

    private boolean sealNow(Run ofRun) {
        if (state.tookBreak()) {
            abandonSegment();
        }
        OpenSegment open = segment;
        if (open == null || open.run != ofRun) {
            return true;
        }
        Batch batch = loop.batchFor(open.ring, sealBytes(open));
        if (batch == null) {
            return false;
        }
        writeSeal(open, batch);
        return true;
    }

    private static long sealBytes(OpenSegment open) {
        return SealText.bytesFor(open.lines.size()) + (long) RecordHeader.OVERHEAD_BYTES;
    }

    private void writeSeal(OpenSegment open, Batch batch) {
        segment = null;
        SealText text = new SealText(
                state.number,
                open.run.number,
                open.number,
                open.epoch,
                state.lastSealed(),
                open.run.configurationDigest,
                open.lines);
        SealWriter.Sealed sealed = SealWriter.of(text, open.startUtcMicros, 0, loop.cipher());
        put(sealed.header(), open, sealed.digest(), List.of(sealed.payload()), batch);
        state.sealed(new StreamState.SealedSegment(open.run.number, open.number, sealed.digest()));
    }

    private void put(RecordHeader header, OpenSegment open, Digest digest, List<ByteBuffer> pieces, Batch batch) {
        loop.cipher().seal(header, digest, pieces, open.key, batch.buffer(), batch.used());
        batch.add(header, state, digest);
    }

    /** The segment gets no seal: part of it is lost. */
    private void abandonSegment() {
        OpenSegment open = segment;
        if (open != null) {
            state.giveUp(new SegmentBuilder.Key(open.run.number, open.number));
            segment = null;
        }
    }
}
