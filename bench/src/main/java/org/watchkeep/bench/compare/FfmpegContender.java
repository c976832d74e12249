// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.watchkeep.bench.fleet.FleetCamera;

/**
 * {@code ffmpeg -c copy}, one process a camera, as most home and many small recorders do it underneath: segments of some
 * seconds, not hashed, not encrypted, left to the page cache.
 */
final class FfmpegContender implements Contender {
    static final String NAME = "ffmpeg";

    private final Optional<Path> program;
    private final Segments segments;

    /**
     * How footage is cut into files.
     *
     * @param format as the segment muxer names it: {@code mp4}, {@code mpegts}, {@code matroska}
     */
    record Segments(String format, int seconds) {
        /** Those whose files are known by their endings. */
        private static final Map<String, String> ENDINGS = Map.of("mp4", "mp4", "mpegts", "ts", "matroska", "mkv");

        Segments {
            if (!ENDINGS.containsKey(format)) {
                throw new IllegalArgumentException("ffmpeg format: " + format + " (expected: mp4, mpegts or matroska)");
            }
            if (seconds < 1 || seconds > 3_600) {
                throw new IllegalArgumentException("ffmpeg segment: " + seconds + " s (expected: 1 to 3600)");
            }
        }

        String ending() {
            return ENDINGS.getOrDefault(format, format);
        }
    }

    FfmpegContender(Optional<Path> program, Segments segments) {
        this.program = program;
        this.segments = segments;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String how() {
        return "one process a camera, -c copy, segments of " + segments.seconds() + " s as " + segments.format();
    }

    @Override
    public Optional<String> missing() {
        return program.isPresent() ? Optional.empty() : Optional.of("no ffmpeg on the PATH");
    }

    @Override
    public Recording start(List<FleetCamera> cameras, Path folder) throws IOException {
        Programs programs = new Programs();
        Map<Integer, Path> folders = new TreeMap<>();
        for (FleetCamera camera : cameras) {
            Path own = Files.createDirectories(folder.resolve(camera.id()));
            folders.put(camera.number(), own);
            programs.start(command(camera.url()), own, folder.resolve(camera.id() + ".log"));
        }
        return new ProgramsRecording(programs, folders);
    }

    List<String> command(String url) {
        return List.of(
                program.orElseThrow().toString(),
                "-nostdin",
                "-hide_banner",
                "-loglevel",
                "error",
                "-rtsp_transport",
                "tcp",
                "-i",
                url,
                "-map",
                "0:v",
                "-c",
                "copy",
                "-f",
                "segment",
                "-segment_time",
                Integer.toString(segments.seconds()),
                "-segment_format",
                segments.format(),
                "-reset_timestamps",
                "1",
                "%06d." + segments.ending());
    }
}
