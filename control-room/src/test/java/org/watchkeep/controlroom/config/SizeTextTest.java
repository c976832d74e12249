// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizeTextTest {
    @ParameterizedTest
    @CsvSource({
        "0,0",
        "4096,4096",
        "64M,64000000",
        "10G,10000000000",
        "1.5T,1500000000000",
        "64MiB,67108864",
        "1GB,1000000000",
        "500 G,500000000000",
        "0.5KiB,512"
    })
    void parse_goodSize_isBytes(String text, long bytes) {
        assertThat(SizeText.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "G", "-1G", "1g", "1.5", "10iB", "1e9", "9999999999T", "1,5G", "10 GG", "1.2345678G"})
    void parse_badSize_isRefused(String text) {
        assertThatThrownBy(() -> SizeText.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }

    @Property
    void parse_anything_throwsNothingElse(@ForAll String text) {
        try {
            assertThat(SizeText.parse(text)).isNotNegative();
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageStartingWith("size: ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0,0 B",
        "999,999 B",
        "1000,1.00 kB",
        "1340000000,1.34 GB",
        "999600,1.00 MB",
        "9223372036854775807,9.22 EB"
    })
    void format_bytes_areShort(long bytes, String text) {
        assertThat(SizeText.format(bytes)).isEqualTo(text);
    }
}
