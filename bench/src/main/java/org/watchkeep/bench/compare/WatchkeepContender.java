// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.watchkeep.bench.ChildProcess;
import org.watchkeep.bench.fleet.FleetCamera;
import org.watchkeep.bench.ingest.BenchSite;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Answer;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import org.watchkeep.recorder.media.RunFile;

/**
 * This recorder, as {@code serve} runs it: hashed, encrypted and synced, which the others do not do. After the kill the
 * store is opened as after any crash, and every camera extracted as {@code store extract} does it.
 */
final class WatchkeepContender implements Contender {
    static final String NAME = "watchkeep";

    private final long ringBytes;

    /** @param ringBytes room for all that will be recorded */
    WatchkeepContender(long ringBytes) {
        this.ringBytes = ringBytes;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String how() {
        return "one process; each fragment hashed, encrypted, written past the page cache and synced";
    }

    @Override
    public Optional<String> missing() {
        return Optional.empty();
    }

    @Override
    public Recording start(List<FleetCamera> cameras, Path folder) throws IOException, ConfigException, Refusal {
        BenchSite site = BenchSite.make(folder.resolve("site"), cameras, ringBytes);
        ChildProcess recorder = site.startRecorder();
        return new Recording() {
            @Override
            public List<ProcessHandle> processes() {
                return ProcessHandle.of(recorder.pid()).map(List::of).orElse(List.of());
            }

            @Override
            public void kill() throws IOException {
                recorder.kill();
            }

            @Override
            public Map<Integer, List<Path>> footage() throws IOException, ConfigException, Refusal {
                Map<Integer, List<Path>> footage = new TreeMap<>();
                try (ControlRoom room = site.open()) {
                    for (FleetCamera camera : cameras) {
                        footage.put(camera.number(), extract(room.acts(), camera, folder));
                    }
                }
                return footage;
            }

            @Override
            public void close() throws IOException {
                recorder.close();
            }
        };
    }

    private static List<Path> extract(Acts acts, FleetCamera camera, Path folder) throws IOException, Refusal {
        Path own = Files.createDirectories(folder.resolve("extracted").resolve(camera.id()));
        try (RunFiles files = new RunFiles(own)) {
            acts.run(
                    new Acts.Request(
                            StoreActs.EXTRACT,
                            new ObjectMapper().createObjectNode().put("camera", camera.id())),
                    "bench",
                    files);
            return List.copyOf(files.written);
        }
    }

    /** Writes what is extracted, a file a run. */
    private static final class RunFiles implements Answer, AutoCloseable {
        private final Path folder;
        private final List<Path> written = new ArrayList<>();
        private @Nullable RunFile run;

        RunFiles(Path folder) {
            this.folder = folder;
        }

        @Override
        public void progress(String line) {}

        @Override
        public void beginFile(int number, int count) {
            written.add(folder.resolve(number + ".mp4"));
        }

        @Override
        public void write(ByteBuffer part) throws IOException {
            RunFile open = run;
            if (open == null) {
                run = RunFile.create(written.get(written.size() - 1), part);
            } else {
                open.append(part);
            }
        }

        @Override
        public void endFile() throws IOException {
            close();
        }

        @Override
        public void close() throws IOException {
            RunFile open = run;
            run = null;
            if (open != null) {
                open.close();
            }
        }
    }
}
