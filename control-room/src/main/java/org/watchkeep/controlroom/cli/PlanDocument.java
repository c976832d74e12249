// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.profiles.Demand;
import org.watchkeep.profiles.Limit;
import org.watchkeep.profiles.Plan;
import org.watchkeep.profiles.Plan.Fit;
import org.watchkeep.profiles.Plan.Margin;
import org.watchkeep.profiles.Plan.Requirement;
import org.watchkeep.profiles.PlanningFigure;
import org.watchkeep.profiles.RecorderProfile.Disks;

/** What {@code profile plan} prints, as JSON and for people. */
final class PlanDocument {
    private PlanDocument() {}

    static ObjectNode of(Plan plan) {
        Demand demand = plan.demand();
        ObjectNode document = Documents.of("profile-plan")
                .put("cameras", demand.cameras())
                .put("streams", demand.streams())
                .put("bitrate", demand.bitsPerSecond())
                .put("days", demand.days())
                .put("ingestMbps", ProfileDocuments.rounded(demand.megabitsPerSecond()))
                .put("ingestMBps", ProfileDocuments.rounded(demand.megabytesPerSecond()));
        document.putObject("storage")
                .put("footageTB", ProfileDocuments.rounded(demand.footageTerabytes()))
                .put("storedTB", ProfileDocuments.rounded(demand.storedTerabytes()))
                .put(
                        "usableTBNeeded",
                        ProfileDocuments.rounded(demand.storedTerabytes() / PlanningFigure.CAPACITY_SHARE.value()));
        document.put("carriedBy", plan.choice().map(fit -> fit.profile().id()).orElse(null))
                .put("why", why(plan));
        document.set("needed", needed(plan));
        ArrayNode recorders = document.putArray("recorders");
        plan.fits().forEach(fit -> recorders.add(recorder(fit)));
        ArrayNode assumptions = document.putArray("figures");
        for (PlanningFigure figure : PlanningFigure.values()) {
            assumptions
                    .addObject()
                    .put("name", figure.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .put("value", figure.value())
                    .put("unit", figure.unit())
                    .put("basis", figure.basis().name().toLowerCase(Locale.ROOT))
                    .put("source", figure.source());
        }
        return document;
    }

    private static ObjectNode recorder(Fit fit) {
        Disks disks = fit.profile().disks().value();
        ObjectNode node = Documents.part()
                .put("id", fit.profile().id())
                .put("carries", fit.carries())
                .put("limitingFactor", fit.tightest().limit().factor().word())
                .put("headroomPercent", headroomPercent(fit))
                .put(
                        "maxIngestMbps",
                        ProfileDocuments.rounded(fit.limits().maxIngest().available()))
                .put("usableTB", ProfileDocuments.rounded(disks.usableTerabytes()));
        ArrayNode factors = node.putArray("factors");
        for (Margin margin : fit.margins()) {
            Limit limit = margin.limit();
            factors.addObject()
                    .put("factor", limit.factor().word())
                    .put("needed", ProfileDocuments.rounded(margin.needed()))
                    .put("available", ProfileDocuments.rounded(limit.available()))
                    .put("unit", limit.factor().unit())
                    .put("enough", margin.isEnough())
                    .put("how", limit.how());
        }
        node.putObject("volumes")
                .put("has", disks.volumes())
                .put("needed", fit.volumesNeeded())
                .put("oneToSpare", fit.hasSpareVolume());
        return node;
    }

    private static ObjectNode needed(Plan plan) {
        Requirement needed = plan.requirement();
        ObjectNode node = Documents.part()
                .put("diskTB", Requirement.DISK_TERABYTES)
                .put("diskWorkloadTBPerYear", Requirement.DISK_WORKLOAD)
                .put("dataDisksByCapacity", needed.disksByCapacity())
                .put("dataDisksByWorkload", needed.disksByWorkload())
                .put("dataDisksBySpindles", needed.disksBySpindles())
                .put("dataDisks", needed.dataDisks())
                .put("arrays", needed.arrays())
                .put("disks", needed.disks())
                .put("disksWithSpareArray", needed.disksWithSpareArray())
                .put("tenGigabitPorts", needed.tenGigabitPorts())
                .put("cores", needed.cores())
                .put("ramGB", needed.ramGigabytes());
        node.putObject("together").put("recorder", plan.best().profile().id()).put("count", plan.recordersOfBest());
        return node;
    }

    private static long headroomPercent(Fit fit) {
        return Math.round(Math.floor((fit.tightest().ratio() - 1) * 100));
    }

    static List<String> lines(Plan plan) {
        Demand demand = plan.demand();
        List<String> lines = new ArrayList<>();
        lines.add(say(
                "%d cameras x %.2f Mbit/s for %d days: %.1f MB/s, %.1f TB of footage, %.1f TB in the store",
                demand.cameras(),
                demand.bitsPerSecond() / 1e6,
                demand.days(),
                demand.megabytesPerSecond(),
                demand.footageTerabytes(),
                demand.storedTerabytes()));
        for (Fit fit : plan.fits()) {
            lines.add(say(
                    "  %-18s %-3s  %s",
                    fit.profile().id(),
                    fit.carries() ? "yes" : "no",
                    fit.carries()
                            ? headroomPercent(fit) + " % to spare of "
                                    + fit.tightest().limit().factor().word()
                            : fit.shortfalls().stream()
                                    .map(PlanDocument::shortfall)
                                    .collect(Collectors.joining("; "))));
        }
        lines.add(why(plan));
        Requirement needed = plan.requirement();
        lines.add(say(
                "Any machine needs %d data disks of %d TB (%d for capacity, %d for their yearly workload, %d for %.0f"
                        + " streams a spindle); as RAID 6 arrays of 12 that is %d disks, %d with an array to spare",
                needed.dataDisks(),
                Requirement.DISK_TERABYTES,
                needed.disksByCapacity(),
                needed.disksByWorkload(),
                needed.disksBySpindles(),
                PlanningFigure.STREAMS_PER_SPINDLE.value(),
                needed.disks(),
                needed.disksWithSpareArray()));
        lines.add(say(
                "and 10 GbE ports: %d, cores: %d, GB of RAM: %d.",
                needed.tenGigabitPorts(), needed.cores(), needed.ramGigabytes()));
        return lines;
    }

    private static String shortfall(Margin margin) {
        return say(
                "%s %.1f of %.1f %s",
                margin.limit().factor().word(),
                margin.limit().available(),
                margin.needed(),
                margin.limit().factor().unit());
    }

    private static String why(Plan plan) {
        if (plan.choice().isEmpty()) {
            return say(
                    "No known recorder carries it alone. %s comes nearest (%s); %d of them would, cameras shared out evenly.",
                    plan.best().profile().id(),
                    plan.best().shortfalls().stream()
                            .map(PlanDocument::shortfall)
                            .collect(Collectors.joining("; ")),
                    plan.recordersOfBest());
        }
        Fit fit = plan.choice().get();
        Margin tightest = fit.tightest();
        String volumes = fit.hasSpareVolume()
                ? say(
                        "%d of its %d volumes are enough: one may fail.",
                        fit.volumesNeeded(), fit.profile().disks().value().volumes())
                : "It needs all its volumes: when one fails, the promise is missed until it is replaced.";
        return say(
                "%s is the smallest that carries it. Its limiting factor is %s: %.1f %s needed, %.1f there (%s). %s",
                fit.profile().id(),
                tightest.limit().factor().word(),
                tightest.needed(),
                tightest.limit().factor().unit(),
                tightest.limit().available(),
                tightest.limit().how(),
                volumes);
    }

    private static String say(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
