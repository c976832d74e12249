// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.bench.fleet.Arrival;
import org.watchkeep.bench.fleet.FleetPlan;
import org.watchkeep.profiles.yaml.YamlFaultException;
import org.watchkeep.recorder.rtsp.MediaTransport;

/** The workloads that ship are whole, and a faulty one is refused with its line. */
class WorkloadsTest {
    private static final String GOOD = """
        id: mine
        about: My street
        groups:
          - cameras: 3
            codec: h264
            main: {bitrate: 4M, fps: 25, gop: 50}
        """;

    @TempDir
    private Path folder;

    @Test
    void builtIn_each_isWholeAndOffersWhatItSays() {
        Workloads workloads = Workloads.builtIn();
        assertThat(workloads.all()).hasSizeGreaterThanOrEqualTo(12);
        assertOffers(workloads, "town-centre-195-h264", 195, 917e6);
        assertOffers(workloads, "town-centre-195-h265", 195, 390e6);
        assertOffers(workloads, "mixed-fleet-195", 195, 1_110e6);
        assertOffers(workloads, "smart-codec", 50, 300e6);
        assertOffers(workloads, "nvr-32", 28, 196e6);
        assertOffers(workloads, "storm", 195, 780e6);
        assertOffers(workloads, "loss", 20, 80e6);
        assertThat(workloads.find("storm").orElseThrow().awaySeconds()).isPositive();
        assertThat(workloads.find("loss").orElseThrow().groups())
                .allMatch(group ->
                        group.transport() == MediaTransport.UDP && group.wire().lost() > 0);
    }

    private static void assertOffers(Workloads workloads, String id, int cameras, double bits) {
        Workload workload = workloads.find(id).orElseThrow();
        assertThat(workload.cameras()).as(id).isEqualTo(cameras);
        FleetPlan plan = new FleetPlan(Arrival.BURST, workload.groups());
        assertThat((double) plan.peakBitsPerSecond()).as(id).isCloseTo(bits, Percentage.withPercentage(1));
    }

    @Test
    void builtIn_whatCannotBeRunYet_saysWhy() {
        assertThat(Workloads.builtIn().find("retention-turnover").orElseThrow().refused())
                .hasValueSatisfying(why -> assertThat(why).contains("holds"));
    }

    @Test
    void ofFile_good_isRead() throws Exception {
        Path file = folder.resolve("mine.yaml");
        Files.writeString(file, GOOD);
        assertThat(Workloads.ofFile(file).cameras()).isEqualTo(3);
    }

    @Test
    void ofFile_faults_areAllNamedWithFileAndLine() throws Exception {
        Path file = folder.resolve("mine.yaml");
        Files.writeString(
                file, GOOD.replace("codec: h264", "codec: av1").replace("fps: 25", "fps: 0") + "colour: red\n");
        assertThatThrownBy(() -> Workloads.ofFile(file)).isInstanceOfSatisfying(YamlFaultException.class, e -> {
            assertThat(e).hasMessageContaining("mine.yaml:");
            assertThat(e.faults()).extracting(YamlFaultException.Fault::line).contains(5, 6, 7);
        });
    }

    @Test
    void ofFile_lossOverTcp_isRefused() throws Exception {
        Path file = folder.resolve("mine.yaml");
        Files.writeString(file, GOOD + "    wire: {lost: 0.01}\n");
        assertThatThrownBy(() -> Workloads.ofFile(file)).hasMessageContaining("needs UDP");
    }

    @Property(tries = 300)
    void read_damagedText_isReadOrRefusedByOurException(
            @ForAll @IntRange(min = 0, max = 400) int at,
            @ForAll @IntRange(min = 0, max = 60) int cut,
            @ForAll byte instead) {
        byte[] good = GOOD.getBytes(StandardCharsets.UTF_8);
        int from = Math.min(at, good.length - 1);
        int length = Math.min(cut, good.length - from);
        byte[] damaged = new byte[good.length - length + 1];
        System.arraycopy(good, 0, damaged, 0, from);
        damaged[from] = instead;
        System.arraycopy(good, from + length, damaged, from + 1, good.length - from - length);
        try {
            assertThat(WorkloadReader.read("damaged", damaged).cameras()).isPositive();
        } catch (YamlFaultException e) {
            assertThat(e.faults()).isNotEmpty();
        }
    }
}
