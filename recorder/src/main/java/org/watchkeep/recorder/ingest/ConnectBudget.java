// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.rtsp.Timers;

/**
 * The places for calls that are under way, from dialling until media comes or the call fails: so many on the site, so many
 * of one device, handed out in the order of asking. When a switch comes back with two hundred cameras behind it, they are
 * called one after the other instead of all at once.
 *
 * <p>A camera that has not answered several times takes five seconds to find out that it still does not. Such cameras wait
 * in a line of their own and hold at most half of the places, so that a site with many dead cameras does not keep the live
 * ones waiting.
 *
 * <p>{@link #ask} and {@link Place#release} may be called on any thread: they are messages to the one executor that
 * everything else is confined to.
 */
final class ConnectBudget {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectBudget.class);

    /**
     * 333 calls a second: 2,000 cameras calling in one instant on a cold machine lost footage; over 6 s they did not.
     */
    static final long SPACING_NANOS = TimeUnit.MILLISECONDS.toNanos(3);

    /** A line is written when this many calls had to be put in order. */
    private static final int NOTABLE_CALLS = 10;

    /** A place in the line, and then among the calls under way. */
    final class Place {
        private final Device device;
        private final boolean isAbsent;
        private final Runnable onTurn;
        private boolean isHeld;
        private boolean isReleased;

        private Place(Device device, boolean isAbsent, Runnable onTurn) {
            this.device = device;
            this.isAbsent = isAbsent;
            this.onTurn = onTurn;
        }

        /** The call has succeeded or failed, or is not wanted any more. Any thread; more than once is once. */
        void release() {
            executor.execute(() -> ConnectBudget.this.release(this));
        }
    }

    private final ConnectLimits limits;
    private final Executor executor;
    private final Timers timers;
    private final LongSupplier monoNanos;
    private final Queue<Place> line = new ArrayDeque<>();
    private final Queue<Place> absentLine = new ArrayDeque<>();
    private int connecting;
    private int absentConnecting;
    private long nextTurnNanos;
    private boolean isPumpDue;
    private long waveStartNanos;
    private int waveCalls;
    private int waveMost;
    private volatile ConnectLoad load = ConnectLoad.NONE;

    /** @param executor the event loop of these timers */
    ConnectBudget(ConnectLimits limits, Executor executor, Timers timers, LongSupplier monoNanos) {
        this.limits = limits;
        this.executor = executor;
        this.timers = timers;
        this.monoNanos = monoNanos;
        this.nextTurnNanos = monoNanos.getAsLong();
    }

    /**
     * Asks for a place.
     *
     * @param isAbsent the camera has not answered for some time
     * @param onTurn called on the budget's executor, once, unless the place is released before
     */
    Place ask(Device device, boolean isAbsent, Runnable onTurn) {
        Place place = new Place(device, isAbsent, onTurn);
        executor.execute(() -> {
            (isAbsent ? absentLine : line).add(place);
            pump();
        });
        return place;
    }

    private void release(Place place) {
        if (place.isReleased) {
            return;
        }
        place.isReleased = true;
        if (place.isHeld) {
            connecting--;
            place.device.connecting--;
            absentConnecting -= place.isAbsent ? 1 : 0;
        } else {
            (place.isAbsent ? absentLine : line).remove(place);
        }
        pump();
        if (connecting == 0 && line.isEmpty() && absentLine.isEmpty()) {
            endWave();
        }
    }

    /** Gives turns for as long as there are places, each a little after the one before. */
    private void pump() {
        while (!isPumpDue && connecting < limits.together()) {
            Optional<Place> next = next();
            if (next.isEmpty()) {
                break;
            }
            long early = nextTurnNanos - monoNanos.getAsLong();
            if (early > 0) {
                isPumpDue = true;
                timers.after(early, this::pumpLater);
                break;
            }
            give(next.get());
        }
        publish();
    }

    private void pumpLater() {
        isPumpDue = false;
        pump();
    }

    private Optional<Place> next() {
        Optional<Place> present = firstWithRoom(line);
        return present.isPresent() || absentConnecting >= limits.forAbsent() ? present : firstWithRoom(absentLine);
    }

    private Optional<Place> firstWithRoom(Queue<Place> from) {
        Iterator<Place> places = from.iterator();
        while (places.hasNext()) {
            Place place = places.next();
            if (place.device.connecting < limits.perDevice()) {
                return Optional.of(place);
            }
        }
        return Optional.empty();
    }

    private void give(Place place) {
        long now = monoNanos.getAsLong();
        (place.isAbsent ? absentLine : line).remove(place);
        nextTurnNanos = Math.max(nextTurnNanos, now) + SPACING_NANOS;
        place.isHeld = true;
        place.device.connecting++;
        connecting++;
        absentConnecting += place.isAbsent ? 1 : 0;
        if (waveCalls++ == 0) {
            waveStartNanos = now;
        }
        waveMost = Math.max(waveMost, connecting);
        ConnectLoad before = load;
        load = new ConnectLoad(
                connecting, before.waiting(), Math.max(before.mostConnecting(), connecting), before.calls() + 1);
        place.onTurn.run();
    }

    private void publish() {
        load = new ConnectLoad(connecting, line.size() + absentLine.size(), load.mostConnecting(), load.calls());
    }

    private void endWave() {
        if (waveCalls >= NOTABLE_CALLS) {
            LOG.info(
                    "{} calls of cameras in {} ms, at most {} at a time",
                    waveCalls,
                    TimeUnit.NANOSECONDS.toMillis(monoNanos.getAsLong() - waveStartNanos),
                    waveMost);
        }
        waveCalls = 0;
        waveMost = 0;
    }

    /** Any thread. */
    ConnectLoad load() {
        return load;
    }
}
