// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.Campaign;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.PowerCut;
import org.watchkeep.retention.hold.Hold;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.hold.HoldState;

/**
 * The power is cut at every step of placing, copying, saying copied, dropping keys, releasing and freeing. After it the head
 * is brought round, so that what is held stands in the vault and nowhere else, and every picture of it is read.
 */
@Tag("campaign")
class VaultPowerCutIT {
    private static final StreamId GATE = StreamId.main("gate");
    private static final StreamId HALL = StreamId.main("hall");
    private static final int REELS = 8;
    private static final int VAULT_REELS = 6;
    private static final long VAULT_REEL_BYTES = 1 << 20;
    private static final Map<StreamId, String> CLASSES = new LinkedHashMap<>();

    static {
        CLASSES.put(GATE, StoreRig.CLASS);
        CLASSES.put(HALL, StoreRig.CLASS);
    }

    @TempDir
    private Path folder;

    @Test
    void powerCut_atEveryStepOfCopying_whatIsHeldReadsFromTheVaultAlone() throws IOException {
        cutAtEach("copy", false, false);
    }

    @Test
    void powerCut_atEveryStepOfTheEndOfACase_theOtherCasesRead() throws IOException {
        cutAtEach("end", true, false);
    }

    @Test
    void powerCut_atStepsWithATrail_whatIsHeldReadsFromTheVaultAlone() throws IOException {
        cutAtEach("trailed", false, true);
    }

    private void cutAtEach(String name, boolean copiedBefore, boolean trailed) throws IOException {
        // A trail adds steps of its own kind to the same order, whose every step is cut without one.
        int stride = Campaign.stride(trailed ? 3 : 1);
        long step = Campaign.firstStep(stride);
        while (new Life(folder.resolve(name + step), step, copiedBefore, trailed).isCut()) {
            step += stride;
            assertThat(step).as("a life has an end").isLessThan(1_000);
        }
        System.out.println(name + ": power cut at steps up to " + step);
    }

    private record Burst(Instant from, Instant to, long run) {}

    private static final class Life {
        private final long step;
        private final boolean copiedBefore;
        private final boolean trailed;
        private final Path at;
        private final TestClock clock = new TestClock();
        private final StoreSettings settings;
        private final List<Burst> bursts = new ArrayList<>();
        private FakeDisk disk = new FakeDisk().tearSectors();

        /** What was answered before the cut. */
        private final Map<HoldId, Burst> placed = new LinkedHashMap<>();

        private boolean isReleased;
        private boolean isReleaseAsked;

        Life(Path at, long step, boolean copiedBefore, boolean trailed) throws IOException {
            this.at = at;
            this.step = step;
            this.copiedBefore = copiedBefore;
            this.trailed = trailed;
            SmallReels.init(disk, at, clock, REELS);
            this.settings = StoreRig.settings(at, REELS);
            Volume.enrol(disk, EvidenceVault.ID, at.resolve("vault"), VAULT_REELS * VAULT_REEL_BYTES, VAULT_REEL_BYTES);
        }

        private TestTrail trail() throws IOException {
            return trailed ? TestTrail.open(disk, settings.folder(), clock) : TestTrail.NONE;
        }

        private HoldingRig open(TestTrail trail) throws IOException {
            return new HoldingRig(
                    disk,
                    settings,
                    clock,
                    trail.entries(),
                    StoreParts.IndexSettings.ON_DISK,
                    CLASSES,
                    Optional.of(at.resolve("vault")));
        }

        /** False when it ended before the cut. */
        boolean isCut() throws IOException {
            TestTrail trail = trail();
            HoldingRig rig = open(trail);
            for (int i = 0; i < 3; i++) {
                bursts.add(burst(rig));
            }
            if (copiedBefore) {
                place(rig, 0);
                place(rig, 1);
                assertThat(rig.copier().round()).isFalse();
                assertThat(rig.copier().alarms()).isEmpty();
                bursts.set(2, comeRound(rig));
            }
            disk.settle();
            disk.cutAt(step, step);
            boolean isCut = false;
            try {
                live(rig);
                rig.close();
                trail.close();
            } catch (PowerCut | IOException | IllegalStateException | AssertionError e) {
                if (!disk.isDead()) {
                    throw e;
                }
                isCut = true;
            }
            if (isCut) {
                rig.abandon();
                trail.abandon();
                disk = disk.restart();
                clock.pass(1, TimeUnit.MINUTES);
                clock.reboot("boot-2");
                clock.witnessed(true);
            } else {
                disk.kill(); // and with it the cut that did not come
                disk = disk.restart();
            }
            lookThrough();
            return isCut;
        }

        private void live(HoldingRig rig) throws IOException {
            if (!copiedBefore) {
                place(rig, 0);
                assertThat(rig.copier().round()).isFalse();
                place(rig, 1);
                assertThat(rig.copier().round()).isFalse();
                return;
            }
            isReleaseAsked = true;
            rig.release(first());
            isReleased = true;
            assertThat(rig.copier().round()).isFalse();
            place(rig, 2);
            assertThat(rig.copier().round()).isFalse();
        }

        private void place(HoldingRig rig, int burst) throws IOException {
            Burst of = bursts.get(burst);
            placed.put(rig.held(of.from, of.to, GATE), of);
        }

        private Burst burst(HoldingRig rig) throws IOException {
            clock.pass(5, TimeUnit.MINUTES);
            rig.rig.beginRun(GATE);
            Instant from = rig.now();
            SmallReels.record(rig.rig, GATE, 1);
            Instant to = rig.now();
            rig.rig.endRun(GATE, GapCause.CONNECTION_LOST);
            await(rig, "indexed", () -> rig.store.streamState(GATE).unindexed().isEmpty());
            List<Segment> all = rig.rig.segments(GATE);
            return new Burst(from, to, all.get(all.size() - 1).run());
        }

        /** All that no hold shields is overwritten; the last of it stands. */
        private Burst comeRound(HoldingRig rig) throws IOException {
            Burst last = burst(rig);
            for (int i = 0; i < REELS + 2; i++) {
                last = burst(rig);
            }
            return last;
        }

        private static void await(HoldingRig rig, String what, BooleanSupplier isSo) {
            StoreRig.await(what, () -> {
                rig.store.keeper().wake();
                return isSo.getAsBoolean();
            });
        }

        private void lookThrough() throws IOException {
            String when = "step " + step;
            try (TestTrail trail = trail();
                    HoldingRig rig = open(trail)) {
                assertThat(rig.alarms).as(when).isEmpty();
                await(rig, "the index is whole", () -> !rig.store.isIndexBehind());
                rig.holds.goOn();
                for (int i = 0; i < 3; i++) {
                    assertThat(rig.copier().round()).isFalse();
                }
                assertThat(rig.copier().alarms()).as(when).isEmpty();
                List<Hold> active =
                        rig.register.holds().stream().filter(Hold::isActive).toList();
                assertThat(active)
                        .as(when)
                        .allMatch(hold -> hold.state() == HoldState.COPIED)
                        .hasSizeGreaterThanOrEqualTo(placed.size() - (isReleaseAsked ? 1 : 0));
                assertThat(rig.keptKeys()).as(when).isEmpty();
                comeRound(rig);
                for (Hold hold : active) {
                    reads(rig, hold, when);
                }
                rig.register.holds().stream().filter(hold -> !hold.isActive()).forEach(hold -> isGone(rig, hold, when));
                if (isReleased) {
                    assertThat(active).as(when).noneMatch(hold -> hold.id().equals(first()));
                }
                assertThat(rig.store.check(true, Optional.empty()).findings())
                        .as(when)
                        .isEmpty();
            }
        }

        private HoldId first() {
            return placed.keySet().iterator().next();
        }

        private void reads(HoldingRig rig, Hold hold, String when) throws IOException {
            Burst of = bursts.stream()
                    .filter(burst -> burst.from.equals(hold.span().from()))
                    .findFirst()
                    .orElseThrow();
            assertThat(rig.store.finder.ring(rig.store.streamState(GATE), of.from, of.to))
                    .as("%s: only the vault has %s", when, hold.id())
                    .isEmpty();
            List<Segment> found = rig.store.segments(GATE, of.from, of.to);
            int fragments = 0;
            for (Segment segment : found) {
                assertThat(segment.run()).as(when).isEqualTo(of.run);
                assertThat(rig.store.configuration(segment)).as(when).isEqualTo(StoreRig.configurationOf(GATE));
                for (FragmentRef ref : segment.fragments()) {
                    ByteBuffer payload = rig.store.read(segment, ref);
                    assertThat(payload)
                            .as(when)
                            .isEqualTo(StoreRig.payload(GATE, of.run, ref.sequence(), payload.remaining()));
                    fragments++;
                }
            }
            assertThat(fragments).as("%s: of %s", when, hold.id()).isEqualTo(SmallReels.BURST_FRAGMENTS);
        }

        private static void isGone(HoldingRig rig, Hold hold, String when) {
            assertThat(rig.cases.isLive(hold.vaultCase())).as(when).isFalse();
            assertThat(rig.vault.orElseThrow().cases()).as(when).doesNotContain(hold.vaultCase());
        }
    }
}
