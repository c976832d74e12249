// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;

class TimeTextTest {
    private static final Instant NOW = Instant.parse("2026-11-22T06:48:00Z");

    private static Refusal refused(String text) {
        return catchThrowableOfType(Refusal.class, () -> TimeText.parse("--from", text, NOW));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-22T06:48:00Z,2026-11-22T06:48:00Z",
        "2026-11-22t06:48:00.25z,2026-11-22T06:48:00.250Z",
        "2026-07-01 10:00:00+01:00,2026-07-01T09:00:00Z",
        "2026-07-01T10:00+01:00,2026-07-01T09:00:00Z",
        "now,2026-11-22T06:48:00Z",
        "-30s,2026-11-22T06:47:30Z",
        "-1.5h,2026-11-22T05:18:00Z",
        "-1d,2026-11-21T06:48:00Z"
    })
    void parse_goodTime_isAnInstant(String text, Instant instant) throws Refusal {
        assertThat(TimeText.parse("--from", text, NOW)).isEqualTo(instant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "2026-11-22",
                "06:48",
                "2026-13-01T00:00:00Z",
                "2026-02-30T00:00:00Z",
                "-30",
                "+30s",
                "2026-11-22T06:48:00+25:00",
                "2026-11-22T25:00:00Z",
                "--from"
            })
    void parse_badTime_isBadInput(String text) {
        assertThat(refused(text).exit()).isEqualTo(Refusal.BAD_INPUT);
    }

    @Test
    void parse_noZoneInSummer_showsBothReadings() {
        Refusal refusal = refused("2026-07-01T10:00:00");
        assertThat(refusal.exit()).isEqualTo(Refusal.BAD_INPUT);
        assertThat(refusal.code()).isEqualTo("no-zone");
        assertThat(refusal).hasMessageContaining("2026-07-01T10:00:00+01:00 in Europe/London");
        assertThat(refusal).hasMessageContaining("2026-07-01T10:00:00Z in UTC");
    }

    /** The clocks go back on 25 October 2026 at 02:00 BST: 01:30 comes twice. */
    @Test
    void parse_noZoneInTheHourThatComesTwice_showsBothOfIt() {
        assertThat(refused("2026-10-25T01:30:00"))
                .hasMessageContaining("2026-10-25T01:30:00+01:00 or 2026-10-25T01:30:00Z in Europe/London")
                .hasMessageContaining("comes twice");
    }

    /** The clocks go forward on 29 March 2026 at 01:00 GMT: 01:30 is skipped. */
    @Test
    void parse_noZoneInTheHourThatIsSkipped_saysSo() {
        assertThat(refused("2026-03-29T01:30:00"))
                .hasMessageContaining("does not exist in Europe/London")
                .hasMessageContaining("2026-03-29T01:30:00Z in UTC");
    }

    @Test
    void parse_bothReadingsOfTheHourThatComesTwice_areAnHourApart() throws Refusal {
        Instant first = TimeText.parse("--from", "2026-10-25T01:30:00+01:00", NOW);
        Instant second = TimeText.parse("--from", "2026-10-25T01:30:00+00:00", NOW);
        assertThat(Duration.between(first, second)).isEqualTo(Duration.ofHours(1));
    }

    @Property
    void instant_printed_parsesBackToTheMicrosecond(
            @ForAll @LongRange(min = 0, max = 4_102_444_800_000_000L) long micros) throws Refusal {
        Instant instant = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
        String text = Documents.instant(instant.plusNanos(999));
        assertThat(text).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
        assertThat(TimeText.parse("--from", text, NOW)).isEqualTo(instant);
    }

    @Property
    void parse_anything_isInstantOrRefusal(@ForAll String text) {
        try {
            TimeText.parse("--from", text, NOW);
        } catch (Refusal e) {
            assertThat(e.exit()).isEqualTo(Refusal.BAD_INPUT);
        }
    }

    @Test
    void length_units_areUnderstood() throws Refusal {
        assertThat(TimeText.length("--for", "30s")).isEqualTo(Duration.ofSeconds(30));
        assertThat(TimeText.length("--for", "1.5m")).isEqualTo(Duration.ofSeconds(90));
        assertThat(TimeText.length("--for", "250ms")).isEqualTo(Duration.ofMillis(250));
        assertThat(catchThrowableOfType(Refusal.class, () -> TimeText.length("--for", "30")))
                .isNotNull();
        assertThat(catchThrowableOfType(Refusal.class, () -> TimeText.length("--for", "-30s")))
                .isNotNull();
    }
}
