// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.watchkeep.recorder.rtp.CameraClock;
import org.watchkeep.recorder.rtp.StreamFormatException;
import org.watchkeep.recorder.rtp.Tolerance;
import org.watchkeep.retention.store.FragmentFlags;
import org.watchkeep.retention.store.GapCause;

/**
 * Puts access units into runs. A run begins at a key picture whose parameter sets are known, and ends when those change in
 * meaning, when media time jumps or when pictures stay away for long. After a jump the next run begins at once, key picture
 * or not: the pictures are there and nothing is to be lost; only another source has to begin with a key picture.
 *
 * <p>Media time is RTP time since the session's first picture; over a jump it goes on with our own clock, so that it ascends
 * through all runs of a session. Confined to its event loop.
 */
final class TrackRuns {
    /** Nothing a camera is set to do: the slowest time-lapse seen is one picture in five seconds. */
    static final long MAX_PICTURE_TICKS = 10 * MediaTime.TICKS_PER_SECOND;

    /** H.264 keeps at most 16 pictures back (A.3.1): under a second at any rate worth the name. */
    static final long MAX_REORDER_TICKS = MediaTime.TICKS_PER_SECOND;

    /** Where pictures cannot be reordered: RTP clocks that hesitate. Where they only say so, beyond it they lie. */
    static final long MAX_HESITATION_TICKS = MediaTime.TICKS_PER_SECOND / 10;

    /** A step this long is looked at; shorter ones are lost pictures. */
    private static final long NOTABLE_STEP_TICKS = MediaTime.TICKS_PER_SECOND;

    /** No picture comes before it was taken: so far before its time it was not this clock that stamped it. */
    static final long MAX_AHEAD_NANOS = 2 * MediaTime.NANOS_PER_SECOND;

    /** No queue in a camera is longer. */
    private static final long LONGEST_QUEUE_NANOS = 10 * MediaTime.NANOS_PER_SECOND;

    /** As late as no queue makes a picture, for ten seconds: its media clock stood still. */
    static final long MAX_LATE_NANOS = LONGEST_QUEUE_NANOS;

    /** A long queue that is emptied runs ahead once; RTP time that does so again and again is no clock of seconds. */
    private static final int MOST_OUTRUNS = 2;

    /** Our own two clocks may part by a pause between reading them, never by more than this for {@link #STEP_PICTURES}. */
    static final long MAX_CLOCK_STEP_MICROS = 500_000;

    private static final int STEP_PICTURES = 3;

    /** A camera that sends its key pictures without parameter sets is not one we can record. */
    static final int MAX_UNUSABLE_KEYS = 3;

    private final VideoTrackSettings settings;
    private final FragmentSink sink;
    private final SlabChain chain;
    private final UnitFormat format;
    private final CameraClock cameraClock;
    private final Set<Tolerance> tolerances;

    private @Nullable Run run;
    /** Of the newest run. */
    private @Nullable VideoConfiguration configuration;

    private boolean needsKey = true;
    /** From the source's first key picture to its second. */
    private boolean isAtFirstKey;

    private boolean isTimeKnown;
    /** RTP time (at 90 kHz) less media time. */
    private long baseTicks;

    private long sessionStartNanos;
    private Standstill standstill = new Standstill();
    /** Where media time goes on from by our own clock, while the camera's stands still. */
    private long standingFromTicks;

    private long standingFromNanos;
    private long lastRtpTicks;
    private long endTicks;
    private long endMonoNanos;
    private int steppedPictures;
    private int unusableKeys;
    private final RunAllowance jumps = new RunAllowance(RunAllowance.AT_ONCE);
    private final RunAllowance outruns = new RunAllowance(MOST_OUTRUNS);
    private final RunAllowance noMore = new RunAllowance(0);
    private final RunAllowance changes = new RunAllowance(RunAllowance.AT_ONCE);
    private final RunAllowance sources = new RunAllowance(RunAllowance.AT_ONCE);
    /** Its timestamps have jumped too often to be followed, for the rest of the source's time. */
    private boolean isTimeDistrusted;
    /** Why the stream cannot be recorded further; empty where it can. */
    private String refusal = "";

    private long accessUnits;
    private long damaged;
    private long skipped;
    private long keyPictures;
    private long runs;
    private long fragmentsBefore;
    private long lastPictureMonoNanos = Long.MIN_VALUE;

    /** What belongs to the open run. */
    private record Run(VideoConfiguration configuration, RunClock clock, RunOutput output, FragmentWriter writer) {}

    TrackRuns(
            VideoTrackSettings settings,
            FragmentSink sink,
            SlabChain chain,
            UnitFormat format,
            CameraClock cameraClock,
            Set<Tolerance> tolerances) {
        this.settings = settings;
        this.sink = sink;
        this.chain = chain;
        this.format = format;
        this.cameraClock = cameraClock;
        this.tolerances = tolerances;
        this.endMonoNanos = settings.notBeforeMonoNanos();
    }

    /** Takes the next complete access unit, the newest in the chain. */
    void onUnit(AccessUnit unit) {
        if (needsKey && !(unit.isKey && unit.hasFirstSlice)) {
            skip(unit);
            return;
        }
        isAtFirstKey &= !unit.isKey;
        if (isAtFirstKey && unit.isSkippedAtStart) {
            // What it refers to came before we did, as with the pictures before the first key picture.
            skip(unit);
            return;
        }
        Run at = run;
        boolean isTurning = standstill.turnsAt(unit.rtpTicks, unit.arrivalMonoNanos) && !isTimeDistrusted;
        if (at != null) {
            unit.ticks = mediaTicks(at, unit);
            Jump jump = isTurning ? turn() : jump(at, unit);
            if (jump != null) {
                endRun(jump, unit);
                at = null;
            } else if (unit.isKey) {
                at = reconfigured(at, unit);
                if (at == null) {
                    skip(unit);
                    return;
                }
            }
        }
        if (at == null) {
            Optional<VideoConfiguration> active =
                    unit.isKey ? format.configuration(unit) : Optional.ofNullable(configuration);
            if (active.isEmpty()) {
                unusableKeys += unit.isKey ? 1 : 0;
                skip(unit);
                return;
            }
            anchorMediaTime(unit);
            at = beginRun(active.get(), new RunClock(endMonoNanos));
        }
        keep(at, unit);
    }

    /** Whether the camera gives what is needed to record it at all. */
    void check() throws StreamFormatException {
        if (!refusal.isEmpty()) {
            String why = refusal;
            refusal = "";
            throw new StreamFormatException(
                    why, settings.origin(), StreamFormatException.UNKNOWN, StreamFormatException.UNKNOWN);
        }
        if (unusableKeys >= MAX_UNUSABLE_KEYS) {
            int count = unusableKeys;
            unusableKeys = 0;
            throw new StreamFormatException(
                    "key pictures without usable parameter sets: " + count + " (expected: " + format.needed()
                            + " before each)",
                    settings.origin(),
                    StreamFormatException.UNKNOWN,
                    StreamFormatException.UNKNOWN);
        }
    }

    /** The newest unit, while more of it may be added: see {@link #onMore}. */
    Optional<AccessUnit> newest() {
        return run == null ? Optional.empty() : Optional.ofNullable(run.writer.pending());
    }

    /** More of the newest unit comes: it is the builder's again. */
    void takeBackNewest() {
        if (run != null) {
            run.writer.takeBack();
        }
    }

    /** The newest unit again, with what has been added. */
    void onMore(AccessUnit unit, boolean wasDamaged) {
        if (run == null) {
            throw new IllegalStateException("more of a unit without a run");
        }
        if (unit.isDamaged && !wasDamaged) {
            damaged++;
        }
        run.writer.add(unit);
    }

    /** Whether another source may take over though the one at hand goes on. */
    boolean mayChangeSource(long monoNanos) {
        return sources.has(monoNanos);
    }

    /** Another source takes over: its times and pictures have nothing to do with those before. */
    void onNewSource(String detail, long monoNanos) {
        if (!sources.take(monoNanos)) {
            refuse("sources", detail);
        }
        isTimeDistrusted = false;
        endRun(GapCause.TIME_JUMP, detail);
        needsKey = true;
        standstill = new Standstill();
    }

    /** Closes the open fragment when pictures have stopped coming. */
    void onTick(long monoNanos) {
        if (run == null) {
            return;
        }
        if (lastPictureMonoNanos != Long.MIN_VALUE
                && monoNanos - lastPictureMonoNanos >= FragmentWriter.STOPPED_NANOS) {
            run.writer.flush(FragmentFlags.CUT_BY_TIMER);
        }
        run.output.onTime(monoNanos);
        run.output.sayNotes();
    }

    /** Closes the open fragment; the run stays for the session's owner to end. */
    void close() {
        if (run != null) {
            run.writer.flush(0);
            run.output.settle();
            run.output.sayNotes();
        }
    }

    private void skip(AccessUnit unit) {
        skipped++;
        chain.rewind(unit.from);
    }

    private void keep(Run at, AccessUnit unit) {
        isAtFirstKey |= needsKey;
        needsKey = false;
        lastRtpTicks = unit.rtpTicks;
        accessUnits++;
        damaged += unit.isDamaged ? 1 : 0;
        keyPictures += unit.isKey ? 1 : 0;
        lastPictureMonoNanos = unit.arrivalMonoNanos;
        if (unit.ticks < at.writer.latestShownTicks()) {
            tolerances.add(Tolerance.PICTURES_REORDERED);
        } else if (unit.ticks == at.writer.latestShownTicks()) {
            tolerances.add(Tolerance.TIMESTAMP_REPEATED);
        }
        at.clock.onPicture(unit.ticks, unit.arrivalMonoNanos, unit.arrivalUtcMicros);
        at.writer.add(unit);
        at.output.onTime(unit.arrivalMonoNanos);
    }

    private void refuse(String what, String detail) {
        refusal = what + " change too often: " + detail + " (expected: at most " + RunAllowance.AT_ONCE
                + " changes at once and one a minute)";
    }

    /**
     * Where a key picture is coded otherwise, ends the run and begins the next where it ended: no time passes between them.
     * Null where that has happened too often.
     */
    private @Nullable Run reconfigured(Run at, AccessUnit unit) {
        VideoConfiguration next = format.configuration(unit).orElse(at.configuration);
        if (next.decodesAs(at.configuration)) {
            return at;
        }
        String detail = at.configuration.describe() + " -> " + next.describe();
        if (!changes.take(unit.arrivalMonoNanos)) {
            refuse("picture sizes or parameter sets", detail);
            return null;
        }
        endRun(GapCause.CONFIGURATION_CHANGED, detail);
        return beginRun(next, at.clock);
    }

    private Run beginRun(VideoConfiguration active, RunClock clock) {
        // A clock that stands still or jumps about tells no time.
        CameraClock theirs = isByArrival() ? new CameraClock(settings.clockRate()) : cameraClock;
        RunOutput output = new RunOutput(sink, active, new RunNotes(tolerances), clock, theirs);
        FragmentWriter writer = new FragmentWriter(chain, active, output);
        Run begun = new Run(active, clock, output, writer);
        runs++;
        configuration = active;
        run = begun;
        steppedPictures = 0;
        return begun;
    }

    private void endRun(Jump jump, AccessUnit unit) {
        endRun(jump.cause(), jump.detail());
        if (jump.isOfRtpTime()) {
            cameraClock.onStep(lastRtpTicks, unit.rtpTicks);
        }
        RunAllowance allowance = jump.allowance();
        if (allowance != null && !allowance.take(unit.arrivalMonoNanos)) {
            isTimeDistrusted = true;
            tolerances.add(Tolerance.TIMESTAMP_JUMPS_ABOUT);
        }
    }

    private void endRun(GapCause cause, String detail) {
        if (run == null) {
            return;
        }
        Run ended = run;
        endTicks = ended.writer.endTicks();
        ended.writer.flush(0);
        ended.output.settle();
        ended.output.sayNotes();
        endMonoNanos = ended.clock.endMonoNanos();
        fragmentsBefore += ended.output.fragments();
        run = null;
        sink.onRunEnd(cause, detail);
    }

    private long mediaTicks(Run at, AccessUnit unit) {
        return isByArrival()
                ? Math.max(
                        at.writer.latestShownTicks() + 1,
                        standingFromTicks + MediaTime.ticks(unit.arrivalMonoNanos - standingFromNanos))
                : at90k(unit.rtpTicks) - baseTicks;
    }

    /** Whether pictures have the time of their arrival. */
    boolean isByArrival() {
        return isTimeDistrusted || standstill.isStanding();
    }

    private long at90k(long rtpTicks) {
        int rate = settings.clockRate();
        return rate == Boxes.TIMESCALE
                ? rtpTicks
                : Math.floorDiv(rtpTicks, (long) rate) * Boxes.TIMESCALE
                        + Math.floorMod(rtpTicks, (long) rate) * Boxes.TIMESCALE / rate;
    }

    /** Lets media time go on from here: from 0 at first, then from where our own clock says, never from before. */
    private void anchorMediaTime(AccessUnit unit) {
        if (!isTimeKnown) {
            isTimeKnown = true;
            sessionStartNanos = unit.arrivalMonoNanos;
            unit.ticks = 0;
        } else {
            unit.ticks = Math.max(endTicks, MediaTime.ticks(unit.arrivalMonoNanos - sessionStartNanos));
        }
        baseTicks = at90k(unit.rtpTicks) - unit.ticks;
        standingFromTicks = unit.ticks;
        standingFromNanos = unit.arrivalMonoNanos;
    }

    /**
     * @param isOfRtpTime it went somewhere else, and what reports said of it before is void
     * @param allowance of such, beyond which its RTP time is not followed; null for our own clock and mere silence
     */
    private record Jump(
            GapCause cause,
            String detail,
            boolean isOfRtpTime,
            @Nullable RunAllowance allowance) {}

    private Jump turn() {
        if (!standstill.isStanding()) {
            return rtpJump("RTP time runs again");
        }
        tolerances.add(Tolerance.TIMESTAMP_STANDS_STILL);
        return new Jump(GapCause.TIME_JUMP, "RTP time stands still", false, jumps);
    }

    /** Why a picture cannot belong to the run's time; null where it can. */
    private @Nullable Jump jump(Run at, AccessUnit unit) {
        long step = unit.ticks - at.writer.latestShownTicks();
        int reorder = at.configuration.reorderPictures();
        if (step < -(reorder == VideoConfiguration.REORDER_NEVER ? MAX_HESITATION_TICKS : MAX_REORDER_TICKS)) {
            return rtpJump("RTP time stepped back by " + seconds(MediaTime.nanos(-step)));
        }
        if (reorder == 0 && step < -MAX_HESITATION_TICKS) {
            tolerances.add(Tolerance.REORDERING_NOT_DECLARED);
        }
        if (step > MAX_PICTURE_TICKS) {
            long silentNanos = unit.arrivalMonoNanos - lastPictureMonoNanos;
            return silentNanos >= MediaTime.nanos(step) - MAX_AHEAD_NANOS
                    ? new Jump(GapCause.NO_MEDIA, "no picture for " + seconds(silentNanos), false, null)
                    : rtpJump("RTP time stepped forward by " + seconds(MediaTime.nanos(step)));
        }
        long delayNanos = at.clock.delayNanos(unit.ticks, unit.arrivalMonoNanos);
        if (at.clock.isSettled() && step > NOTABLE_STEP_TICKS && delayNanos < -MAX_AHEAD_NANOS) {
            return rtpJump("RTP time stepped forward by " + seconds(MediaTime.nanos(step)));
        }
        if (at.clock.leastDelayNanos() > MAX_LATE_NANOS) {
            String behind = seconds(at.clock.leastDelayNanos());
            return new Jump(GapCause.TIME_JUMP, "RTP time fell behind by " + behind, false, jumps);
        }
        if (at.clock.isOutrun(MAX_AHEAD_NANOS)) {
            long aheadNanos = -at.clock.leastDelayNanos();
            return new Jump(
                    GapCause.TIME_JUMP,
                    "RTP time ran ahead by " + seconds(aheadNanos),
                    false,
                    aheadNanos > LONGEST_QUEUE_NANOS ? noMore : outruns);
        }
        long ours = unit.arrivalUtcMicros - Math.floorDiv(unit.arrivalMonoNanos, 1_000L);
        long stepped = ours - at.clock.utcLessMonoMicros();
        steppedPictures = Math.abs(stepped) > MAX_CLOCK_STEP_MICROS ? steppedPictures + 1 : 0;
        return steppedPictures < STEP_PICTURES
                ? null
                : new Jump(
                        GapCause.TIME_JUMP, "the recorder's clock stepped by " + seconds(stepped * 1_000), false, null);
    }

    private Jump rtpJump(String detail) {
        return new Jump(GapCause.TIME_JUMP, detail, true, jumps);
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.3f s", nanos / 1e9);
    }

    long accessUnits() {
        return accessUnits;
    }

    long damagedAccessUnits() {
        return damaged;
    }

    long skippedAccessUnits() {
        return skipped;
    }

    long keyPictures() {
        return keyPictures;
    }

    long runs() {
        return runs;
    }

    long fragments() {
        return fragmentsBefore + (run == null ? 0 : run.output.fragments());
    }

    long lastPictureMonoNanos() {
        return lastPictureMonoNanos;
    }

    /** Of the newest run. */
    Optional<VideoConfiguration> configuration() {
        return Optional.ofNullable(configuration);
    }
}
