// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.bench.compare.CompareTrial.Load;
import org.watchkeep.bench.compare.Outcome.Measured;
import org.watchkeep.bench.fleet.Arrival;
import org.watchkeep.bench.fleet.FleetPlan;
import org.watchkeep.bench.fleet.StreamPattern;

/** Short comparisons with real processes: costs are told, and losses are those of the last seconds. */
@Tag("campaign")
@Tag("alone")
class CompareIT {
    private static final Duration WARM_UP = Duration.ofSeconds(1);
    private static final Duration MEASURED = Duration.ofSeconds(6);

    @TempDir
    private Path folder;

    private static Load load() {
        Optional<Path> ffprobe = Programs.onPath("ffprobe", Programs.pathOfThisProcess());
        assumeTrue(ffprobe.isPresent(), "no ffprobe on the PATH");
        FleetPlan plan = FleetPlan.of(2, new StreamPattern(1_000_000, 25, 25), Arrival.BURST);
        return new Load(plan, WARM_UP, MEASURED, ffprobe);
    }

    private Measured run(Contender contender) throws Exception {
        Outcome outcome = new CompareTrial(load(), System::nanoTime, System.out::println)
                .run(contender, Files.createDirectories(folder.resolve(contender.name())));
        assertThat(outcome.reason()).isEmpty();
        Measured measured = outcome.measured().orElseThrow();
        assertThat(measured.cpuSecondsPerGb()).isPositive();
        assertThat(measured.pssMb()).isPositive().isLessThanOrEqualTo(measured.rssMb());
        assertThat(measured.lost()).hasSize(2);
        return measured;
    }

    @Test
    void run_thisRecorder_losesAtMostWhatWasUnderWay() throws Exception {
        Measured measured = run(new WatchkeepContender(256L << 20));
        assertThat(measured.processes()).isEqualTo(1);
        // Rule 2: at most 2 s; twice that on a machine that has other work.
        assertThat(measured.lost())
                .allMatch(lost -> lost.seconds() <= 4, "at most 2 s, and as much for a busy machine");
    }

    @Test
    void run_ffmpeg_losesTheOpenFile() throws Exception {
        Optional<Path> ffmpeg = Programs.onPath("ffmpeg", Programs.pathOfThisProcess());
        assumeTrue(ffmpeg.isPresent(), "no ffmpeg on the PATH");
        Measured measured = run(new FfmpegContender(ffmpeg, new FfmpegContender.Segments("mp4", 3_600)));
        assertThat(measured.processes()).isEqualTo(2);
        assertThat(measured.lost())
                .allMatch(lost -> lost.seconds() >= 6 && lost.bytes() > 500_000, "an open file is lost");
    }

    @Test
    void run_ffmpegWithTransportStreams_losesLittle() throws Exception {
        Optional<Path> ffmpeg = Programs.onPath("ffmpeg", Programs.pathOfThisProcess());
        assumeTrue(ffmpeg.isPresent(), "no ffmpeg on the PATH");
        Measured measured = run(new FfmpegContender(ffmpeg, new FfmpegContender.Segments("mpegts", 2)));
        assertThat(measured.lost()).allMatch(lost -> lost.seconds() < 6, "what was read before stays");
    }

    @Test
    void run_programThatEndsByItself_isSaidWithItsWords() throws Exception {
        Path fake = folder.resolve("ffmpeg");
        Files.writeString(fake, "#!/bin/sh\necho no such codec\nexit 7\n");
        assertThat(fake.toFile().setExecutable(true)).isTrue();
        Contender contender = new FfmpegContender(Optional.of(fake), new FfmpegContender.Segments("mp4", 10));
        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                        () -> new CompareTrial(load(), System::nanoTime, line -> {}).run(contender, folder)))
                .hasMessageContaining("no such codec")
                .hasMessageContaining("7");
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive))
                .as("processes left behind")
                .isEmpty();
        assertThat(List.of(contender.name())).containsExactly("ffmpeg");
    }
}
