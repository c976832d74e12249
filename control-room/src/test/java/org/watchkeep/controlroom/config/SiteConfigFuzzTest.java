// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever stands in the file, reading it gives a site or a {@link ConfigException} that names the file. */
class SiteConfigFuzzTest {
    private static final Path FILE = Path.of("/site/site.yaml");
    private static final byte[] EXAMPLE = SiteExample.text().getBytes(StandardCharsets.UTF_8);

    private static void check(byte[] bytes) {
        try {
            SiteConfig site = SiteConfigReader.read(FILE, bytes);
            assertThat(site.volumes()).isNotEmpty();
        } catch (ConfigException e) {
            assertThat(e.problems()).isNotEmpty().hasSizeLessThanOrEqualTo(100);
            assertThat(e.getMessage()).startsWith(FILE.toString()).hasSizeLessThan(1_000);
        }
    }

    @Property
    void read_bytesFlipped_givesSiteOrFault(@ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int flips) {
        Random random = new Random(seed);
        byte[] bytes = EXAMPLE.clone();
        for (int i = 0; i < flips; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
        }
        check(bytes);
    }

    @Property
    void read_cutAndDoubled_givesSiteOrFault(@ForAll long seed) {
        Random random = new Random(seed);
        int from = random.nextInt(EXAMPLE.length);
        int to = from + random.nextInt(EXAMPLE.length - from);
        byte[] bytes = new byte[EXAMPLE.length + to - from];
        System.arraycopy(EXAMPLE, 0, bytes, 0, to);
        System.arraycopy(EXAMPLE, from, bytes, to, EXAMPLE.length - from);
        check(random.nextBoolean() ? bytes : Arrays.copyOf(EXAMPLE, from));
    }

    @Property
    void read_linesReordered_givesSiteOrFault(@ForAll long seed) {
        Random random = new Random(seed);
        String[] lines = SiteExample.text().split("\n", -1);
        for (int i = 0; i < 4; i++) {
            int a = random.nextInt(lines.length);
            int b = random.nextInt(lines.length);
            String line = lines[a];
            lines[a] = lines[b];
            lines[b] = line;
        }
        check(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    @Property
    void read_nonsense_givesFault(@ForAll @Size(max = 400) byte[] bytes) {
        check(bytes);
    }

    @Property
    void read_nonsenseText_givesFault(@ForAll String text) {
        check(text.getBytes(StandardCharsets.UTF_8));
    }
}
