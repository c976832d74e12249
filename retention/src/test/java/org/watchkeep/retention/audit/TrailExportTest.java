// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.FakeDisk;

class TrailExportTest {
    private static final Instant START = Instant.parse("2026-11-22T09:00:00Z");

    private final TrailRig rig = new TrailRig();

    /** A minute an entry, an extracted span among every ten. */
    private FakeDisk disk(int entries) throws IOException {
        FakeDisk disk = TrailRig.disk();
        try (Trail trail = rig.open(disk)) {
            for (int i = 1; i < entries; i++) {
                rig.pass(60_000);
                trail.append(i % 10 == 0 ? viewed() : TrailRig.entry(i));
            }
            rig.pass(1_000);
            trail.checkpoint();
        }
        return disk;
    }

    private static NewEntry viewed() {
        return NewEntry.of(
                Act.FOOTAGE_VIEWED,
                Actor.staff(9),
                Fields.NONE
                        .with("streams", List.of("north-1/main"))
                        .with("from", START)
                        .with("to", START.plusSeconds(60))
                        .with("purpose", "incident-review")
                        .with("case", "=SUM(A1)"));
    }

    @Test
    void range_ofTimes_isHalfOpenAndProvedWhole() throws IOException {
        TrailArchive trail = TrailArchive.open(disk(700), TrailRig.FOLDER);
        long[] range = TrailExport.range(trail, START.plusSeconds(600), START.plusSeconds(31_200))
                .orElseThrow();
        assertThat(range).containsExactly(10, 520);
        TrailExport export = TrailExport.of(trail, range[0], range[1], TrailFilter.ALL);
        RangeProof proof = RangeProof.parse(export.proof().toBytes());
        assertThat(proof.proves(trail.key())).isTrue();
        assertThat(export.statement()).contains("Entries 10 to 519").contains("None is left out");

        List<Hash> leaves = new ArrayList<>(proof.leaves());
        leaves.remove(100);
        RangeProof shorter = new RangeProof(proof.from(), leaves, proof.outside(), proof.checkpoint());
        assertThatThrownBy(() -> assertThat(shorter.proves(trail.key())).isTrue())
                .isInstanceOfAny(DamagedTrailException.class, AssertionError.class);
        assertThat(TrailExport.range(trail, START.minusSeconds(60), START)).isEmpty();
    }

    @Test
    void proveRange_everyShapeOfRange_isProved() throws IOException {
        TrailArchive trail = TrailArchive.open(disk(300), TrailRig.FOLDER);
        for (int from = 0; from < 300; from += 37) {
            for (int to = from + 1; to <= 300; to += 41) {
                RangeProof proof = RangeProof.parse(trail.proveRange(from, to).toBytes());
                assertThat(proof.proves(trail.key())).as("%d to %d", from, to).isTrue();
            }
        }
        assertThat(RangeProof.parse(trail.proveRange(0, 300).toBytes()).proves(trail.key()))
                .isTrue();
    }

    @Test
    void export_withFilter_saysWhatIsLeftOutAndIsNoFormula() throws IOException {
        TrailArchive trail = TrailArchive.open(disk(100), TrailRig.FOLDER);
        TrailExport export = TrailExport.of(trail, 0, 100, TrailFilter.parse("camera=north-1"));
        assertThat(export.given()).isEqualTo(9);
        assertThat(export.statement()).contains("91 others").contains("stated, not proved");
        assertThat(new String(export.entries().lines(), UTF_8).lines()).hasSize(9);
        assertThat(new String(export.entries().csv(), UTF_8).lines()).hasSize(10);
        assertThat(Csv.line(List.of("=1+1", "-2", "a,\"b\"", "@x", "ok")))
                .isEqualTo("\"'=1+1\",\"'-2\",\"a,\"\"b\"\"\",\"'@x\",\"ok\"\r\n");
        String pdf = new String(export.entries().pdf(), ISO_8859_1);
        assertThat(pdf).startsWith("%PDF-1.4").endsWith("%%EOF\n").contains("footage.viewed");
        int table = Integer.parseInt(pdf.substring(pdf.indexOf("startxref\n") + 10, pdf.indexOf("\n%%EOF")));
        assertThat(pdf.substring(table)).startsWith("xref\n0 ");
        assertThatThrownBy(() -> TrailFilter.parse("name=x")).hasMessageContaining("expected: one of");
    }

    @Test
    void texts_writtenAndErased_leaveOnlyTheCommitment() throws IOException {
        FakeDisk disk = TrailRig.disk();
        Texts texts = new Texts(disk, TrailRig.FOLDER);
        Commitment commitment = texts.write("Zoë asked for it");
        assertThat(texts.find(commitment.hash())).contains("Zoë asked for it");
        assertThat(texts.write("Zoë asked for it").hash()).isNotEqualTo(commitment.hash());
        assertThat(texts.erase(commitment.hash())).isTrue();
        assertThat(texts.find(commitment.hash())).isEmpty();
        assertThat(texts.erase(commitment.hash())).isFalse();
    }
}
