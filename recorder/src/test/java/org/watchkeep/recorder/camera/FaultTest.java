// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultTest {
    private static final Duration TEN = Duration.ofSeconds(10);

    @Test
    void parse_everyKind_isRead() {
        assertThat(Fault.parse("drop@20s")).isEqualTo(new Fault.Drop(Duration.ofSeconds(20)));
        assertThat(Fault.parse("drop")).isEqualTo(new Fault.Drop(TEN));
        assertThat(Fault.parse("stall")).isEqualTo(new Fault.Stall(TEN, Fault.FOR_GOOD));
        assertThat(Fault.parse("stall:1500ms@2m"))
                .isEqualTo(new Fault.Stall(Duration.ofMinutes(2), Duration.ofMillis(1500)));
        assertThat(Fault.parse("reboot:2.5s@1s"))
                .isEqualTo(new Fault.Reboot(Duration.ofSeconds(1), Duration.ofMillis(2500)));
        assertThat(Fault.parse("lose=1%")).isEqualTo(new Fault.Lose(Duration.ZERO, 0.01, 1));
        assertThat(Fault.parse("lose:0.5%,seed=7@3s")).isEqualTo(new Fault.Lose(Duration.ofSeconds(3), 0.005, 7));
        assertThat(Fault.parse("jump=3600s")).isEqualTo(new Fault.Jump(TEN, Duration.ofHours(1)));
        assertThat(Fault.parse("jump:-30s@5s"))
                .isEqualTo(new Fault.Jump(Duration.ofSeconds(5), Duration.ofSeconds(-30)));
        assertThat(Fault.parse("garbage")).isEqualTo(new Fault.Garbage(TEN, 4096, 1));
        assertThat(Fault.parse("garbage:64,seed=2@0s")).isEqualTo(new Fault.Garbage(Duration.ZERO, 64, 2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "explode | one of drop, stall",
                "drop:5s | no argument for drop",
                "drop@5 | number with ms, s, m or h",
                "drop@-5s | not negative",
                "stall:x | how long",
                "stall:5s,seed=2 | no argument seed for stall",
                "lose | a share of packets",
                "lose:101% | a share of packets",
                "lose:1 | a share of packets",
                "lose:1%,seed=x | seed as a number",
                "lose:1%,2% | each argument once",
                "jump | by how much",
                "garbage:0 | 1 to",
                "garbage:9999999 | 1 to",
                "reboot:999999999h | at most a year",
                "DROP | name[:argument]",
                "'' | name[:argument]",
            })
    void parse_wrong_saysWhatCameAndWhatWasExpected(String text, String expected) {
        assertThatThrownBy(() -> Fault.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("fault: " + text)
                .hasMessageContaining(expected);
    }

    @Property(tries = 1_000)
    void parse_nonsense_isReadOrRefused(
            @ForAll @CharRange(from = ' ', to = '~') @StringLength(max = 30) String tail, @ForAll FaultName name) {
        try {
            assertThat(Fault.parse(name.name() + tail).at()).isNotNull();
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageStartingWith("fault: ");
        }
    }

    @SuppressWarnings("unused") // by the property above
    private enum FaultName {
        drop,
        stall,
        reboot,
        lose,
        jump,
        garbage
    }
}
