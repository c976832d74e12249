// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults;

class TrailTest {
    private final TrailRig rig = new TrailRig();

    private static List<byte[]> all(Trail trail) throws IOException {
        List<byte[]> entries = new ArrayList<>();
        trail.read(0, trail.size(), (index, bytes) -> entries.add(bytes));
        return entries;
    }

    /** The root as RFC 6962 defines it, straight from the leaves. */
    static Hash naiveRoot(List<Hash> leaves) {
        if (leaves.size() == 1) {
            return leaves.get(0);
        }
        int left = Integer.highestOneBit(leaves.size() - 1);
        return Merkle.node(naiveRoot(leaves.subList(0, left)), naiveRoot(leaves.subList(left, leaves.size())));
    }

    @Test
    void append_overSeveralBundles_readsBackChainedAfterEachOpening() throws IOException {
        FakeDisk disk = TrailRig.disk();
        for (int life = 0; life < 4; life++) {
            try (Trail trail = rig.open(disk)) {
                List<Appended> appended = TrailRig.append(trail, life * 300L, life * 300L + 300);
                List<byte[]> entries = all(trail);
                assertThat(entries).hasSize(1 + (life + 1) * 300);
                assertThat(Merkle.leaf(entries.get(entries.size() - 1)))
                        .isEqualTo(appended.get(299).leaf());
                Hash prev = Hash.ZERO;
                for (int i = 0; i < entries.size(); i++) {
                    Entry entry = Entry.parse(entries.get(i));
                    assertThat(entry.index()).isEqualTo(i);
                    assertThat(entry.prev()).isEqualTo(prev);
                    prev = Merkle.leaf(entries.get(i));
                }
                assertThat(trail.head().root())
                        .isEqualTo(naiveRoot(entries.stream().map(Merkle::leaf).toList()));
            }
        }
        assertThat(disk.exists(TrailRig.FOLDER.resolve("tile/entries/003"))).isTrue();
        assertThat(disk.list(TrailRig.FOLDER.resolve("journal"))).containsExactly("00000000000000001024");
        assertThat(rig.alarms).isEmpty();
    }

    @Test
    void append_fromManyThreads_everyEntryOnceAndInOneChain() throws IOException {
        try (Trail trail = rig.open(TrailRig.disk())) {
            List<Long> indices = IntStream.range(0, 600)
                    .parallel()
                    .mapToObj(i -> {
                        try {
                            return trail.append(TrailRig.entry(i)).index();
                        } catch (TrailException e) {
                            throw new AssertionError(e);
                        }
                    })
                    .sorted()
                    .toList();
            assertThat(indices)
                    .isEqualTo(IntStream.rangeClosed(1, 600)
                            .mapToObj(i -> (long) i)
                            .toList());
            assertThat(all(trail)).hasSize(601);
        }
    }

    @Test
    void prove_everyEntry_isProvedToWhoHasTheKeyOnly() throws IOException {
        try (Trail trail = rig.open(TrailRig.disk())) {
            TrailRig.append(trail, 0, 700);
            List<byte[]> entries = all(trail);
            for (int i = 0; i < entries.size(); i += 13) {
                TlogProof proof = TlogProof.parse(trail.prove(i).toBytes());
                assertThat(proof.proves(entries.get(i), trail.verifierKey())).isTrue();
                assertThat(proof.proves(entries.get((i + 1) % entries.size()), trail.verifierKey()))
                        .isFalse();
                assertThat(proof.proves(
                                entries.get(i),
                                TrailKey.random().verifier(trail.verifierKey().name())))
                        .isFalse();
            }
        }
    }

    @Test
    void consistency_betweenAllSizes_holdsAndNothingElseDoes() throws IOException {
        FakeDisk disk = TrailRig.disk();
        try (Trail trail = rig.open(disk)) {
            TrailRig.append(trail, 0, 299);
            List<Hash> leaves = all(trail).stream().map(Merkle::leaf).toList();
            for (int size = 1; size <= 300; size += 7) {
                for (int old = 1; old <= size; old += 11) {
                    Hash oldRoot = naiveRoot(leaves.subList(0, old));
                    Hash root = naiveRoot(leaves.subList(0, size));
                    List<Hash> path = trail.consistency(old, size);
                    assertThat(Merkle.isConsistent(old, oldRoot, size, root, path))
                            .isTrue();
                    assertThat(Merkle.isConsistent(old, leaves.get(299), size, root, path))
                            .isFalse();
                }
            }
        }
    }

    @Test
    void append_diskFull_refusesUntilThereIsRoomAndLosesNothing() throws IOException {
        FakeDisk disk = TrailRig.disk();
        try (Trail trail = rig.open(disk)) {
            TrailRig.append(trail, 0, 10);
            disk.fullAfter(0);
            assertThatThrownBy(() -> TrailRig.append(trail, 10, 30)).isInstanceOf(TrailException.class);
            long size = trail.size();
            assertThat(rig.alarms).isNotEmpty();
            disk.fullAfter(10_000_000);
            assertThat(trail.append(TrailRig.entry(99)).index()).isEqualTo(size);
        }
        try (Trail trail = rig.open(disk)) {
            assertThat(Entry.parse(all(trail).get((int) trail.size() - 1))
                            .data()
                            .number("epoch"))
                    .isEqualTo(99);
        }
    }

    @Test
    void append_syncFails_isNotAcknowledgedAndTheNextGoesOn() throws IOException {
        FakeDisk disk = TrailRig.disk();
        try (Trail trail = rig.open(disk)) {
            TrailRig.append(trail, 0, 5);
            disk.faults().failSync(1, FakeFaults.DirtyBlocks.MARKED_CLEAN);
            assertThatThrownBy(() -> trail.append(TrailRig.entry(5)))
                    .isInstanceOf(TrailException.class)
                    .hasMessageContaining("not entered, so not done");
            assertThat(trail.append(TrailRig.entry(6)).index()).isEqualTo(6);
        }
        try (Trail trail = rig.open(disk)) {
            assertThat(trail.size()).isEqualTo(7);
        }
    }

    @Test
    void append_happenedLater_isRefusedAndTheTrailGoesOn() throws IOException {
        try (Trail trail = rig.open(TrailRig.disk())) {
            NewEntry early = TrailRig.entry(0).happenedAt(Instant.parse("2026-11-22T09:00:00.000001Z"));
            assertThatThrownBy(() -> trail.append(early))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected: not after");
            NewEntry late = TrailRig.entry(1).happenedAt(Instant.parse("2026-11-20T09:00:00Z"));
            assertThat(trail.entry(trail.append(late).index()).isLate()).isTrue();
        }
    }

    @Test
    void newEntry_fieldsThatAreNotTheActs_areRefused() {
        assertThatThrownBy(() -> NewEntry.byMachine(Act.KEYS_ROTATED, Fields.NONE.with("master", "a")))
                .hasMessageContaining("old: absent");
        assertThatThrownBy(() -> NewEntry.byMachine(
                        Act.KEYS_ROTATED,
                        Fields.NONE.with("master", "a").with("old", "b").with("x", 1)))
                .hasMessageContaining("x: unknown");
        assertThatThrownBy(() -> Fields.NONE.with("owner", "Zoë")).hasMessageContaining("printable ASCII");
        assertThatThrownBy(() -> TrailRig.entry(1).approvedBy(Actor.MACHINE)).hasMessageContaining("another");
        assertThatThrownBy(() -> new Actor("jane")).hasMessageContaining("staff/N");
    }

    @Test
    void checkpoint_oneASecond_andTheTrailMustContinueIt() throws IOException {
        FakeDisk disk = TrailRig.disk();
        Checkpoint signed;
        try (Trail trail = rig.open(disk)) {
            TrailRig.append(trail, 0, 3);
            assertThat(trail.checkpoint().size()).isEqualTo(4);
            TrailRig.append(trail, 3, 5);
            rig.pass(999);
            assertThat(trail.checkpoint().size()).isEqualTo(4);
            rig.pass(1);
            signed = trail.checkpoint();
            assertThat(signed.size()).isEqualTo(6);
        }
        byte[] kept = disk.contents(TrailRig.FOLDER.resolve("journal/00000000000000000000"));
        TrailFiles files = new TrailFiles(disk, TrailRig.FOLDER);
        Journal.Content content = Journal.read(files, 0);
        Journal.write(files, 0, Hash.ZERO, content.entries().subList(0, 5)).close();
        assertThatThrownBy(() -> rig.open(disk))
                .isInstanceOf(DamagedTrailException.class)
                .hasMessageContaining("5 entries (expected: at least 6");
        files.write(files.journal(0), kept);
        try (Trail trail = rig.open(disk)) {
            assertThat(trail.lastCheckpoint().toString()).isEqualTo(signed.toString());
        }
    }

    @Test
    void open_otherKey_isRefused() throws IOException {
        FakeDisk disk = TrailRig.disk();
        rig.open(disk).close();
        TrailSettings other = new TrailSettings(TrailRig.FOLDER, TrailKey.random(), () -> Instant.EPOCH, alarm -> {});
        assertThatThrownBy(() -> Trail.open(disk, other))
                .isInstanceOf(TrailException.class)
                .hasMessageContaining("keys backup");
    }

    @Test
    void open_damageInWhatWasSynced_isRefusedAndNamed() throws IOException {
        FakeDisk disk = TrailRig.disk();
        try (Trail trail = rig.open(disk)) {
            TrailRig.append(trail, 0, 20);
        }
        byte[] journal = disk.contents(TrailRig.FOLDER.resolve("journal/00000000000000000000"));
        disk.damage(TrailRig.FOLDER.resolve("journal/00000000000000000000"), journal.length / 2, (byte) '~');
        assertThatThrownBy(() -> rig.open(disk))
                .isInstanceOf(DamagedTrailException.class)
                .hasMessageContaining("damaged at byte");
    }

    @Test
    void open_noTrail_saysSo() throws IOException {
        FakeDisk disk = TrailRig.disk();
        assertThatThrownBy(() -> Trail.open(disk, rig.settings())).isInstanceOf(TrailException.class);
        assertThat(Optional.of(Trail.isThere(disk, TrailRig.FOLDER))).contains(false);
    }
}
