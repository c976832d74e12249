// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles;

import static org.watchkeep.profiles.PlanningFigure.CAPACITY_SHARE;
import static org.watchkeep.profiles.PlanningFigure.CPU_SECONDS_PER_GB;
import static org.watchkeep.profiles.PlanningFigure.CPU_SHARE;
import static org.watchkeep.profiles.PlanningFigure.DISK_WRITE_SHARE;
import static org.watchkeep.profiles.PlanningFigure.MEMORY_BASE_MB;
import static org.watchkeep.profiles.PlanningFigure.MEMORY_SHARE;
import static org.watchkeep.profiles.PlanningFigure.MEMORY_STREAM_MB;
import static org.watchkeep.profiles.PlanningFigure.NETWORK_SHARE;
import static org.watchkeep.profiles.PlanningFigure.STREAMS_PER_SPINDLE;
import static org.watchkeep.profiles.PlanningFigure.WORKLOAD_SHARE;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.watchkeep.profiles.Limit.Factor;
import org.watchkeep.profiles.RecorderProfile.DiskKind;
import org.watchkeep.profiles.RecorderProfile.Disks;
import org.watchkeep.profiles.RecorderProfile.Network;
import org.watchkeep.profiles.RecorderProfile.Processor;

/**
 * What a machine carries, computed from its parts; the sums are written out in {@code docs/design/profiles.md}. Immutable.
 *
 * @param limits one for each factor that applies, in the order of {@link Factor}
 */
public record RecorderLimits(RecorderProfile profile, List<Limit> limits) {
    static final double MEGABITS_PER_MEGABYTE = 8;
    /** A Julian year, as makers of disks reckon it near enough. */
    static final double SECONDS_PER_YEAR = 365.25 * 86_400;

    private static final double MEGABYTES_PER_TERABYTE = 1e6;
    private static final double MEGABITS_PER_GIGABYTE = 8_000;

    public RecorderLimits {
        limits = List.copyOf(limits);
    }

    public static RecorderLimits of(RecorderProfile profile) {
        Disks disks = profile.disks().value();
        List<Limit> limits = new ArrayList<>();
        limits.add(network(profile.network().value()));
        double write = profile.diskWriteMegabytesPerSecond().value();
        limits.add(new Limit(
                Factor.DISK_WRITE,
                disks.dataDisks() * write * DISK_WRITE_SHARE.value() * MEGABITS_PER_MEGABYTE,
                say("%d data disks x %.0f MB/s x %.2f", disks.dataDisks(), write, DISK_WRITE_SHARE.value())));
        double workload = profile.diskWorkloadTerabytesPerYear().value();
        limits.add(new Limit(
                Factor.DISK_WORKLOAD,
                disks.dataDisks() * workloadMegabits(workload) * WORKLOAD_SHARE.value(),
                say("%d data disks x %.0f TB a year", disks.dataDisks(), workload)));
        limits.add(cpu(profile.processor().value()));
        limits.add(new Limit(
                Factor.CAPACITY,
                disks.usableTerabytes() * CAPACITY_SHARE.value(),
                say("%.1f TB usable x %.2f", disks.usableTerabytes(), CAPACITY_SHARE.value())));
        int ram = profile.ramGigabytes().value();
        limits.add(new Limit(
                Factor.MEMORY,
                Math.max(0, (ram * 1_000 * MEMORY_SHARE.value() - MEMORY_BASE_MB.value()) / MEMORY_STREAM_MB.value()),
                say(
                        "(%d GB x %.2f - %.0f MB) / %.1f MB a stream",
                        ram, MEMORY_SHARE.value(), MEMORY_BASE_MB.value(), MEMORY_STREAM_MB.value())));
        if (disks.kind() == DiskKind.HDD) {
            limits.add(new Limit(
                    Factor.SPINDLES,
                    disks.dataDisks() * STREAMS_PER_SPINDLE.value(),
                    say("%d data disks x %.0f streams", disks.dataDisks(), STREAMS_PER_SPINDLE.value())));
        }
        return new RecorderLimits(profile, limits);
    }

    private static Limit network(Network network) {
        return new Limit(
                Factor.NETWORK,
                network.ingestPorts() * network.gigabitsPerSecond() * 1_000 * NETWORK_SHARE.value(),
                say(
                        "%d of %d ports x %s Gbit/s x %.2f",
                        network.ingestPorts(),
                        network.ports(),
                        number(network.gigabitsPerSecond()),
                        NETWORK_SHARE.value()));
    }

    private static Limit cpu(Processor processor) {
        double cores = processor.cores() * processor.relativeSpeed() * CPU_SHARE.value();
        return new Limit(
                Factor.CPU,
                cores / CPU_SECONDS_PER_GB.value() * MEGABITS_PER_GIGABYTE,
                say(
                        "%d cores x speed %s x %.2f / %.1f CPU s a GB",
                        processor.cores(),
                        number(processor.relativeSpeed()),
                        CPU_SHARE.value(),
                        CPU_SECONDS_PER_GB.value()));
    }

    /** A yearly budget as a steady rate, Mbit/s: 139 for 550 TB. */
    static double workloadMegabits(double terabytesPerYear) {
        return terabytesPerYear * MEGABYTES_PER_TERABYTE / SECONDS_PER_YEAR * MEGABITS_PER_MEGABYTE;
    }

    /** The rate limit that gives way first: what the machine takes in, however long or short it is kept. */
    public Limit maxIngest() {
        return limits.stream()
                .filter(limit -> limit.factor().isRate())
                .min(Comparator.comparingDouble(Limit::available))
                .orElseThrow();
    }

    /** The rate, in Mbit/s, at which its capacity lasts for so many days. */
    public double ingestKeptFor(int days) {
        double terabytes = of(Factor.CAPACITY).available() / PlanningFigure.STORE_OVERHEAD.value();
        return terabytes * MEGABYTES_PER_TERABYTE * MEGABITS_PER_MEGABYTE / (days * 86_400.0);
    }

    /** @throws IllegalArgumentException when the factor does not apply to this machine */
    public Limit of(Factor factor) {
        return limits.stream()
                .filter(limit -> limit.factor() == factor)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(profile.id() + " has no limit by " + factor.word()));
    }

    static String say(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
