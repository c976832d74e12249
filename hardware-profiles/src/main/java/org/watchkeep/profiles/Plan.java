// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.watchkeep.profiles.Limit.Factor;

/**
 * Which machine carries what is to be recorded, and why. Immutable.
 *
 * @param fits every machine, from the smallest to the largest
 * @param requirement what any machine would need
 */
public record Plan(Demand demand, List<Fit> fits, Requirement requirement) {
    public Plan {
        fits = List.copyOf(fits);
    }

    /** @param recorders from the smallest to the largest; at least one */
    public static Plan of(Demand demand, List<RecorderProfile> recorders) {
        List<Fit> fits = recorders.stream()
                .map(profile -> Fit.of(demand, RecorderLimits.of(profile)))
                .toList();
        return new Plan(demand, fits, Requirement.of(demand));
    }

    /** The smallest machine that carries it. */
    public Optional<Fit> choice() {
        return fits.stream().filter(Fit::carries).findFirst();
    }

    /** The machine that comes nearest to carrying it alone. */
    public Fit best() {
        return fits.stream()
                .max(Comparator.comparingDouble(fit -> fit.tightest().ratio()))
                .orElseThrow();
    }

    /** How many of the machine that comes nearest carry it together, cameras shared out evenly. */
    public int recordersOfBest() {
        double share = best().tightest().ratio();
        int count = (int) Math.max(1, Math.ceil(1 / share));
        // Whole cameras do not divide evenly: the fullest machine must still carry its share.
        while (count < demand.cameras() && !carriesShare(count)) {
            count++;
        }
        return count;
    }

    private boolean carriesShare(int count) {
        int cameras = (demand.cameras() + count - 1) / count;
        Demand share = new Demand(cameras, demand.bitsPerSecond(), demand.days(), demand.streamsPerCamera());
        return Fit.of(share, best().limits()).carries();
    }

    /**
     * One factor of one machine.
     *
     * @param needed in the factor's unit, as is {@code limit.available()}
     */
    public record Margin(Limit limit, double needed) {
        /** At least 1 where it is enough. */
        public double ratio() {
            return limit.available() / needed;
        }

        public boolean isEnough() {
            return limit.available() >= needed;
        }
    }

    /**
     * One machine against what is to be recorded.
     *
     * @param margins in the order of {@link Factor}
     * @param volumesNeeded how many of its volumes it takes to keep the footage
     */
    public record Fit(RecorderLimits limits, List<Margin> margins, int volumesNeeded) {
        public Fit {
            margins = List.copyOf(margins);
        }

        static Fit of(Demand demand, RecorderLimits limits) {
            List<Margin> margins = limits.limits().stream()
                    .map(limit -> new Margin(limit, demand.of(limit.factor())))
                    .toList();
            double ofOneVolume = limits.of(Factor.CAPACITY).available()
                    / limits.profile().disks().value().volumes();
            return new Fit(limits, margins, (int) Math.ceil(demand.storedTerabytes() / ofOneVolume));
        }

        public RecorderProfile profile() {
            return limits.profile();
        }

        public boolean carries() {
            return margins.stream().allMatch(Margin::isEnough);
        }

        /** The limiting factor. */
        public Margin tightest() {
            return margins.stream()
                    .min(Comparator.comparingDouble(Margin::ratio))
                    .orElseThrow();
        }

        public List<Margin> shortfalls() {
            return margins.stream().filter(margin -> !margin.isEnough()).toList();
        }

        /** Whether one volume may fail and the others still keep every camera's promise. */
        public boolean hasSpareVolume() {
            return volumesNeeded < profile().disks().value().volumes();
        }
    }

    /**
     * What a machine has to have, with disks as {@link #DISK_TERABYTES} and {@link #DISK_WORKLOAD} say, in arrays of
     * {@link #ARRAY_DATA_DISKS} data disks and two for parity.
     *
     * @param dataDisks the most that capacity, workload and spindles ask for
     * @param arrays that hold them
     * @param disks with parity; and with one array more, so that one may fail
     */
    public record Requirement(
            int disksByCapacity,
            int disksByWorkload,
            int disksBySpindles,
            int dataDisks,
            int arrays,
            int disks,
            int disksWithSpareArray,
            int tenGigabitPorts,
            int cores,
            int ramGigabytes) {
        /** The disks that are planned with: the largest usual ones of the class made for recorders. */
        public static final int DISK_TERABYTES = 20;

        public static final int DISK_WORKLOAD = 550;
        /** RAID 6 of 12: small enough to be rebuilt in a day or two. */
        public static final int ARRAY_DATA_DISKS = 10;

        private static final int ARRAY_PARITY_DISKS = 2;

        static Requirement of(Demand demand) {
            int capacity = ceil(demand.storedTerabytes() / PlanningFigure.CAPACITY_SHARE.value() / DISK_TERABYTES);
            int workload = ceil(demand.megabitsPerSecond() / RecorderLimits.workloadMegabits(DISK_WORKLOAD));
            int spindles = ceil(demand.streams() / PlanningFigure.STREAMS_PER_SPINDLE.value());
            int data = Math.max(capacity, Math.max(workload, spindles));
            int arrays = ceil(data / (double) ARRAY_DATA_DISKS);
            int disks = data + arrays * ARRAY_PARITY_DISKS;
            double cpuSeconds = demand.megabytesPerSecond() / 1_000 * PlanningFigure.CPU_SECONDS_PER_GB.value();
            double memory =
                    PlanningFigure.MEMORY_BASE_MB.value() + demand.streams() * PlanningFigure.MEMORY_STREAM_MB.value();
            return new Requirement(
                    capacity,
                    workload,
                    spindles,
                    data,
                    arrays,
                    disks,
                    disks + Math.min(data, ARRAY_DATA_DISKS) + ARRAY_PARITY_DISKS,
                    ceil(demand.megabitsPerSecond() / (10_000 * PlanningFigure.NETWORK_SHARE.value())),
                    ceil(cpuSeconds / PlanningFigure.CPU_SHARE.value()),
                    ceil(memory / 1_000 / PlanningFigure.MEMORY_SHARE.value()));
        }

        private static int ceil(double value) {
            return (int) Math.ceil(value);
        }
    }
}
