// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What the camera believes the time is, from its sender reports. Cameras are off by years, step, or send nonsense (Hikvision
 * firmware sends NTP 0 or its uptime); so the camera's time is only ever noted beside ours. Confined to its event loop.
 */
public final class CameraClock {
    /** Seconds from 1900 to 1970. */
    static final long NTP_TO_UNIX_SECONDS = 2_208_988_800L;

    private static final long ERA_SECONDS = 1L << 32;
    private static final long YEAR_MICROS = 31_556_952L * 1_000_000;

    /** Uptime read as NTP lands at the start of the next era, in 2036. No camera we know is a year ahead in earnest. */
    static final long MOST_AHEAD_MICROS = YEAR_MICROS;

    /**
     * A report holds for so long, before and after it: ten minutes of a crystal 200 ppm off are 0.12 s. Cameras report every
     * few seconds; what one that has fallen silent believes by now is not known.
     */
    static final long HOLDS_SECONDS = 600;

    /** A report is of the moment it is sent at, and packets are in a camera's queue no longer than this. */
    private static final long JUST_SECONDS = 10;

    private final int clockRate;
    /** What a report said. The one before the newest still serves what was sent before a step. */
    private @Nullable Said newest;

    private @Nullable Said older;

    private OptionalLong offsetMicros = OptionalLong.empty();

    private record Said(long utcMicros, long atTicks) {
        long ticksFrom(long ticks) {
            return Math.abs(ticks - atTicks);
        }
    }

    public CameraClock(int clockRate) {
        this.clockRate = clockRate;
    }

    /**
     * Takes a report in, if it can be true.
     *
     * @param extendedTicks its RTP timestamp in 64 bits
     * @param recorderUtcMicros our own clock when it came
     * @return whether it was plausible
     */
    public boolean offer(SenderReport report, long extendedTicks, long recorderUtcMicros) {
        if (report.ntp() == 0) {
            return false;
        }
        long seconds = report.ntp() >>> 32;
        long fractionMicros = ((report.ntp() & 0xffff_ffffL) * 1_000_000) >>> 32;
        long candidate = (seconds - NTP_TO_UNIX_SECONDS) * 1_000_000 + fractionMicros;
        // RFC 4330 3: an era is 136 years; ours is the one nearest to the recorder's clock.
        while (recorderUtcMicros - candidate > ERA_SECONDS * 500_000) {
            candidate += ERA_SECONDS * 1_000_000;
        }
        // Behind may be as far as an era reaches: a camera without a battery starts in 1970 and means it.
        if (candidate - recorderUtcMicros > MOST_AHEAD_MICROS) {
            return false;
        }
        older = newest;
        newest = new Said(candidate, extendedTicks);
        offsetMicros = OptionalLong.of(candidate - recorderUtcMicros);
        return true;
    }

    /**
     * The camera's clock less ours when its newest plausible report came, less what that took on its way. Empty before one
     * came. Says nothing of pictures: those have a way of their own.
     */
    public OptionalLong offsetMicros() {
        return offsetMicros;
    }

    /** The camera's time at this RTP time; empty without a plausible report near it. */
    public OptionalLong utcMicrosAt(long extendedTicks) {
        Said said = newest;
        if (said != null && older != null && older.ticksFrom(extendedTicks) < said.ticksFrom(extendedTicks)) {
            said = older;
        }
        if (said == null || said.ticksFrom(extendedTicks) > HOLDS_SECONDS * clockRate) {
            return OptionalLong.empty();
        }
        long ticks = extendedTicks - said.atTicks;
        long seconds = Math.floorDiv(ticks, clockRate);
        long rest = Math.floorMod(ticks, (long) clockRate);
        return OptionalLong.of(said.utcMicros + seconds * 1_000_000 + rest * 1_000_000 / clockRate);
    }

    /** RTP time has stepped: only a report that has just come of the time from there on says anything of it. */
    public void onStep(long fromTicks, long toTicks) {
        older = null;
        if (newest != null
                && newest.ticksFrom(toTicks) > Math.min(newest.ticksFrom(fromTicks), JUST_SECONDS * clockRate)) {
            newest = null;
        }
    }

    /** The RTP clock is another one from now on. */
    public void forget() {
        newest = null;
        older = null;
        offsetMicros = OptionalLong.empty();
    }
}
