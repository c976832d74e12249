// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.FakeFaults.Operation;
import org.watchkeep.retention.hold.Ground;
import org.watchkeep.retention.hold.HeldSpan;
import org.watchkeep.retention.hold.HoldId;
import org.watchkeep.retention.hold.HoldRules;
import org.watchkeep.retention.hold.HoldState;
import org.watchkeep.retention.hold.HoldTerms;
import org.watchkeep.retention.hold.IncidentId;
import org.watchkeep.retention.hold.Incidents;

/** Copies made a batch at a time: what of several segments, holds and reels is in one. */
class CopyLineTest extends VaultCase {
    private static final int BURSTS = 5;

    /** How often each record stands in the vault. */
    private Map<String, Integer> records() throws IOException {
        Map<String, Integer> records = new HashMap<>();
        Volume volume = Volume.open(disk, EvidenceVault.ID, vaultFolder(), null);
        try {
            ReelScan scan = new ReelScan(volume);
            for (Reel reel : volume.reels()) {
                ReelHeader header = ReelScan.header(volume, reel);
                if (header != null) {
                    List<ReelFooter.Entry> listed = scan.footer(reel, header.serial());
                    List<ReelFooter.Entry> entries = listed == null
                            ? scan.walk(reel, header, ReelScan.Known.NOTHING).entries()
                            : listed;
                    Objects.requireNonNull(entries).forEach(entry -> count(records, entry.header()));
                }
            }
        } finally {
            volume.close();
        }
        return records;
    }

    private static void count(Map<String, Integer> records, RecordHeader of) {
        if (of.kind() != RecordHeader.Kind.PADDING) {
            String name = of.kind() + " " + of.stream() + " " + of.run() + " " + of.segment() + " " + of.sequence();
            records.merge(name, 1, Integer::sum);
        }
    }

    /** With the vault looked into: then holds are admitted by its room. */
    private List<Burst> bursts(HoldingRig held) {
        assertThat(held.copier().round()).isFalse();
        List<Burst> bursts = new ArrayList<>();
        for (int i = 0; i < BURSTS; i++) {
            bursts.add(burst(held, GATE));
        }
        return bursts;
    }

    @Test
    void moreThanAReelTakes_isWrittenAReelAtATime_andReadsWhole() throws IOException {
        List<Burst> bursts;
        try (HoldingRig held = begin()) {
            bursts = bursts(held);
            HoldId id = held.held(bursts.get(0).from(), bursts.get(BURSTS - 1).to(), GATE);
            AtomicInteger syncs = new AtomicInteger();
            disk.faults().before((operation, path) -> {
                if (operation == Operation.SYNC
                        && path.toString().contains("reel-")
                        && path.startsWith(vaultFolder())) {
                    syncs.incrementAndGet();
                }
            });
            assertThat(held.copier().round()).isFalse();
            disk.faults().before((operation, path) -> {});
            assertThat(state(held, id)).isEqualTo(HoldState.COPIED);
            assertThat(held.copier().alarms()).isEmpty();
            int reels = (int) (vaultReels - held.vault.orElseThrow().freeBytes() / (VAULT_REEL_BYTES * 9 / 10));
            assertThat(reels).isBetween(2, BURSTS - 1);
            // Of each reel its header, what is written into it, and its record list: not one a segment.
            assertThat(syncs.get()).isLessThanOrEqualTo(3 * reels);
            comeRound(held);
            for (Burst burst : bursts) {
                assertThat(isInRing(held, burst, GATE)).isFalse();
                assertReads(held, burst, GATE);
            }
            assertThat(check(held)).isEmpty();
        }
        assertThat(records().values()).containsOnly(1);
        try (HoldingRig held = open()) {
            assertThat(held.copier().round()).isFalse();
            for (Burst burst : bursts) {
                assertReads(held, burst, GATE);
            }
        }
    }

    /** An incident and a hold beside it in the same case, planned in the same round. */
    @Test
    void twoHoldsOfOneCase_onTheSameSeconds_areCopiedOnce() throws IOException {
        try (HoldingRig held = begin()) {
            Burst wanted = burst(held, GATE);
            HoldTerms terms = HoldTerms.of(
                    HeldSpan.of(Set.of(GATE), wanted.from(), wanted.to()),
                    Ground.CRIME,
                    HoldingRig.OWNER,
                    held.now().plus(HoldRules.REVIEW));
            Incidents.Answer answer = new Incidents(held.holds, held::now).open(terms, HoldingRig.OWNER);
            IncidentId incident = ((Incidents.Answer.Done) answer).incident().id();
            held.holds.place(terms.inIncident(incident), HoldingRig.OWNER);
            assertThat(held.copier().round()).isFalse();
            assertThat(held.register.holds())
                    .hasSize(2)
                    .allSatisfy(hold -> assertThat(hold.state()).isEqualTo(HoldState.COPIED));
            assertThat(check(held)).isEmpty();
        }
        assertThat(records()).hasSize(SmallReels.BURST_FRAGMENTS + 2);
        assertThat(records().values()).containsOnly(1);
    }

    /** Two cases take turns, as the head comes to them: neither keeps the other from being whole. */
    @Test
    void segmentsOfTwoCases_inTurn_areEachCopiedForTheirOwn() throws IOException {
        try (HoldingRig held = begin()) {
            List<HoldId> ids = new ArrayList<>();
            List<Burst> bursts = bursts(held);
            for (Burst burst : bursts) {
                ids.add(held(held, burst, GATE));
            }
            assertThat(held.copier().round()).isFalse();
            assertThat(ids).allSatisfy(id -> assertThat(state(held, id)).isEqualTo(HoldState.COPIED));
            assertThat(held.vault.orElseThrow().cases()).hasSize(BURSTS);
            held.release(ids.get(0));
            comeRound(held);
            assertThat(held.copier().round()).isFalse();
            assertThat(held.store.segments(
                            GATE, bursts.get(0).from(), bursts.get(0).to()))
                    .isEmpty();
            for (Burst burst : bursts.subList(1, BURSTS)) {
                assertReads(held, burst, GATE);
            }
        }
    }

    /** The second of three rots in the ring: what is behind it is copied all the same. */
    @Test
    void oneThatRotted_inTheMiddleOfABatch_keepsTheOthersFromNothing() throws IOException {
        int expected;
        try (HoldingRig held = begin()) {
            List<Burst> bursts = bursts(held);
            damage(held, segments(held, GATE).get(1).fragments().get(0));
            HoldId id = held.held(bursts.get(0).from(), bursts.get(BURSTS - 1).to(), GATE);
            assertThat(held.copier().round()).isFalse();
            assertThat(state(held, id)).isEqualTo(HoldState.SECURED);
            assertThat(held.copier().alarms()).anyMatch(alarm -> alarm.contains("not what was recorded"));
            int configurations = BURSTS;
            int seals = BURSTS - 1;
            int fragments = BURSTS * SmallReels.BURST_FRAGMENTS - 1;
            expected = configurations + seals + fragments;
        }
        assertThat(records()).hasSize(expected);
    }
}
