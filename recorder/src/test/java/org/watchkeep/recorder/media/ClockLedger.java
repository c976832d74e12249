// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.RunStart;

/** Compares each fragment, as it comes, with what was true at a {@link ClockedCamera}; keeps no bytes. */
final class ClockLedger implements FragmentSink {
    /** Jitter and the error at which the slew stands for a crystal of 200 ppm. */
    private static final long MAX_OFF_NANOS = 60_000_000L;

    /** Three roundings to a microsecond. */
    private static final long MAX_OFF_MICROS = 4;

    private final ClockedCamera camera;
    final List<GapCause> ends = new ArrayList<>();
    final List<Integer> firsts = new ArrayList<>();
    private boolean isRunBeginning;
    private long runStartNanos;
    private long runMicros;
    private long runTicks;
    private int runPictures;
    private boolean isRunUncertain;
    private long endTicks;
    private long endNanos = Long.MIN_VALUE;
    int lastPicture = -1;
    long recorded;
    long worstOffNanos;
    long fragmentsWithOffset;
    long fragments;

    ClockLedger(ClockedCamera camera) {
        this.camera = camera;
    }

    @Override
    public void onRun(RunStart start) {
        isRunBeginning = true;
        runMicros = 0;
        runTicks = 0;
        runPictures = 0;
        isRunUncertain = false;
    }

    @Override
    public void onRunEnd(GapCause cause, String detail) {
        ends.add(cause);
        finish();
    }

    @Override
    public void onFragment(Fragment fragment) {
        try {
            take(fragment);
        } catch (BoxFormatException e) {
            throw new AssertionError(e);
        } finally {
            fragment.release().run();
        }
    }

    private void take(Fragment fragment) throws BoxFormatException {
        ByteBuffer bytes = ByteBuffer.allocate(fragment.sizeBytes());
        fragment.pieces().forEach(piece -> bytes.put(piece.duplicate()));
        bytes.flip();
        MovieFragment movie = MovieFragment.read(bytes);
        int first = ClockedCamera.number(bytes, movie.samples().get(0).index());
        fragments++;
        if (isRunBeginning) {
            isRunBeginning = false;
            firsts.add(first);
            runStartNanos = fragment.startMonoNanos();
        } else {
            assertThat(movie.startTicks()).as("media time at picture %d", first).isEqualTo(endTicks);
        }
        for (MovieFragment.Sample sample : movie.samples()) {
            int number = ClockedCamera.number(bytes, sample.index());
            for (int missing = lastPicture + 1; missing < number; missing++) {
                assertThat(camera.skipped).as("pictures not recorded").contains(missing);
            }
            assertThat(number).isGreaterThan(lastPicture);
            lastPicture = number;
            recorded++;
            isRunUncertain |= camera.isUncertain[number];
        }
        endTicks = movie.endTicks();
        runTicks += endTicks - movie.startTicks();
        runPictures += movie.samples().size();
        runMicros += fragment.durationMicros();
        check(fragment, first);
    }

    private void check(Fragment fragment, int first) {
        boolean isUncertain = camera.isUncertain[first];
        assertThat(fragment.durationMicros()).as("picture %d", first).isBetween(1L, 1_000_000L);
        if (endNanos != Long.MIN_VALUE) {
            // The slew may set a fragment back by as much of the last one's length, and by nothing else.
            assertThat(fragment.startMonoNanos()).as("picture %d", first).isGreaterThanOrEqualTo(endNanos - 500_000);
        }
        endNanos = fragment.endMonoNanos();
        long off = fragment.startMonoNanos() - camera.takenNanos[first];
        if (!isUncertain) {
            worstOffNanos = Math.max(worstOffNanos, Math.abs(off));
            assertThat(Math.abs(off)).as("place of picture %d", first).isLessThan(MAX_OFF_NANOS);
            assertThat(fragment.startUtcMicros() - fragment.startMonoNanos() / 1_000)
                    .as("our clock at picture %d", first)
                    .isEqualTo(camera.ourOffsetMicros[first]);
        }
        boolean isKnown = fragment.cameraOffsetMicros() != Fragment.OFFSET_UNKNOWN;
        fragmentsWithOffset += isKnown ? 1 : 0;
        if (!isUncertain) {
            if (camera.isCameraTimeKnown[first] != 2) {
                assertThat(isKnown)
                        .as("camera's time known at picture %d", first)
                        .isEqualTo(camera.isCameraTimeKnown[first] == 1);
            }
            if (isKnown) {
                long theirs = fragment.startUtcMicros() + fragment.cameraOffsetMicros();
                assertThat(Math.abs(theirs - camera.cameraMicros[first]))
                        .as("camera's time of picture %d", first)
                        .isLessThanOrEqualTo(MAX_OFF_MICROS);
            }
        }
    }

    /** A run is over: it lasts as long as its pictures, on the camera's clock to the tick and on ours to its crystal. */
    void finish() {
        assertThat(isRunBeginning).as("a run without fragments").isFalse();
        assertThat(runMicros).isBetween(runTicks * 100 / 9 - 1, runTicks * 100 / 9 + 1);
        if (!isRunUncertain) {
            assertThat(runTicks).isEqualTo(runPictures * 3_600L);
        }
        long oursNanos = endNanos - runStartNanos;
        assertThat(Math.abs(oursNanos - runMicros * 1_000))
                .as("length of a run of %d pictures on our clock", runPictures)
                .isLessThan(runMicros / 2 + 2 * MAX_OFF_NANOS);
    }
}
