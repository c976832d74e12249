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

/** MediaMTX, one process, recording fragmented MP4 with its own default of parts of a second and files of an hour. */
final class MediaMtxContender implements Contender {
    private final Optional<Path> program;

    MediaMtxContender(Optional<Path> program) {
        this.program = program;
    }

    @Override
    public String name() {
        return "mediamtx";
    }

    @Override
    public String how() {
        return "one process, fragmented MP4 in parts of 1 s";
    }

    @Override
    public Optional<String> missing() {
        return program.isPresent() ? Optional.empty() : Optional.of("no mediamtx on the PATH");
    }

    @Override
    public Recording start(List<FleetCamera> cameras, Path folder) throws IOException {
        Path file = folder.resolve("mediamtx.yml");
        Files.writeString(file, configuration(cameras, folder));
        Programs programs = new Programs();
        programs.start(
                List.of(program.orElseThrow().toString(), file.toString()), folder, folder.resolve("mediamtx.log"));
        Map<Integer, Path> folders = new TreeMap<>();
        cameras.forEach(camera -> folders.put(camera.number(), folder.resolve(camera.id())));
        return new ProgramsRecording(programs, folders);
    }

    /** None of its servers: it only records. */
    static String configuration(List<FleetCamera> cameras, Path folder) {
        StringBuilder yaml = new StringBuilder("""
            logLevel: warn
            rtsp: false
            rtmp: false
            hls: false
            webrtc: false
            srt: false
            pathDefaults:
              rtspTransport: tcp
              record: true
              recordPath: %s/%%path/%%Y-%%m-%%d_%%H-%%M-%%S-%%f
              recordFormat: fmp4
              recordPartDuration: 1s
              recordSegmentDuration: 1h
              recordDeleteAfter: 0s
            paths:
            """.formatted(folder));
        cameras.forEach(camera -> yaml.append("  ")
                .append(camera.id())
                .append(":\n    source: ")
                .append(camera.url())
                .append("\n"));
        return yaml.toString();
    }
}
