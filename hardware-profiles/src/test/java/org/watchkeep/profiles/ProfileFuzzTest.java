// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.watchkeep.profiles.yaml.YamlFaultException;

/** Whatever stands in the file, reading it gives a profile or a fault that names the file; nothing else is thrown. */
class ProfileFuzzTest {
    private static void check(byte[] bytes) {
        try {
            assertThat(ProfileReader.camera("c.yaml", bytes).id()).isNotEmpty();
        } catch (YamlFaultException e) {
            assertThat(e.faults()).isNotEmpty().hasSizeLessThanOrEqualTo(100);
            assertThat(e.getMessage()).startsWith("c.yaml").hasSizeLessThan(1_000);
        }
        try {
            RecorderProfile recorder = ProfileReader.recorder("r.yaml", bytes);
            assertThat(RecorderLimits.of(recorder).maxIngest().available()).isPositive();
        } catch (YamlFaultException e) {
            assertThat(e.faults()).isNotEmpty();
            assertThat(e.getMessage()).startsWith("r.yaml");
        }
    }

    private static byte[] good(Random random) throws IOException {
        String name = random.nextBoolean() ? "cameras/hikvision.yaml" : "recorders/mid-8x16-r6.yaml";
        return ProfilesTest.text(name).getBytes(StandardCharsets.UTF_8);
    }

    @Property(tries = 300)
    void read_bytesFlipped_givesProfileOrFault(@ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int flips)
            throws IOException {
        Random random = new Random(seed);
        byte[] bytes = good(random);
        for (int i = 0; i < flips; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
        }
        check(bytes);
    }

    @Property(tries = 200)
    void read_linesReorderedDroppedDoubled_givesProfileOrFault(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        String text = new String(good(random), StandardCharsets.UTF_8);
        List<String> lines = new java.util.ArrayList<>(Arrays.asList(text.split("\n", -1)));
        lines.remove(random.nextInt(lines.size()));
        lines.add(random.nextInt(lines.size()), lines.get(random.nextInt(lines.size())));
        Collections.swap(lines, random.nextInt(lines.size()), random.nextInt(lines.size()));
        check(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    @Property(tries = 200)
    void read_cut_givesProfileOrFault(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        byte[] bytes = good(random);
        check(Arrays.copyOf(bytes, random.nextInt(bytes.length)));
    }

    @Property(tries = 300)
    void read_nonsense_givesFault(@ForAll @Size(max = 400) byte[] bytes) {
        check(bytes);
    }
}
