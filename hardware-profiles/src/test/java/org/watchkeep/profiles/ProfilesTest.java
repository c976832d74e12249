// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.watchkeep.profiles.yaml.YamlFaultException;
import org.watchkeep.profiles.yaml.YamlFaultException.Fault;

/** The profiles that come with Watchkeep, and what the loader makes of bad ones. */
class ProfilesTest {
    private static final Path RESOURCES = Path.of("src/main/resources/org/watchkeep/profiles");

    static String text(String name) throws IOException {
        return Files.readString(RESOURCES.resolve(name));
    }

    private static List<Fault> cameraFaults(String yaml) {
        try {
            ProfileReader.camera("x.yaml", yaml.getBytes(StandardCharsets.UTF_8));
            return List.of();
        } catch (YamlFaultException e) {
            assertThat(e.getMessage()).startsWith("x.yaml");
            return e.faults();
        }
    }

    @Test
    void builtIn_files_areAllInTheIndexUnderTheirNames() throws IOException {
        Profiles profiles = Profiles.builtIn();
        try (Stream<Path> files = Files.list(RESOURCES.resolve("cameras"))) {
            assertThat(files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".yaml")))
                    .containsExactlyInAnyOrderElementsOf(profiles.cameras().stream()
                            .map(p -> p.id() + ".yaml")
                            .toList());
        }
        try (Stream<Path> files = Files.list(RESOURCES.resolve("recorders"))) {
            assertThat(files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".yaml")))
                    .containsExactlyInAnyOrderElementsOf(profiles.recorders().stream()
                            .map(p -> p.id() + ".yaml")
                            .toList());
        }
    }

    @Test
    void builtIn_genericAndTenMakers_areThere() {
        assertThat(Profiles.builtIn().cameras())
                .extracting(CameraProfile::id)
                .startsWith("generic-onvif")
                .contains(
                        "axis",
                        "hikvision",
                        "dahua",
                        "hanwha",
                        "bosch",
                        "avigilon",
                        "pelco",
                        "sony",
                        "i-pro",
                        "uniview");
    }

    @Test
    void builtIn_recorders_risesInCapacity() {
        assertThat(Profiles.builtIn().recorders().stream()
                        .map(p -> p.disks().value().usableTerabytes())
                        .toList())
                .hasSize(5)
                .isSorted();
    }

    @Test
    void address_ofEachFamily_isWholeAndHoldsNoPassword() {
        for (CameraProfile profile : Profiles.builtIn().cameras()) {
            profile.addresses().ifPresent(stated -> {
                CameraProfile.Addresses addresses = stated.value();
                Stream.concat(Stream.of(addresses.main()), addresses.sub().stream())
                        .forEach(template -> {
                            String url = profile.address(
                                    template,
                                    "192.0.2.7",
                                    OptionalInt.empty(),
                                    OptionalInt.empty(),
                                    Optional.of("rec"));
                            assertThat(url).startsWith("rtsp://192.0.2.7/").doesNotContain("{", "}");
                            assertThat(url.toLowerCase(Locale.ROOT)).doesNotContain("pass", "pwd");
                        });
            });
        }
    }

    @Test
    void address_hikvisionChannel3_isItsStream301() {
        CameraProfile hikvision = Profiles.builtIn().camera("hikvision").orElseThrow();
        UrlTemplate main = hikvision.addresses().orElseThrow().value().main();
        assertThat(hikvision.address(main, "2001:db8::7", OptionalInt.of(10554), OptionalInt.of(3), Optional.empty()))
                .isEqualTo("rtsp://[2001:db8::7]:10554/Streaming/Channels/301");
    }

    @Test
    void template_withUser_isFilledPercentEncoded() {
        UrlTemplate template = new UrlTemplate("rtsp://{host}/live?user={user}");
        assertThat(template.fill("cam", 554, 1, Optional.of("a b@c"))).isEqualTo("rtsp://cam/live?user=a%20b%40c");
        assertThatThrownBy(() -> template.fill("cam", 554, 1, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no user");
    }

    @Test
    void read_placeForAPassword_isRefusedWithItsLine() throws IOException {
        String bad = text("cameras/pelco.yaml").replace("rtsp://{host}/stream1", "rtsp://{host}/s?p={password}");
        assertThat(cameraFaults(bad)).singleElement().satisfies(fault -> {
            assertThat(fault.line())
                    .isEqualTo(1
                            + (int) bad.substring(0, bad.indexOf("{password}"))
                                    .lines()
                                    .count()
                            - 1);
            assertThat(fault.text()).startsWith("addresses.main: ").contains("never a password");
        });
        assertThat(cameraFaults(text("cameras/pelco.yaml").replace("/stream1", "/s?pwd=x")))
                .hasSize(1);
    }

    @Test
    void read_statementWithoutSource_isRefused() throws IOException {
        String bad = text("cameras/pelco.yaml").replaceFirst("(?s)(transports:.*?)  source: [^\n]*\n", "$1");
        assertThat(cameraFaults(bad)).extracting(Fault::text).containsExactly("transports.source: missing");
    }

    @Test
    void read_severalFaults_areAllSaid() throws IOException {
        String bad = text("cameras/axis.yaml")
                .replace("preferred: tcp", "preferred: pigeon")
                .replace("method: OPTIONS", "method: PING")
                .replace("confidence: high", "confidence: certain")
                .replace("vendor:", "vender:");
        assertThat(cameraFaults(bad))
                .extracting(Fault::text)
                .anyMatch(t -> t.startsWith("vender: not known here"))
                .contains("vendor: missing")
                .anyMatch(t -> t.startsWith("transports.preferred: pigeon"))
                .anyMatch(t -> t.startsWith("keepalive.method: PING"))
                .anyMatch(t -> t.contains("certain"));
    }

    @Test
    void read_arraysOfUnequalSize_areRefused() throws IOException {
        String bad = text("recorders/town-24x20-2xr6.yaml").replace("groups: 2", "groups: 5");
        assertThatThrownBy(() -> ProfileReader.recorder("r.yaml", bad.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(YamlFaultException.class)
                .hasMessageContaining("r.yaml:")
                .hasMessageContaining("equal arrays");
    }
}
