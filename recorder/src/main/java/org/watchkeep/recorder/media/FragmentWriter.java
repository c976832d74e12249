// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.store.FragmentFlags;

/**
 * Gathers one run's access units into CMAF fragments. A fragment ends before each key picture, before it would last longer
 * than a second, and when pictures stop coming.
 *
 * <p>The newest unit waits ({@link #pending}) until the next one says how long it lasts. Where pictures are
 * sent in another order than shown, their offsets from decoding time are written.
 *
 * <p>Confined to its event loop. The chain is the track's.
 */
final class FragmentWriter {
    /** What a power cut may cost is counted in these. */
    static final long MAX_TICKS = MediaTime.TICKS_PER_SECOND;

    /** Pictures have stopped: longer than a second, so that one picture a second is no stop. */
    static final long STOPPED_NANOS = 1_500_000_000L;

    /** A media clock that stands still must not keep a fragment open. */
    private static final long MAX_OPEN_NANOS = 2_000_000_000L;

    /** Half of what the store takes, so that one more access unit always fits. */
    private static final long MAX_BYTES = 16L << 20;

    /** Far more pictures a second than any camera sends; bounds the tables. */
    private static final int MAX_SAMPLES = 1_000;

    /** 25 a second, where neither the camera nor its pictures have said. */
    private static final long USUAL_TICKS = 3_600;

    private final SlabChain chain;
    private final Consumer<ReadyFragment> ready;
    private final SampleTable samples;

    private DecodingTimes times;
    private @Nullable AccessUnit pending;
    private @Nullable AccessUnit takenBack;
    private long pendingTicks;
    private long pictureTicks;
    private long lastTicks = Long.MIN_VALUE;
    private long latestShownTicks = Long.MIN_VALUE;

    private long openFrom;
    private long openRtpTicks;
    private long openSinceNanos;
    private boolean isOpenDamaged;
    private int sequence;

    FragmentWriter(SlabChain chain, VideoConfiguration configuration, Consumer<ReadyFragment> ready) {
        this.chain = chain;
        this.ready = ready;
        samples = new SampleTable(configuration.isEachKey());
        boolean isDeclared = configuration.frameTicks() > 0 && configuration.frameTicks() <= MAX_TICKS;
        pictureTicks = isDeclared ? configuration.frameTicks() : USUAL_TICKS;
        times = new DecodingTimes(configuration.reorderPictures(), pictureTicks, isDeclared);
    }

    /** The newest unit, whose length is not yet known. */
    @Nullable
    AccessUnit pending() {
        return pending;
    }

    /** Takes the newest unit back, for more of it has come. */
    void takeBack() {
        takenBack = pending;
        pending = null;
    }

    /** The time at which the latest picture is shown; {@code Long.MIN_VALUE} before the first. */
    long latestShownTicks() {
        return latestShownTicks;
    }

    /** Where the run's media time has come to. */
    long endTicks() {
        return pending != null ? pendingTicks + pictureTicks : lastTicks + pictureTicks;
    }

    /** Takes the next unit, whose bytes follow the last one's in the chain; or the one taken back, again. */
    void add(AccessUnit unit) {
        long ticks = unit.equals(takenBack) ? pendingTicks : decodingTicks(unit.ticks);
        takenBack = null;
        if (pending != null) {
            pictureTicks = ticks - pendingTicks;
            push(pending, ticks);
        }
        if (samples.count() > 0 && isToCloseBefore(unit, ticks)) {
            close(unit.from, 0);
        }
        pending = unit;
        pendingTicks = ticks;
    }

    private long decodingTicks(long shownTicks) {
        latestShownTicks = Math.max(latestShownTicks, shownTicks);
        long ticks = times.next(shownTicks);
        if (pending == null || sequence > 0 || !times.hasLearned()) {
            return ticks;
        }
        // Nothing of the run has been written yet: what was learned only now serves from its first picture on.
        times = times.again();
        pendingTicks = samples.retime(times, pending.ticks);
        lastTicks = samples.count() > 0 ? samples.lastTicks() : lastTicks;
        return times.next(shownTicks);
    }

    private boolean isToCloseBefore(AccessUnit unit, long ticks) {
        return (unit.isKey && !samples.isEachKey())
                || ticks - samples.startTicks() >= MAX_TICKS
                || samples.count() >= MAX_SAMPLES
                || samples.totalBytes() + unit.sizeBytes > MAX_BYTES
                || unit.arrivalMonoNanos - openSinceNanos >= MAX_OPEN_NANOS;
    }

    /** Puts a unit whose end is known into the open fragment, or into a new one where it would make that too long. */
    private void push(AccessUnit unit, long endTicks) {
        if (samples.count() > 0 && endTicks - samples.startTicks() > MAX_TICKS) {
            close(unit.from, 0);
        }
        if (samples.count() == 0) {
            samples.begin(pendingTicks, unit.isKey);
            openFrom = unit.from;
            openRtpTicks = unit.rtpTicks;
            openSinceNanos = unit.arrivalMonoNanos;
            isOpenDamaged = false;
        }
        samples.add(unit.sizeBytes, (int) (endTicks - pendingTicks), (int) (unit.ticks - pendingTicks));
        isOpenDamaged |= unit.isDamaged;
        lastTicks = pendingTicks;
    }

    /** Closes the open fragment with all that has come, the newest picture's length being taken for that of the one before. */
    void flush(int flags) {
        if (pending != null) {
            AccessUnit last = pending;
            pending = null;
            push(last, pendingTicks + Math.min(pictureTicks, MAX_TICKS));
            close(last.to, flags);
        }
    }

    private void close(long to, int moreFlags) {
        sequence++;
        ByteBuffer header = Boxes.fragmentHeader(sequence, samples);
        List<ByteBuffer> pieces = new ArrayList<>();
        List<Slab> owned = new ArrayList<>();
        pieces.add(header);
        pieces.addAll(chain.cut(openFrom, to, owned));
        int flags = moreFlags
                | (samples.startsWithKeyPicture() ? FragmentFlags.KEY_PICTURE : 0)
                | (isOpenDamaged ? FragmentFlags.DAMAGED : 0);
        ready.accept(new ReadyFragment(
                pieces, samples.startTicks(), samples.endTicks(), openRtpTicks, flags, new Release(owned)));
        samples.begin(0, false);
    }

    /** Gives a fragment's slabs back, once. */
    private static final class Release implements Runnable {
        private @Nullable List<Slab> owned;

        Release(List<Slab> owned) {
            this.owned = owned;
        }

        @Override
        public void run() {
            if (owned == null) {
                throw new IllegalStateException("fragment released twice");
            }
            owned.forEach(Slab::disown);
            owned = null;
        }
    }
}
