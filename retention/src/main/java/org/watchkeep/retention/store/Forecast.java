// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/**
 * For how long each ring will keep its footage at the present pace. Rings of a volume share its reels, and the head always
 * takes from the class with most surplus over its days; so in the long run all of them have the same surplus, or lack as
 * much. Pure.
 */
final class Forecast {
    private Forecast() {}

    /**
     * A ring as measured.
     *
     * @param reelNanos how long one reel lasts; 0 where that is not known yet
     * @param days the rule of its class
     */
    record Pace(String ring, long reelNanos, int days) {}

    /**
     * Rings of one volume that are being written.
     *
     * @param reels how many reels they have to share
     */
    static List<RetentionActs.RingForecast> of(List<Pace> rings, int reels) {
        boolean measured = rings.stream().allMatch(ring -> ring.reelNanos > 0);
        double reelsADay = 0;
        double wanted = 0;
        for (Pace ring : rings) {
            double rate = measured ? (double) TimeUnit.DAYS.toNanos(1) / ring.reelNanos : 0;
            reelsADay += rate;
            wanted += rate * ring.days;
        }
        List<RetentionActs.RingForecast> forecasts = new ArrayList<>();
        for (Pace ring : rings) {
            Optional<Double> days =
                    measured ? Optional.of(Math.max(0, ring.days + (reels - wanted) / reelsADay)) : Optional.empty();
            forecasts.add(new RetentionActs.RingForecast(ring.ring, ring.days, days));
        }
        return forecasts;
    }

    /** Of every ring that footage stands in, at the pace measured since the start; until there is one, at that of before. */
    static List<RetentionActs.RingForecast> of(FootageStore store, ToIntFunction<String> days) {
        List<RetentionActs.RingForecast> forecasts = new ArrayList<>();
        for (Volume volume : store.volumes().values()) {
            List<Pace> rings = store.rings().stream()
                    .filter(ring -> ring.volume == volume && !ring.footage().isEmpty())
                    .map(ring -> new Pace(ring.name(), paceOf(ring), days.applyAsInt(ring.classId)))
                    .toList();
            long reels = volume.reels().stream()
                    .filter(reel -> reel.state() != Reel.State.RETIRED)
                    .count();
            forecasts.addAll(of(rings, (int) reels));
        }
        return forecasts;
    }

    private static long paceOf(Ring ring) {
        long measured = ring.reelNanos();
        return measured > 0 ? measured : ring.rememberedNanos();
    }
}
