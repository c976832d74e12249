// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The reels one retention class has claimed on one volume, oldest first, and those that stand cleared for its head.
 * Guarded by its own monitor, held for memory work only: the writer asks it once a reel, the keeper once a second.
 */
final class Ring {
    /** The pace is measured over this many reels at most ... */
    private static final int PACE_REELS = 9;

    /** ... and at least. */
    private static final int LEAST_PACE_REELS = 3;

    final Volume volume;
    final String classId;
    final VolumeWriter writer;
    private final Deque<Reel> footage = new ArrayDeque<>();
    private final Deque<Reel> ready = new ArrayDeque<>();
    private final Deque<Long> openedMonoNanos = new ArrayDeque<>();
    private RingPosition synced = RingPosition.START;
    private RingPosition listed = RingPosition.START;
    private volatile boolean held;
    private volatile long headSerial;

    Ring(Volume volume, String classId, VolumeWriter writer) {
        this.volume = volume;
        this.classId = classId;
        this.writer = writer;
    }

    /** Name of its marks in the index: {@code volume/class}. */
    String name() {
        return volume.id + "/" + classId;
    }

    /** A reel found by recovery, in order of serial. */
    synchronized void found(Reel reel) {
        footage.addLast(reel);
    }

    /** The next cleared reel, which becomes the head; null when none stands ready. */
    synchronized @Nullable Reel takeReady() {
        return ready.pollFirst();
    }

    /** The writer has begun a generation in this reel. */
    synchronized void opened(Reel reel, long monoNanos) {
        footage.addLast(reel);
        headSerial = reel.serial();
        openedMonoNanos.addLast(monoNanos);
        if (openedMonoNanos.size() > PACE_REELS) {
            openedMonoNanos.removeFirst();
        }
    }

    /** The head was ended by a disk error: how long it lasted says nothing of the pace. */
    synchronized void cutShort() {
        openedMonoNanos.clear();
    }

    /**
     * How long a reel lasts at the present pace; 0 while too few were begun by this process to tell. Monotonic readings
     * of another boot are no measure, and neither is one reel that a disk error cut short.
     */
    synchronized long reelNanos() {
        int begun = openedMonoNanos.size();
        return begun < LEAST_PACE_REELS
                ? 0
                : Math.max(1, (openedMonoNanos.getLast() - openedMonoNanos.getFirst()) / (begun - 1));
    }

    /**
     * How long a reel lasted lately by the clock times at which they were begun, also before this process; 0 while too few
     * are known. The middle one of the last: a stop lengthens one of them, and a clock that was set another. A forecast, and
     * no measure for what must be ready.
     */
    synchronized long rememberedNanos() {
        List<Long> begun = new ArrayList<>();
        for (Reel reel : footage) {
            ReelHeader header = reel.header();
            if (header != null) {
                begun.add(header.createdUtcMicros());
            }
        }
        List<Long> lasted = new ArrayList<>();
        for (int i = Math.max(1, begun.size() - PACE_REELS); i < begun.size(); i++) {
            lasted.add(begun.get(i) - begun.get(i - 1));
        }
        if (lasted.size() < LEAST_PACE_REELS - 1) {
            return 0;
        }
        lasted.sort(null);
        return TimeUnit.MICROSECONDS.toNanos(Math.max(1, lasted.get(lasted.size() / 2)));
    }

    /** Recovery goes on in this reel. */
    synchronized void resumed(Reel reel) {
        headSerial = reel.serial();
    }

    /** Generation the head is in, as far as the asking thread has heard; 0 before the first. Any thread, no waiting. */
    long headSerial() {
        return headSerial;
    }

    synchronized void ready(Reel reel) {
        ready.addLast(reel);
    }

    synchronized int readyReels() {
        return ready.size();
    }

    /** Reels with footage, oldest first, the head last. */
    synchronized List<Reel> footage() {
        return new ArrayList<>(footage);
    }

    /** Takes a cleared reel out. */
    synchronized void cleared(Reel reel) {
        footage.remove(reel);
    }

    /** Whether the head waits because no reel could be cleared for it. */
    boolean isHeld() {
        return held;
    }

    void held(boolean nowHeld) {
        held = nowHeld;
    }

    /** All reels it has: with footage and ready. */
    synchronized int size() {
        return footage.size() + ready.size();
    }

    /** Everything before this place is durable and has been acknowledged. */
    synchronized RingPosition synced() {
        return synced;
    }

    synchronized void synced(RingPosition position) {
        synced = position;
    }

    /** Where the newest list of records stands that was synced; the start of all where none is known. */
    synchronized RingPosition listed() {
        return listed;
    }

    synchronized void listed(RingPosition position) {
        listed = position;
    }

    @Override
    public String toString() {
        return name();
    }
}
