// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import io.netty.buffer.ByteBuf;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings the sender reports of a track's source to its {@link CameraClock}. A report may come before the first packet of its
 * source, or of its time after a step; it is then kept until that comes. Confined to its event loop.
 */
public final class ReportIntake {
    /** Sources are told apart within seconds of each other; a report that waits longer is of one that never came. */
    static final long MAX_WAIT_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** A report is of now, and the packets beside it no older than what a camera keeps in store. */
    static final long MAX_APART_SECONDS = 300;

    private final CameraClock clock;
    private final long maxApartTicks;
    private final Set<Tolerance> tolerances;

    private @Nullable TimestampExtender time;
    private int ssrc;
    private long lastTicks;

    private @Nullable SenderReport waiting;
    private long waitingSinceNanos;
    private long waitingUtcMicros;

    private long used;
    private long unusable;
    private boolean isGoodbyeSeen;
    /** Of the source whose packets come, since the last of them. */
    private boolean isLeaving;

    public ReportIntake(CameraClock clock, int clockRate, Set<Tolerance> tolerances) {
        this.clock = clock;
        this.maxApartTicks = MAX_APART_SECONDS * clockRate;
        this.tolerances = tolerances;
    }

    /** Packets come from this source from now on, whose time is another's. */
    public void onSource(int source, TimestampExtender sourceTime) {
        clock.forget();
        ssrc = source;
        time = sourceTime;
        isLeaving = false;
    }

    /** A packet of the source has come, and its time is known. */
    public void onPacket(long ticks, long monoNanos) {
        lastTicks = ticks;
        isLeaving = false;
        SenderReport report = waiting;
        if (report == null) {
            return;
        }
        if (monoNanos - waitingSinceNanos > MAX_WAIT_NANOS) {
            waiting = null;
        } else if (isTimely(report)) {
            waiting = null;
            unusable--;
            take(report, waitingUtcMicros);
        }
    }

    /** Takes an RTCP packet. What it holds is used, kept for a while or counted, and never ends a session. */
    public void onRtcp(ByteBuf packet, long monoNanos, long utcMicros) {
        RtcpCompound compound = RtcpCompound.read(packet);
        unusable += compound.isMalformed() ? 1 : 0;
        isGoodbyeSeen |= compound.bye();
        isLeaving |= compound.goodbyes().contains(ssrc);
        for (SenderReport report : compound.senderReports()) {
            if (isTimely(report)) {
                take(report, utcMicros);
            } else {
                // Tapo C320WS reports for a source it never sends: one that waits counts as unusable until it is not.
                unusable++;
                waiting = report;
                waitingSinceNanos = monoNanos;
                waitingUtcMicros = utcMicros;
            }
        }
    }

    private boolean isTimely(SenderReport report) {
        return time != null
                && time.isStarted()
                && report.ssrc() == ssrc
                && Math.abs(time.nearest(report.rtpTimestamp()) - lastTicks) <= maxApartTicks;
    }

    private void take(SenderReport report, long utcMicros) {
        if (time != null && clock.offer(report, time.nearest(report.rtpTimestamp()), utcMicros)) {
            used++;
        } else {
            unusable++;
            tolerances.add(Tolerance.IMPLAUSIBLE_SENDER_REPORT);
        }
    }

    /** The camera's clock less ours when its newest plausible report came; empty before one did. */
    public OptionalLong offsetMicros() {
        return clock.offsetMicros();
    }

    /** Plausible reports of the track's sources. */
    public long used() {
        return used;
    }

    /** RTCP that is malformed, implausible, or of another source or time. */
    public long unusable() {
        return unusable;
    }

    /** Whether the track's source said BYE, and has begun no picture since. */
    public boolean isLeaving() {
        return isLeaving;
    }

    /** Whether a source said BYE. */
    public boolean isGoodbyeSeen() {
        return isGoodbyeSeen;
    }
}
