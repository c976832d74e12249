// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.watchkeep.retention.audit.TrailReport;
import org.watchkeep.retention.audit.TrailVerifier;
import org.watchkeep.retention.disk.RealDisk;

/** Data folders that older programs wrote open, and give back what was put into them; those of newer ones are refused. */
class GoldenStoreTest {
    private static final String NEWEST = "/golden/store-1.zip";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = NEWEST)
    void ofEachLayout_everyFragmentIsFound_andEveryGapAndHold_andTheTrailVerifies(String resource) throws IOException {
        GoldenStore golden = GoldenStore.unpack(resource, folder);
        List<String> facts = golden.facts();
        assertThat(facts).filteredOn(fact -> fact.startsWith("fragment")).hasSizeGreaterThan(8);
        assertThat(facts).filteredOn(fact -> fact.contains(" erased ")).isNotEmpty();
        assertThat(facts).filteredOn(fact -> fact.startsWith("hold")).hasSize(3);
        try (GoldenStore.Opened opened = golden.open()) {
            assertThat(opened.facts()).containsAll(facts);
            assertThat(opened.held.alarms).isEmpty();
            assertThat(opened.held.store.check(true, Optional.empty()).findings())
                    .isEmpty();
        }
        TrailReport report = new TrailVerifier(new RealDisk(), golden.trailFolder(), Optional.empty()).run();
        assertThat(report.isGood()).as("%s", report).isTrue();
        try (GoldenStore.Opened again = golden.open()) {
            assertThat(again.facts()).as("opened once more").containsAll(facts);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1/volume.json", "trail/journal"})
    void ofANewerProgram_isRefused_namingBothVersions_andNothingIsWritten(String file) throws IOException {
        GoldenStore golden = GoldenStore.unpack(NEWEST, folder);
        Path newer = file.endsWith("journal") ? journal(golden) : golden.data().resolve(file);
        String text = Files.readString(newer, StandardCharsets.ISO_8859_1);
        String raised = text.replaceFirst("\"format\" : 1", "\"format\" : 9")
                .replaceFirst("watchkeep-trail-journal 1 ", "watchkeep-trail-journal 9 ");
        assertThat(raised).isNotEqualTo(text);
        Files.writeString(newer, raised, StandardCharsets.ISO_8859_1);
        byte[] reel = Files.readAllBytes(golden.data().resolve("v1/reels/reel-00000.wk"));
        assertThatThrownBy(() -> golden.open().close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("9")
                .hasMessageContaining("1");
        assertThat(Files.readString(newer, StandardCharsets.ISO_8859_1)).isEqualTo(raised);
        assertThat(Files.readAllBytes(golden.data().resolve("v1/reels/reel-00000.wk")))
                .isEqualTo(reel);
    }

    private static Path journal(GoldenStore golden) throws IOException {
        try (Stream<Path> files = Files.list(golden.trailFolder().resolve("journal"))) {
            return files.findFirst().orElseThrow();
        }
    }

    /** {@code mvn -pl retention test -Dtest=GoldenStoreTest -Dgolden.make=store-2.zip}: when the layout has changed. */
    @Test
    @EnabledIfSystemProperty(named = "golden.make", matches = ".+")
    void make() throws IOException {
        Path zip = Path.of(System.getProperty("watchkeep.root"), "retention/src/test/resources/golden")
                .resolve(System.getProperty("golden.make"));
        GoldenStore.make(folder, zip);
        assertThat(Files.size(zip)).isLessThan(400_000);
    }
}
