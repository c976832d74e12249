// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HoldTrialIT {
    @TempDir
    private Path folder;

    @Test
    void smallSite_whatIsHeldStays_allElseGoesAtItsLimit() throws IOException {
        HoldTrial.Size size = new HoldTrial.Size(6, 2, 1, 2, 100_000);
        ObjectNode document = new ObjectMapper().createObjectNode();
        boolean isRight = new HoldTrial(size, folder, System::nanoTime, System.out::println).run(document);
        String said = document.toString();
        assertThat(isRight).as(said).isTrue();
        assertThat(document.get("segments").asLong()).as(said).isEqualTo(6 * 9 * 80);
        assertThat(document.get("erasedEpochs").asInt())
                .as(said)
                .isEqualTo(document.get("epochs").asInt());
        assertThat(document.get("listedBefore").asLong()).as(said).isGreaterThan(6 * 9 * 3_400L);
        // One of the two holds is left, of an hour on two cameras; what lies around it within the bounds of a GOP stays
        // with it.
        assertThat(document.get("listedAfter").asLong()).as(said).isBetween(2 * 3_400L, 2 * 3_800L);
        assertThat(document.get("holdP99Ms").asDouble()).as(said).isPositive();
        assertThat(document.get("eraseEpochMaxMs").asDouble()).as(said).isPositive();
    }
}
