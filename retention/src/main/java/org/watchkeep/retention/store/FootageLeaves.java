// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.audit.CoveredFootage;
import org.watchkeep.retention.audit.FootageLeaf;
import org.watchkeep.retention.audit.Hash;

/**
 * Makes leaves of the next footage root (audit.md 7) from segments that were sealed and durable, and gaps that were closed.
 * A gap comes from any thread, event loops too, and only waits in a queue; the keeper makes leaves; {@link #catchUp} is the
 * trail's own thread's, for it reads disks.
 */
final class FootageLeaves {
    private static final Logger log = LoggerFactory.getLogger(FootageLeaves.class);

    /** Gaps between two rounds of the keeper: a thousand cameras that break off a hundred times each. */
    private static final int MOST_WAITING = 100_000;

    /** A gap that got its end. */
    record ClosedGap(int stream, long number, GapCause cause, Moment from, Moment to) {}

    private final Queue<ClosedGap> closed = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    /** Segments that got their leaf while it was still being looked for those that a stop kept out. */
    private final Set<String> sinceStart = ConcurrentHashMap.newKeySet();

    private volatile boolean caughtUp;
    private volatile StoreTrail trail = StoreTrail.NONE;

    /** The store is being put together. */
    void of(FootageStore store, StoreParts parts) {
        trail = parts.trail();
        if (trail.takesLeaves()) {
            trail.onFirstMinute(() -> catchUp(store));
        }
    }

    /** Any thread; never waits. */
    void closed(ClosedGap gap) {
        if (!trail.takesLeaves() || !gap.to.isAfter(gap.from)) {
            return;
        }
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            log.error("ALARM audit trail: {} gaps wait for a footage root, one stands in none", MOST_WAITING);
            return;
        }
        closed.add(gap);
    }

    /** The keeper has found this one complete: nothing of it is under way. */
    void sealed(FootageStore store, StreamState stream, SegmentBuilder builder) {
        if (!trail.takesLeaves() || !builder.hasFragments()) {
            return;
        }
        stream.takeSealDigest(builder).ifPresent(digest -> add(store, stream, builder.toSegment(), digest));
    }

    private void add(FootageStore store, StreamState stream, Segment segment, Digest digest) {
        Optional<Hash> salt = salt(store, segment.epoch(), stream.number);
        if (salt.isEmpty()) {
            return; // erased in the meantime: nothing is left to be proved
        }
        FragmentRef last = segment.fragments().get(segment.fragments().size() - 1);
        long start = StreamState.micros(segment.start());
        FootageLeaf leaf = new FootageLeaf.SegmentSealed(
                segment.stream().toString(),
                salt.get(),
                Hash.of(digest.toBytes()),
                segment.run(),
                segment.number(),
                segment.fragments().get(0).sequence(),
                last.sequence(),
                start,
                StreamState.micros(segment.end()) - start);
        if (caughtUp || sinceStart.add(leaf.line())) {
            trail.add(leaf);
        }
    }

    private static Optional<Hash> salt(FootageStore store, long epoch, int stream) {
        return store.keys().proofSalt(epoch, stream).map(Hash::of);
    }

    /** The keeper's round: gaps that were closed since, under the epoch that is open in their class. */
    void round(FootageStore store, StreamBook book) {
        for (ClosedGap gap = closed.poll(); gap != null; gap = closed.poll()) {
            waiting.decrementAndGet();
            ClosedGap one = gap;
            book.ofNumber(one.stream).ifPresent(stream -> add(store, stream, one));
        }
    }

    private void add(FootageStore store, StreamState stream, ClosedGap gap) {
        Optional<EpochSchedule> schedule = store.schedules().stream()
                .filter(of -> of.isOf(stream.classId()))
                .findFirst();
        Optional<Hash> salt = schedule.flatMap(of -> salt(store, of.current(), stream.number));
        if (salt.isEmpty()) {
            return; // its class is no longer configured: there is no key that could stand for it
        }
        trail.add(new FootageLeaf.GapClosed(
                stream.id.toString(),
                salt.get(),
                gap.number,
                gap.from.utcMicros(),
                gap.to.utcMicros(),
                gap.cause.code()));
    }

    // ---- what a stop kept out -------------------------------------------------------------------------------------

    /** Segments that were sealed before the start and that no root covers: a stop came before their minute was over. */
    private void catchUp(FootageStore store) {
        try {
            Optional<CoveredFootage> covered = trail.covered();
            if (covered.isPresent()) {
                long found = 0;
                for (StreamId stream : store.streams()) {
                    found += catchUp(store, store.streamState(stream), covered.get());
                }
                if (found > 0) {
                    log.info("{} segments that the last stop kept out of the footage roots stand in the next", found);
                }
            }
        } catch (IOException e) {
            log.error("what the last stop kept out of the footage roots stands in none: {}", e.toString());
        }
        caughtUp = true;
        sinceStart.clear();
    }

    private long catchUp(FootageStore store, StreamState stream, CoveredFootage covered) throws IOException {
        long found = 0;
        for (Segment segment : store.segments(stream.id, covered.since(), Instant.MAX)) {
            String line = "segment " + stream.id + " " + segment.run() + " " + segment.number();
            if (segment.state() != Segment.State.SEALED || covered.covers(line) || sinceStart.contains(line)) {
                continue;
            }
            try {
                Optional<Digest> digest = store.digest(segment);
                digest.ifPresent(known -> add(store, stream, segment, known));
                found += digest.isPresent() ? 1 : 0;
            } catch (FragmentGoneException | DamagedSegmentException e) {
                log.warn("{} stands in no footage root: {}", line, e.toString());
            }
        }
        return found;
    }
}
