// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.watchkeep.retention.store.StreamId;

/** What was found, each second once; the first of each kind in words. One thread. */
final class Counters {
    /** So many findings of a kind are told; more say nothing new. */
    private static final int MOST_TOLD = 3;

    private final Consumer<String> tell;
    private final Set<Second> unaccounted = new HashSet<>();
    private long beyondMicros;
    private long earlyMicros;
    private long heldMicros;
    private int toldBeyond;
    private int toldEarly;
    private int toldHeld;
    private int toldUnaccounted;

    private record Second(StreamId stream, long second) {}

    Counters(Consumer<String> tell) {
        this.tell = tell;
    }

    /** A reader showed it past its limit. */
    void beyond(CameraTruth camera, Recorded fragment, String how, long nowTrueMicros) {
        if (fragment.tellBeyond()) {
            beyondMicros += fragment.micros();
            if (toldBeyond++ < MOST_TOLD) {
                tell.accept("shown beyond its limit (" + how + "): " + at(camera, fragment, nowTrueMicros));
            }
        }
    }

    /** It is gone before it was due. */
    void early(CameraTruth camera, Recorded fragment, String how, long nowTrueMicros) {
        if (fragment.tellEarly()) {
            earlyMicros += fragment.micros();
            if (toldEarly++ < MOST_TOLD) {
                tell.accept("gone before its limit (" + how + "): " + at(camera, fragment, nowTrueMicros));
            }
        }
    }

    /** It is held, and cannot be had as it was recorded. */
    void lost(CameraTruth camera, Recorded fragment, String how, long nowTrueMicros) {
        if (fragment.tellLost()) {
            heldMicros += fragment.micros();
            if (toldHeld++ < MOST_TOLD) {
                tell.accept("held and lost (" + how + "): " + at(camera, fragment, nowTrueMicros));
            }
        }
    }

    /** Neither footage nor gap. */
    void unaccounted(CameraTruth camera, long fromTrueMicros, long toTrueMicros) {
        long half = TimeUnit.MILLISECONDS.toMicros(500);
        long one = TimeUnit.SECONDS.toMicros(1);
        long from = Math.floorDiv(fromTrueMicros + half, one);
        long to = Math.max(from + 1, Math.floorDiv(toTrueMicros + half, one));
        boolean isNew = false;
        for (long second = from; second < to; second++) {
            isNew |= unaccounted.add(new Second(camera.stream, second));
        }
        if (isNew && toldUnaccounted++ < MOST_TOLD) {
            tell.accept("neither footage nor gap: " + camera.stream + " from " + SimulatedTime.instant(fromTrueMicros)
                    + " to " + SimulatedTime.instant(toTrueMicros));
        }
    }

    private static String at(CameraTruth camera, Recorded fragment, long nowTrueMicros) {
        return camera.stream + " of class " + camera.classId + ", recorded "
                + SimulatedTime.instant(fragment.fromTrueMicros) + ", found " + SimulatedTime.instant(nowTrueMicros);
    }

    long readableBeyondLimit() {
        return seconds(beyondMicros);
    }

    long erasedBeforeLimit() {
        return seconds(earlyMicros);
    }

    long heldLost() {
        return seconds(heldMicros);
    }

    long unaccountedSeconds() {
        return unaccounted.size();
    }

    /** Part of a second that was wronged is a second. */
    static long seconds(long micros) {
        return Math.floorDiv(micros + TimeUnit.SECONDS.toMicros(1) - 1, TimeUnit.SECONDS.toMicros(1));
    }
}
