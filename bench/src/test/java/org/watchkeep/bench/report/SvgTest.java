// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Drawings keep to their paper. */
class SvgTest {
    private static final Pattern VALUE = Pattern.compile("<text x=\"([0-9.]+)\" y=\"\\d+\" class=\"value\">([^<]*)<");
    private static final Pattern PAPER = Pattern.compile("viewBox=\"0 0 (\\d+) ");

    @Test
    void bars_longestBarWithTheLongestValue_isNotCutOff() {
        String shown = "1.39 + 0.55 ✗ broke";
        String svg = Svg.bars(
                "processors",
                List.of(new Svg.Row("1,500 cameras", List.of(new Svg.Part(2, Svg.Tone.BAD)), shown)),
                Optional.empty());
        Matcher paper = PAPER.matcher(svg);
        assertThat(paper.find()).isTrue();
        Matcher value = VALUE.matcher(svg);
        assertThat(value.find()).isTrue();
        assertThat(value.group(2)).isEqualTo(shown);
        // A digit of the page is some seven pixels wide.
        assertThat(Double.parseDouble(value.group(1)) + shown.length() * 7.0)
                .isLessThan(Double.parseDouble(paper.group(1)));
    }
}
