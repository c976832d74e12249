// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.store.StreamAccount.Kind;

/** The account of a real store's stream. */
class StreamAccountTest {
    private static final StreamId GATE = StreamId.main("gate");
    private static final Instant DAY = Instant.parse("2026-06-01T00:00:00Z");

    @TempDir
    private Path folder;

    private final FakeDisk disk = new FakeDisk();
    private final TestClock clock = new TestClock();
    private StoreSettings settings;

    @BeforeEach
    void init() throws IOException {
        settings = StoreRig.settings(folder, 4);
        StoreRig.init(disk, settings, clock);
    }

    private static void record(StoreRig rig, int seconds) {
        rig.beginRun(GATE);
        for (int i = 0; i < seconds; i++) {
            rig.record(GATE, 2_000);
        }
        StoreRig.await("recorded", () -> rig.isSettled(GATE));
        rig.endRun(GATE, GapCause.CONNECTION_LOST);
    }

    private static Duration of(StreamAccount account, Kind kind) {
        return account.total(kind);
    }

    @Test
    void dayWithEverything_isAccountedForToTheMicrosecond() throws IOException {
        StreamAccount account;
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            record(rig, 10);
            clock.pass(20, TimeUnit.SECONDS);
            record(rig, 5);
        }
        clock.pass(1, TimeUnit.HOURS);
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            record(rig, 30);
            clock.pass(7, TimeUnit.SECONDS);
            account = StreamAccount.of(rig.store, GATE, DAY, DAY.plus(Duration.ofDays(1)));
        }
        assertThat(account.pieces().get(0).from()).isEqualTo(DAY);
        assertThat(account.pieces().get(0).kind()).isEqualTo(Kind.NOT_ASKED);
        assertThat(of(account, Kind.NOT_ASKED)).isEqualTo(Duration.ofMinutes(630));
        assertThat(of(account, Kind.RECORDED)).isEqualTo(Duration.ofSeconds(45));
        assertThat(account.totals())
                .anySatisfy(total -> assertThat(total)
                        .isEqualTo(new StreamAccount.Total(Kind.GAP, "recorder-stopped", Duration.ofHours(1))));
        assertThat(account.totals())
                .anySatisfy(total -> assertThat(total)
                        .isEqualTo(new StreamAccount.Total(Kind.GAP, "connection-lost", Duration.ofSeconds(27))));
        assertThat(of(account, Kind.UNEXPLAINED)).isZero();
        assertThat(account.pieces().stream().map(StreamAccount.Piece::length).reduce(Duration.ZERO, Duration::plus))
                .isEqualTo(Duration.ofDays(1));
        assertThat(account.coveragePercent().orElseThrow()).isBetween(1.2, 1.25);
    }

    @Test
    void monthThatIsErased_isStillAccountedFor_fromTheLedger() throws IOException {
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            record(rig, 10);
            clock.pass(20, TimeUnit.SECONDS);
            record(rig, 5);
            StoreRig.await(
                    "indexed", () -> rig.store.streamState(GATE).unindexed().isEmpty());
            long epoch = rig.segments(GATE).get(0).epoch();
            clock.pass(40, TimeUnit.DAYS);
            StoreRig.await("erased", () -> !rig.store.keys().isReadable(epoch));
            record(rig, 10);
            StreamAccount account = StreamAccount.of(rig.store, GATE, DAY, DAY.plus(Duration.ofDays(1)));
            assertThat(of(account, Kind.RECORDED)).isZero();
            assertThat(of(account, Kind.ERASED)).isEqualTo(Duration.ofSeconds(15));
            assertThat(of(account, Kind.UNEXPLAINED)).isZero();
            assertThat(account.totals().stream()
                            .filter(total -> total.kind() == Kind.GAP)
                            .map(StreamAccount.Total::cause))
                    .containsExactly("connection-lost");
        }
    }

    @Test
    void clockSetForwardAndBack_leavesNothingUnexplained_andCountsNoInstantTwice() throws IOException {
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            record(rig, 10);
            clock.step(2, TimeUnit.HOURS);
            StoreRig.await("stepped", () -> !clockSteps(rig).isEmpty());
            record(rig, 10);
            clock.step(-3, TimeUnit.HOURS);
            StoreRig.await("stepped", () -> clockSteps(rig).size() == 2);
            record(rig, 10);
            StreamAccount account = StreamAccount.of(rig.store, GATE, DAY, DAY.plus(Duration.ofDays(1)));
            assertThat(of(account, Kind.RECORDED)).isEqualTo(Duration.ofSeconds(30));
            assertThat(of(account, Kind.UNEXPLAINED)).isZero();
            assertThat(account.pieces().stream()
                            .map(StreamAccount.Piece::length)
                            .reduce(Duration.ZERO, Duration::plus))
                    .isEqualTo(Duration.ofDays(1));
        }
    }

    private static List<AccountFacts.Stretch> clockSteps(StoreRig rig) {
        try {
            return LedgerHistory.of(rig.store.ledger(), 1).steps();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void spanThatEndsBeforeItBegins_orIsTooLong_isRefused() throws IOException {
        try (StoreRig rig = StoreRig.open(disk, settings, clock, GATE)) {
            assertThatThrownBy(() -> StreamAccount.of(rig.store, GATE, DAY, DAY))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> StreamAccount.of(rig.store, GATE, DAY, DAY.plus(Duration.ofDays(367))))
                    .hasMessageContaining("366 days");
        }
    }
}
