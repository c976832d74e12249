// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.watchkeep.recorder.rtp.CameraClock;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.RunStart;

/**
 * One run's fragments on their way to the sink: held until the run's clock has settled, then placed on it. Confined to its
 * event loop.
 */
final class RunOutput implements Consumer<ReadyFragment> {
    /** What a burst of old pictures may make us hold; beyond it the clock settles with what it knows. */
    static final long MAX_HELD_BYTES = 16L << 20;

    private final FragmentSink sink;
    private final VideoConfiguration configuration;
    private final RunNotes notes;
    private final RunClock clock;
    private final CameraClock cameraClock;
    private final ArrayDeque<ReadyFragment> held = new ArrayDeque<>();
    private long heldBytes;
    private long nowMonoNanos;
    private boolean isAnnounced;
    private long fragments;

    RunOutput(
            FragmentSink sink,
            VideoConfiguration configuration,
            RunNotes notes,
            RunClock clock,
            CameraClock cameraClock) {
        this.sink = sink;
        this.configuration = configuration;
        this.notes = notes;
        this.clock = clock;
        this.cameraClock = cameraClock;
    }

    @Override
    public void accept(ReadyFragment fragment) {
        if (clock.isSettled()) {
            emit(fragment);
            return;
        }
        held.addLast(fragment);
        heldBytes +=
                fragment.pieces().stream().mapToLong(piece -> piece.remaining()).sum();
        if (heldBytes > MAX_HELD_BYTES) {
            settle();
        }
    }

    /** Time has come this far: settles the clock when that is due. */
    void onTime(long monoNanos) {
        nowMonoNanos = monoNanos;
        if (clock.isSettlingOver(monoNanos)) {
            settle();
        }
    }

    /** Settles the clock now and lets go of what was held for it. */
    void settle() {
        clock.settle(nowMonoNanos);
        while (!held.isEmpty()) {
            emit(held.removeFirst());
        }
        heldBytes = 0;
    }

    /** Fragments handed to the sink. */
    long fragments() {
        return fragments;
    }

    /** Says which tolerances were first used since the run began. */
    void sayNotes() {
        String further = isAnnounced ? notes.further() : "";
        if (!further.isEmpty()) {
            sink.onNotes(further);
        }
    }

    private void emit(ReadyFragment ready) {
        if (!isAnnounced) {
            isAnnounced = true;
            sink.onRun(new RunStart(Boxes.initSegment(configuration), configuration.codec(), notes.all()));
        }
        sayNotes();
        OptionalLong camera = cameraClock.utcMicrosAt(ready.rtpTicks());
        long cameraOffsetMicros = camera.isPresent()
                ? camera.getAsLong() - clock.utcMicros(clock.monoNanosAt(ready.startTicks()))
                : Fragment.OFFSET_UNKNOWN;
        RunClock.Placed placed = clock.place(ready.endTicks());
        fragments++;
        sink.onFragment(new Fragment(
                ready.pieces(),
                placed.startUtcMicros(),
                placed.startMonoNanos(),
                placed.durationMicros(),
                ready.flags(),
                cameraOffsetMicros,
                ready.release()));
    }
}
