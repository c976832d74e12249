// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** For how long somebody on this machine has waited for a processor, as Linux tells it (pressure stall information). */
final class CpuPressure {
    private static final Path FILE = Path.of("/proc/pressure/cpu");
    private static final Pattern SOME = Pattern.compile("some .*total=(\\d+)");

    private CpuPressure() {}

    /** Since the machine started; empty where the kernel does not count it. */
    static OptionalLong waitedMicros() {
        try {
            Matcher matcher = SOME.matcher(Files.readString(FILE));
            return matcher.find() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty(); // older kernels, and other systems
        }
    }
}
