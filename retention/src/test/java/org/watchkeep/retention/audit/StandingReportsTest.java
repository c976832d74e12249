// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.audit.StandingReports.Report;

/** Trails in which something was done that must not be. */
class StandingReportsTest {
    private static final Instant NINE = Instant.parse("2026-06-01T09:00:00Z");
    private static final Actor ANN = Actor.osUser(1);
    private static final Actor BOB = Actor.osUser(2);
    private static final Fields PACKAGE = packageOf(Hash.ofAll(new byte[1]));

    private final StandingReports reports = new StandingReports();
    private long index;

    private void enter(NewEntry entry) throws IOException {
        enter(entry, NINE.plusSeconds(index * 60));
    }

    private void enter(NewEntry entry, Instant at) throws IOException {
        reports.entry(index, Entry.of(entry, index, Hash.ZERO, at).toBytes());
        index++;
    }

    private static Fields packageOf(Hash digest) {
        return Fields.NONE.with("case", "SAR-2026-000001").with("package", digest);
    }

    private static Fields hold(String id) {
        return Fields.NONE.with("hold", id);
    }

    /** On the gate, from nine to ten. */
    private void place(String id) throws IOException {
        enter(NewEntry.of(
                Act.HOLD_PLACED,
                ANN,
                hold(id).with("streams", List.of("gate/main"))
                        .with("from", NINE)
                        .with("to", NINE.plusSeconds(3_600))
                        .with("ground", "crime")
                        .with("owner", "os/1")
                        .with("review", NINE.plusSeconds(86_400))
                        .with("automatic", false)));
    }

    private static NewEntry due(int fromMinute, int toMinute, String... kept) {
        return NewEntry.byMachine(
                Act.EPOCH_DUE,
                Fields.NONE
                        .with("class", "town")
                        .with("epoch", 7)
                        .with("rule", "limit")
                        .with("kept", List.of(kept))
                        .with("from", NINE.plusSeconds(60L * fromMinute))
                        .with("to", NINE.plusSeconds(60L * toMinute)));
    }

    private List<Report> found() {
        return reports.findings().stream().map(StandingReports.Finding::report).toList();
    }

    @Test
    void erasureBesideAHold_orWithItsKeysKept_orAfterIt_isNoFinding() throws IOException {
        enter(due(0, 60));
        place("H-2026-000001");
        enter(due(0, 60, "gate/main", "yard/main"));
        enter(due(60, 120));
        enter(NewEntry.of(Act.HOLD_RELEASED, ANN, hold("H-2026-000001")).approvedBy(BOB));
        enter(due(0, 60));
        assertThat(reports.findings()).isEmpty();
        assertThat(reports.entries()).isEqualTo(6);
    }

    @Test
    void erasureUnderAHold_isFound_withHoldAndEntry() throws IOException {
        place("H-2026-000001");
        place("H-2026-000002");
        enter(NewEntry.of(
                Act.HOLD_COPIED,
                Actor.MACHINE,
                hold("H-2026-000002").with("fragments", 1).with("bytes", 1).with("digest", Hash.ZERO)));
        enter(due(59, 119, "yard/main"));
        assertThat(reports.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.report()).isEqualTo(Report.DELETION_UNDER_HOLD);
            assertThat(finding.index()).isEqualTo(3);
            assertThat(finding.about()).isEqualTo("H-2026-000001");
            assertThat(finding.detail()).contains("epoch 7", "gate/main");
        });
    }

    @Test
    void erasureOfAnOlderVersion_isCounted_whereSomethingWasHeld() throws IOException {
        NewEntry untold = NewEntry.byMachine(
                Act.EPOCH_DUE,
                Fields.NONE
                        .with("class", "town")
                        .with("epoch", 7)
                        .with("rule", "limit")
                        .with("kept", List.of()));
        enter(untold);
        place("H-2026-000001");
        enter(untold);
        assertThat(reports.untoldErasures()).isEqualTo(1);
        assertThat(reports.findings()).isEmpty();
    }

    @Test
    void releaseWithoutApproval_orByWhoApprovedIt_isFound() throws IOException {
        enter(NewEntry.of(Act.RELEASE_MADE, ANN, PACKAGE));
        enter(NewEntry.of(Act.RELEASE_APPROVED, BOB, PACKAGE));
        enter(NewEntry.of(Act.RELEASE_MADE, ANN, PACKAGE));
        enter(NewEntry.of(Act.RELEASE_MADE, BOB, PACKAGE));
        enter(NewEntry.of(Act.RELEASE_MADE, ANN, packageOf(Hash.ZERO)));
        assertThat(found())
                .containsExactly(
                        Report.RELEASE_WITHOUT_APPROVAL,
                        Report.RELEASE_WITHOUT_APPROVAL,
                        Report.RELEASE_WITHOUT_APPROVAL);
        assertThat(reports.findings())
                .extracting(StandingReports.Finding::index)
                .containsExactly(0L, 3L, 4L);
    }

    @Test
    void holdThatEnds_afterItsNoticeOrWithASecondPerson_isNoFinding_elseItIs() throws IOException {
        for (int i = 1; i <= 4; i++) {
            place("H-2026-00000" + i);
        }
        Instant week = NINE.plusSeconds(7 * 86_400);
        for (int i = 1; i <= 3; i++) {
            enter(NewEntry.of(Act.HOLD_NOTIFIED, ANN, hold("H-2026-00000" + i).with("ends", week)));
        }
        enter(NewEntry.of(Act.HOLD_EXTENDED, ANN, hold("H-2026-000003").with("review", week.plusSeconds(86_400))));
        enter(NewEntry.of(Act.HOLD_RELEASED, ANN, hold("H-2026-000002")));
        enter(NewEntry.of(Act.HOLD_RELEASED, Actor.MACHINE, hold("H-2026-000001")), week);
        enter(NewEntry.of(Act.HOLD_RELEASED, Actor.MACHINE, hold("H-2026-000003")), week);
        enter(NewEntry.of(Act.HOLD_RELEASED, ANN, hold("H-2026-000004")).approvedBy(BOB), week);
        assertThat(reports.findings())
                .extracting(StandingReports.Finding::about)
                .containsExactly("H-2026-000002", "H-2026-000003");
        assertThat(found()).containsOnly(Report.HOLD_ENDED_WITHOUT_NOTICE);
    }
}
