// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Programs of other people that the tests speak to; a test is skipped, and says so, where one is absent. */
public final class Peer {
    private static final int PICTURES = 250;
    private static final long LIMIT_SECONDS = 60;

    private Peer() {}

    /** What came of a program. */
    public record Result(int exit, String output) {}

    public static void assumeProgram(String name) {
        boolean there = Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
        Assumptions.assumeTrue(there, name + " is not installed: test skipped");
    }

    public static Result run(List<String> command) throws IOException, InterruptedException {
        Path log = Files.createTempFile("peer", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                return new Result(-1, "no end after " + LIMIT_SECONDS + " s: " + text(log));
            }
            return new Result(process.exitValue(), text(log));
        } finally {
            Files.deleteIfExists(log);
        }
    }

    private static String text(Path log) throws IOException {
        return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    }

    /** Ten seconds of H.264 test picture as an Annex B file, one slice a picture, a key picture among 25. */
    public static byte[] elementaryStream(Path folder) throws IOException, InterruptedException {
        return elementaryStream(folder, ElementaryStreamSource.USUAL_PICTURES_PER_SECOND);
    }

    /** As {@link #elementaryStream(Path)}; its parameter sets say how fast it is. */
    static byte[] elementaryStream(Path folder, int picturesPerSecond) throws IOException, InterruptedException {
        assumeProgram("ffmpeg");
        Path file = folder.resolve("test.h264");
        Result made = run(List.of(
                "ffmpeg",
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=640x360:rate=" + picturesPerSecond,
                "-frames:v",
                Integer.toString(PICTURES),
                "-c:v",
                "libx264",
                "-preset",
                "ultrafast",
                "-bf",
                "0",
                "-g",
                "25",
                "-x264-params",
                "slices=1:sliced-threads=0:aud=0:repeat-headers=1",
                "-f",
                "h264",
                file.toString()));
        Assumptions.assumeTrue(made.exit() == 0, "ffmpeg has no libx264: test skipped. " + made.output());
        return Files.readAllBytes(file);
    }
}
