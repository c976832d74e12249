// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.watchkeep.controlroom.control.Refusal;

/** What people and scripts see of the profiles. */
class ProfileCommandsTest {
    private final TestShell test = new TestShell();

    private JsonNode json() throws IOException {
        assertThat(test.out().lines()).hasSize(1);
        return new ObjectMapper().readTree(test.out());
    }

    @Test
    void list_everyOne_canBeShown() throws IOException {
        assertThat(test.run("profile", "ls", "--json")).isEqualTo(Refusal.GOOD);
        JsonNode list = json();
        assertThat(list.path("schema").asText()).isEqualTo("watchkeep/profile-ls/1");
        assertThat(list.path("cameras")).hasSizeGreaterThanOrEqualTo(11);
        for (String kind : new String[] {"cameras", "recorders"}) {
            for (JsonNode one : list.path(kind)) {
                TestShell plain = new TestShell();
                assertThat(plain.run("profile", "show", one.path("id").asText()))
                        .isEqualTo(Refusal.GOOD);
                assertThat(plain.out()).contains("id: " + one.path("id").asText(), "source: ", "confidence: ");
            }
        }
    }

    @Test
    void show_camera_saysOfEachStatementWhoSaysSo() throws IOException {
        assertThat(test.run("profile", "show", "hikvision", "--json")).isEqualTo(Refusal.GOOD);
        JsonNode profile = json();
        assertThat(profile.path("addresses").path("main").asText())
                .isEqualTo("rtsp://{host}/Streaming/Channels/{channel}01");
        for (String statement :
                new String[] {"addresses", "transports", "keepalive", "session", "codecs", "auth", "ports"}) {
            assertThat(profile.path(statement).path("source").asText())
                    .as(statement)
                    .isNotBlank();
            assertThat(profile.path(statement).path("confidence").asText())
                    .as(statement)
                    .isIn("high", "medium", "low");
        }
        assertThat(profile.path("quirks")).isNotEmpty();
    }

    @Test
    void show_familyWithoutAddress_saysWhy() throws IOException {
        assertThat(test.run("profile", "show", "redvision", "--json")).isEqualTo(Refusal.GOOD);
        assertThat(json().path("addresses").isNull()).isTrue();
        assertThat(json().path("addressesReason").asText()).isNotBlank();
    }

    @Test
    void show_unknown_isExitTwo() throws IOException {
        assertThat(test.run("profile", "show", "acme", "--json")).isEqualTo(Refusal.BAD_INPUT);
        assertThat(json().path("error").path("code").asText()).isEqualTo("profile-unknown");
    }

    @Test
    void plan_theTown_namesTheMachineAndWhy() throws IOException {
        String line = "profile plan --cameras 195 --bitrate 4M --days 31 --json";
        assertThat(test.run(line.split(" "))).isEqualTo(Refusal.GOOD);
        JsonNode plan = json();
        assertThat(plan.path("schema").asText()).isEqualTo("watchkeep/profile-plan/1");
        assertThat(plan.path("carriedBy").asText()).isEqualTo("town-24x20-2xr6");
        assertThat(plan.path("why").asText()).contains("capacity").contains("fails");
        assertThat(plan.path("ingestMBps").asDouble()).isEqualTo(97.5);
        assertThat(plan.path("recorders")).hasSize(5);
        for (JsonNode recorder : plan.path("recorders")) {
            boolean enough = true;
            for (JsonNode factor : recorder.path("factors")) {
                enough &= factor.path("enough").asBoolean();
            }
            assertThat(recorder.path("carries").asBoolean()).isEqualTo(enough);
            assertThat(recorder.path("headroomPercent").asInt() >= 0).isEqualTo(enough);
        }
        assertThat(plan.path("figures"))
                .isNotEmpty()
                .allSatisfy(figure -> assertThat(figure.path("basis").asText()).isIn("measured", "assumed"));
    }

    @Test
    void plan_nobodyCarries_isExitOneAndSaysWhatWouldBeNeeded() {
        assertThat(test.run("profile plan --cameras 3000 --bitrate 8M".split(" ")))
                .isEqualTo(Refusal.FOUND);
        assertThat(test.out()).contains("No known recorder carries it alone", "of them would", "data disks");
    }

    @Test
    void plan_subStreams_countAsStreamsOfTheirOwn() throws IOException {
        String line = "profile plan --cameras 10 --bitrate 4M --sub-bitrate 500K --json";
        assertThat(test.run(line.split(" "))).isEqualTo(Refusal.GOOD);
        assertThat(json().path("streams").asInt()).isEqualTo(20);
        assertThat(json().path("bitrate").asLong()).isEqualTo(4_500_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--cameras 0 --bitrate 4M",
                "--cameras 10 --bitrate 4MB",
                "--cameras 10 --bitrate fast",
                "--cameras 10 --bitrate 4.5",
                "--cameras 10 --bitrate 900G",
                "--cameras 10 --bitrate 4M --days 0",
                "--cameras 99999999 --bitrate 4M",
            })
    void plan_impossible_isExitTwoAndSaysHow(String options) throws IOException {
        assertThat(test.run(("profile plan --json " + options).split(" "))).isEqualTo(Refusal.BAD_INPUT);
        assertThat(json().path("error").path("code").asText()).isEqualTo("bad-plan");
        assertThat(json().path("error").path("next").asText()).contains("--bitrate 4M");
    }

    @ParameterizedTest
    @CsvSource({"4M,4000000", "4.5m,4500000", "700K,700000", "1G,1000000000", "123456,123456", "0.001K,1"})
    void rate_asPeopleWriteIt_isBitsPerSecond(String text, long bits) {
        assertThat(ProfilePlanCommand.rate("--bitrate", text)).isEqualTo(bits);
    }

    @Property(tries = 200)
    void rate_nonsense_isRefusedOrBounded(@ForAll String text) {
        try {
            assertThat(ProfilePlanCommand.rate("--bitrate", text)).isNotNegative();
        } catch (IllegalArgumentException e) {
            assertThatThrownBy(() -> ProfilePlanCommand.rate("--bitrate", text)).hasMessageContaining("expected");
        }
    }
}
