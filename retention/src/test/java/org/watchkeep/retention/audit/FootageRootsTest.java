// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.FakeDisk;

class FootageRootsTest {
    private static final Instant MINUTE = Instant.parse("2026-11-22T09:30:00Z");
    private static final Hash SALT = Hash.of(WorkedExampleTest.counting(96));

    private static FootageLeaf segment() {
        return new FootageLeaf.SegmentSealed(
                "north-1/main",
                SALT,
                Hash.ofAll("segment".getBytes(US_ASCII)),
                7,
                3,
                1800,
                1859,
                1_763_800_200_000_000L,
                60_000_000);
    }

    private static FootageLeaf gap() {
        return new FootageLeaf.GapClosed(
                "north-1/main", SALT, 5, 1_763_800_260_000_000L, 1_763_800_263_500_000L, "connection-lost");
    }

    @Test
    void enter_theExampleOfThePage_isTheRootPrinted() throws IOException {
        FakeDisk disk = TrailRig.disk();
        try (Trail trail = new TrailRig().open(disk)) {
            FootageRoots roots = new FootageRoots(disk, TrailRig.FOLDER, trail);
            roots.add(segment());
            roots.add(gap());
            long index = roots.enter(MINUTE.plusSeconds(59)).orElseThrow().index();

            Entry entry = trail.entry(index);
            Hash root = entry.data().hash("root");
            Hash first = segment().value(Hash.ZERO);
            assertThat(WorkedExampleTest.page())
                    .contains("segment leaf   " + first)
                    .contains("gap leaf       " + gap().value(first))
                    .contains("root           " + root);
            assertThat(entry.data().time("minute")).isEqualTo(MINUTE);
            assertThat(disk.contents(FootageRoots.path(new TrailFiles(disk, TrailRig.FOLDER), MINUTE, root)))
                    .asString(US_ASCII)
                    .isEqualTo("watchkeep-footage-leaves 1\n" + first + " segment north-1/main 7 3\n"
                            + gap().value(first) + " gap north-1/main 5\n");
            assertThat(roots.enter(MINUTE)).isEmpty();
        }
    }

    @Test
    void enter_trailRefuses_nothingIsLost() throws IOException {
        FakeDisk disk = TrailRig.disk();
        boolean[] refuses = {true};
        try (Trail trail = new TrailRig().open(disk)) {
            FootageRoots roots = new FootageRoots(disk, TrailRig.FOLDER, entry -> {
                if (refuses[0]) {
                    throw new TrailException("full");
                }
                return trail.append(entry);
            });
            roots.add(segment());
            assertThatThrownBy(() -> roots.enter(MINUTE)).isInstanceOf(TrailException.class);
            roots.add(gap());
            refuses[0] = false;
            Entry entry = trail.entry(roots.enter(MINUTE).orElseThrow().index());
            Hash first = Merkle.leaf(segment().value(Hash.ZERO).toBytes());
            Hash second = Merkle.leaf(gap().value(segment().value(Hash.ZERO)).toBytes());
            assertThat(entry.data().hash("root")).isEqualTo(TrailTest.naiveRoot(List.of(first, second)));
        }
    }
}
