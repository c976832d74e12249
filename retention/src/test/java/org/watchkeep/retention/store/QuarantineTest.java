// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.hold.Ground;
import org.watchkeep.retention.hold.HeldSpan;
import org.watchkeep.retention.hold.HoldRules;
import org.watchkeep.retention.hold.HoldTerms;
import org.watchkeep.retention.hold.Incident;
import org.watchkeep.retention.hold.IncidentId;
import org.watchkeep.retention.hold.Incidents;

/** What is set aside for an incident: nobody sees it but who looks at the incident, and nothing else changes. */
class QuarantineTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final StreamId HALL = StreamId.main("hall");
    private static final Map<StreamId, String> CLASSES = Map.of(GATE, StoreRig.CLASS, HALL, StoreRig.CLASS);
    private static final int SECONDS = 6;

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();

    private HoldingRig open() throws IOException {
        return new HoldingRig(disk, StoreRig.settings(folder, 8), clock, CLASSES);
    }

    private Instant record(HoldingRig held) {
        StoreRig rig = held.rig;
        CLASSES.keySet().forEach(rig::beginRun);
        Instant start = held.now();
        for (int i = 0; i < SECONDS; i++) {
            rig.record(GATE, 2_000);
            rig.append(HALL, 2_000);
        }
        StoreRig.await("recorded", () -> rig.isSettled(GATE) && rig.isSettled(HALL));
        CLASSES.keySet().forEach(stream -> rig.endRun(stream, GapCause.CONNECTION_LOST));
        return start;
    }

    private static IncidentId incident(HoldingRig held, Instant from, Instant to, StreamId... streams)
            throws IOException {
        HoldTerms terms = HoldTerms.of(
                HeldSpan.of(Set.of(streams), from, to),
                Ground.INCIDENT,
                HoldingRig.OWNER,
                held.now().plus(HoldRules.REVIEW));
        Incidents.Answer answer = new Incidents(held.holds, held::now).open(terms, HoldingRig.OWNER);
        assertThat(answer).isInstanceOf(Incidents.Answer.Done.class);
        return ((Incidents.Answer.Done) answer).incident().id();
    }

    /** Which of a camera's seconds a view shows. */
    private static List<Boolean> shows(HoldingRig held, Viewing viewing, StreamId stream) throws IOException {
        List<Boolean> shown = new java.util.ArrayList<>();
        for (Segment segment : held.rig.segments(stream)) {
            for (FragmentRef ref : segment.fragments()) {
                try {
                    assertThat(viewing.read(segment, ref).remaining()).isEqualTo(2_000);
                    shown.add(true);
                } catch (QuarantinedException aside) {
                    assertThat(aside).hasMessageContaining("closed to ordinary viewing");
                    shown.add(false);
                }
            }
        }
        return shown;
    }

    @Test
    void quarantine_isClosedToOrdinaryViewing_andOpenToItsIncidentAlone() throws IOException {
        StoreRig.init(disk, StoreRig.settings(folder, 8), clock);
        try (HoldingRig held = open()) {
            Instant start = record(held);
            IncidentId id = incident(held, start.plusSeconds(2), start.plusSeconds(4), GATE);
            IncidentId other = incident(held, start, start.plusSeconds(1), HALL);
            Viewing ordinary = held.store.viewing(Optional.empty());
            assertThat(shows(held, ordinary, GATE)).containsExactly(true, true, false, false, true, true);
            assertThat(shows(held, ordinary, HALL)).containsExactly(false, true, true, true, true, true);
            assertThat(shows(held, held.store.viewing(Optional.of(id.text())), GATE))
                    .containsOnly(true);
            assertThat(shows(held, held.store.viewing(Optional.of(other.text())), GATE))
                    .containsExactly(true, true, false, false, true, true);
            assertThat(ordinary.quarantine(GATE, start, start.plusSeconds(9))).contains(id.text());
            assertThat(held.store.check(true, Optional.empty()).findings()).isEmpty();
        }
    }

    @Test
    void quarantine_standsAfterARestartAndPastTheLimit_andEndsWithItsIncident() throws IOException {
        StoreRig.init(disk, StoreRig.settings(folder, 8), clock);
        Instant start;
        IncidentId id;
        try (HoldingRig held = open()) {
            start = record(held);
            id = incident(held, start.plusSeconds(2), start.plusSeconds(4), GATE);
        }
        clock.pass(40, TimeUnit.DAYS);
        clock.witnessed(true);
        try (HoldingRig held = open()) {
            assertThat(shows(held, held.store.viewing(Optional.empty()), GATE)).containsExactly(false, false);
            assertThat(shows(held, held.store.viewing(Optional.of(id.text())), GATE))
                    .containsExactly(true, true);
            new Incidents(held.holds, held::now).close(id, Incident.Outcome.RESOLVED, HoldingRig.OWNER);
            assertThat(shows(held, held.store.viewing(Optional.empty()), GATE)).containsExactly(true, true);
            clock.pass(HoldRules.NOTICE.plus(Duration.ofMinutes(1)).toSeconds(), TimeUnit.SECONDS);
            held.holds.goOn();
            assertThat(held.rig.segments(GATE)).isEmpty();
        }
    }

    @Test
    void twoIncidentsOnOneSpan_eachSeesOnlyWhatNoOtherHasSetAside() throws IOException {
        StoreRig.init(disk, StoreRig.settings(folder, 8), clock);
        try (HoldingRig held = open()) {
            Instant start = record(held);
            IncidentId one = incident(held, start, start.plusSeconds(3), GATE);
            IncidentId two = incident(held, start.plusSeconds(2), start.plusSeconds(5), GATE);
            assertThat(shows(held, held.store.viewing(Optional.of(one.text())), GATE))
                    .containsExactly(true, true, true, false, false, true);
            assertThat(shows(held, held.store.viewing(Optional.of(two.text())), GATE))
                    .containsExactly(false, false, true, true, true, true);
        }
    }

    /** What leads to the first picture of the incident is kept past its limit only for the incident: nobody else sees it. */
    @Test
    void quarantine_closesWholeGops_pastTheLimitToo() throws IOException {
        StoreRig.init(disk, StoreRig.settings(folder, 8), clock);
        IncidentId id;
        try (HoldingRig held = open()) {
            StoreRig rig = held.rig;
            rig.beginRun(GATE);
            Instant start = held.now();
            for (int i = 0; i < SECONDS; i++) {
                rig.record(GATE, 2_000, i % 3 == 0);
            }
            StoreRig.await("recorded", () -> rig.isSettled(GATE));
            rig.endRun(GATE, GapCause.CONNECTION_LOST);
            id = incident(held, start.plusSeconds(2), start.plusSeconds(3), GATE);
            assertThat(shows(held, held.store.viewing(Optional.empty()), GATE))
                    .containsExactly(false, false, false, true, true, true);
        }
        clock.pass(40, TimeUnit.DAYS);
        clock.witnessed(true);
        try (HoldingRig held = open()) {
            assertThat(shows(held, held.store.viewing(Optional.empty()), GATE)).containsExactly(false, false, false);
            assertThat(shows(held, held.store.viewing(Optional.of(id.text())), GATE))
                    .containsExactly(true, true, true);
        }
    }

    @Test
    void registerThatCannotBeRead_closesAll() throws IOException {
        StoreRig.init(disk, StoreRig.settings(folder, 8), clock);
        try (HoldingRig held = open()) {
            record(held);
            held.register.unreadable("an entry of it is damaged");
            Segment segment = held.rig.segments(GATE).get(0);
            assertThatThrownBy(() -> held.store
                            .viewing(Optional.of("I-2026-000001"))
                            .read(segment, segment.fragments().get(0)))
                    .isInstanceOf(QuarantinedException.class);
        }
    }
}
