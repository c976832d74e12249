// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.audit.StandingReports;
import org.watchkeep.retention.audit.TrailArchive;
import org.watchkeep.retention.disk.RealDisk;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Needs no owner and no key: it reads the files, also of a copy and beside a running recorder. */
@Command(name = "report", description = "Makes the reports over the audit trail that must be empty.")
final class AuditReportCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private CommonOptions common = new CommonOptions();

    AuditReportCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal {
        TrailArchive trail = TrailArchive.open(new RealDisk(), AuditFolder.of(common));
        StandingReports reports = new StandingReports();
        trail.read(0, trail.size(), reports);
        if (common.json) {
            shell.printJson(document(reports));
        } else {
            print(reports);
        }
        return reports.found() == 0 ? Refusal.GOOD : Refusal.FOUND;
    }

    private static List<StandingReports.Finding> of(StandingReports reports, StandingReports.Report report) {
        return reports.findings().stream()
                .filter(finding -> finding.report() == report)
                .toList();
    }

    private static ObjectNode document(StandingReports reports) {
        ObjectNode document = Documents.of("audit-report")
                .put("good", reports.found() == 0)
                .put("entries", reports.entries())
                .put("found", reports.found())
                .put("untoldErasures", reports.untoldErasures());
        ArrayNode list = document.putArray("reports");
        for (StandingReports.Report report : StandingReports.Report.values()) {
            ObjectNode part = list.addObject().put("report", report.code());
            ArrayNode findings = part.putArray("findings");
            of(reports, report)
                    .forEach(finding -> findings.addObject()
                            .put("entry", finding.index())
                            .put("about", finding.about())
                            .put("detail", finding.detail()));
        }
        return document;
    }

    private void print(StandingReports reports) {
        for (StandingReports.Report report : StandingReports.Report.values()) {
            List<StandingReports.Finding> findings = of(reports, report);
            shell.say(
                    report.code() + ": " + (findings.isEmpty() ? "empty" : Notes.counted(findings.size(), "finding")));
            findings.forEach(finding ->
                    shell.say("  entry " + finding.index() + "  " + finding.about() + "  " + finding.detail()));
        }
        if (reports.untoldErasures() > 0) {
            shell.say(Notes.counted(reports.untoldErasures(), "erasure")
                    + " by an older version, while something was held: of what time is not entered");
        }
        shell.say(reports.entries() + " entries read; that they are sound says: watchkeep audit verify");
    }
}
