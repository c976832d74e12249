// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.watchkeep.bench.fleet.Arrival;
import org.watchkeep.bench.fleet.FleetFigures;
import org.watchkeep.bench.fleet.FleetPlan;
import org.watchkeep.bench.fleet.StreamPattern;
import org.watchkeep.bench.ingest.IngestResult.Losses;
import org.watchkeep.retention.store.CheckReport;

/** What is said to have broken first, and what is said to be lost. */
class FirstSignTest {
    private static final FleetPlan PLAN = FleetPlan.of(100, new StreamPattern(4_000_000, 25, 50), Arrival.BURST);
    private static final Losses NONE = new Losses(1_000, 0, 0, 0, 0, 0);
    private static final Losses SOME = new Losses(1_000, 7, 1, 0, 0, 0);

    private static Sample sample(double at, double cores, long overrun, long dropped, long late) {
        return new Sample(at, 400, 400, cores / 2, cores / 2, overrun, dropped, late, 0.1);
    }

    private static IngestResult result(Losses losses, double offeredMbps, double p99, Sample... samples) {
        IngestSettings settings = new IngestSettings(
                Optional.empty(),
                PLAN,
                Duration.ZERO,
                Duration.ofSeconds(10),
                Path.of("run"),
                Optional.empty(),
                IngestSettings.Beside.NOTHING);
        return new IngestResult(
                settings,
                new IngestResult.Rates(offeredMbps, offeredMbps),
                losses,
                new IngestResult.Latency(p99 / 2, p99, p99),
                new IngestResult.Cost(1, 1, 1, 100, 100, 0, 0, 0, 0),
                OptionalDouble.empty(),
                new CheckReport(10, 1, 0, 0, 0, 0, List.of()),
                List.of(samples),
                Optional.empty(),
                Optional.empty(),
                OptionalDouble.empty());
    }

    @Test
    void of_goodRun_isCarriedAndNothingBroke() {
        IngestResult good = result(NONE, 410, 900, sample(1, 1, 0, 0, 3));
        assertThat(good.isCarried()).isTrue();
        assertThat(FirstSign.of(good, 2)).isEqualTo("nothing");
    }

    @Test
    void of_diskBeforeCameras_namesTheDisk() {
        IngestResult broken =
                result(SOME, 410, 900, sample(1, 1, 0, 0, 0), sample(2, 1, 0, 4, 0), sample(3, 1, 90, 9, 0));
        assertThat(FirstSign.of(broken, 2)).startsWith("the disk: 4 fragments").contains("at 2 s");
    }

    @Test
    void of_camerasHeldUpOnAFullMachine_namesTheProcessors() {
        assertThat(FirstSign.of(result(SOME, 410, 900, sample(5, 1.9, 12, 0, 0)), 2))
                .startsWith("the processors: 12 packets waited");
    }

    @Test
    void of_camerasHeldUpWithProcessorsToSpare_namesTheRecorder() {
        assertThat(FirstSign.of(result(SOME, 410, 900, sample(5, 0.8, 12, 0, 0)), 2))
                .startsWith("the recorder: ");
    }

    @Test
    void of_camerasHeldUpByNeighbours_namesOtherWork() {
        Sample shared = new Sample(5, 400, 400, 0.3, 0.3, 12, 0, 0, 0.95);
        assertThat(FirstSign.of(result(SOME, 410, 900, shared), 2)).startsWith("other work on the machine: ");
    }

    @Test
    void of_lateCameras_namesTheFleet() {
        assertThat(FirstSign.of(result(SOME, 410, 900, sample(5, 0.8, 0, 0, 700)), 2))
                .startsWith("the fleet: ");
    }

    @Test
    void of_halfTheLoadWasOffered_isNotCarried() {
        IngestResult half = result(NONE, 200, 900, sample(1, 1, 0, 0, 3));
        assertThat(half.isCarried()).isFalse();
        assertThat(FirstSign.of(half, 2)).startsWith("the fleet: 200 of 400 Mbit/s");
    }

    @Test
    void of_lateAcknowledgement_namesTheDisk() {
        IngestResult late = result(NONE, 410, 2_500, sample(1, 1, 0, 0, 3));
        assertThat(late.isCarried()).isFalse();
        assertThat(FirstSign.of(late, 2)).startsWith("the disk: acknowledged after 2500 ms");
    }

    @Test
    void losses_packetsThatNeverCameAndPicturesNotAcknowledged_areBothSeen() {
        FleetFigures sent = new FleetFigures(100, 1_000, 16_000, 1, 40_000_000, 0, 0, 0, 0, 0);
        assertThat(Accounts.losses(PLAN, sent, recorder(16_000, 40_000_000)).lostPackets())
                .isZero();
        assertThat(Accounts.losses(PLAN, sent, recorder(15_990, 40_000_000)).lostPackets())
                .isEqualTo(10);
        Losses late = Accounts.losses(PLAN, sent, recorder(16_000, 39_920_000));
        assertThat(late.lostPictures()).isEqualTo(2);
        assertThat(late.lostPackets()).isEqualTo(32);
    }

    @Test
    void losses_picturesThatWereLeftOut_count() {
        FleetFigures sent = new FleetFigures(100, 1_000, 16_000, 1, 40_000_000, 5, 80, 200_000, 0, 0);
        Losses losses = Accounts.losses(PLAN, sent, recorder(16_000, 40_200_000));
        assertThat(losses.lostPackets()).isEqualTo(80);
        assertThat(losses.lostPictures()).isEqualTo(5);
    }

    private static ObjectNode recorder(long packets, long acknowledgedMicros) {
        return new ObjectMapper()
                .createObjectNode()
                .put("packets", packets)
                .put("acknowledgedMicros", acknowledgedMicros)
                .put("lostPackets", 0)
                .put("droppedFragments", 0);
    }
}
