// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.watchkeep.controlroom.control.Refusal;

/** What {@code simulate} says of the cameras it serves. */
@Timeout(60)
class SimulateIT {
    /** Its document; it is stopped then. */
    private static JsonNode said(String login, boolean isTls) throws Exception {
        TestShell serving = new TestShell();
        List<String> options = new ArrayList<>(List.of("simulate", "--port", "0", "--json", "--login", login));
        if (isTls) {
            options.add("--tls");
        }
        CompletableFuture<Integer> ended =
                CompletableFuture.supplyAsync(() -> serving.run(options.toArray(String[]::new)));
        try {
            while (!serving.out().endsWith("}\n")) {
                assertThat(ended).as(serving.err()).isNotDone();
                Thread.onSpinWait();
            }
            return new ObjectMapper().readTree(serving.out());
        } finally {
            serving.stop.request();
            assertThat(ended.get(30, TimeUnit.SECONDS)).isEqualTo(Refusal.GOOD);
        }
    }

    @Test
    void simulate_insideTls_namesTheCertificateToPin() throws Exception {
        JsonNode said = said("none", true);
        assertThat(said.path("certificateSha256").asText()).matches("[0-9a-f]{64}");
        assertThat(said.path("cameras").get(0).path("url").asText()).startsWith("rtsps://127.0.0.1:");
    }

    @Test
    void simulate_inClear_namesNoCertificate() throws Exception {
        JsonNode said = said("digest-sha256", false);
        assertThat(said.has("certificateSha256")).isFalse();
        assertThat(said.path("cameras").get(0).path("url").asText()).startsWith("rtsp://127.0.0.1:");
    }
}
