// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.workload;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.watchkeep.profiles.yaml.YamlFaultException;

/** The workloads that come with the bench: one file each, named in an index in the order people read them. Immutable. */
public final class Workloads {
    private final List<Workload> all;

    private Workloads(List<Workload> all) {
        this.all = List.copyOf(all);
    }

    /** @throws IllegalStateException when what was packed is not whole: a test reads every workload before it is */
    public static Workloads builtIn() {
        List<Workload> read = new ArrayList<>();
        String index = new String(bytes("index.txt"), StandardCharsets.UTF_8);
        for (String id : index.lines().filter(line -> !line.isBlank()).toList()) {
            try {
                read.add(WorkloadReader.read(id + ".yaml", bytes(id + ".yaml")));
            } catch (YamlFaultException e) {
                throw new IllegalStateException("a built-in workload: " + e.getMessage(), e);
            }
        }
        return new Workloads(read);
    }

    /**
     * A workload of somebody's own.
     *
     * @throws YamlFaultException naming file and line
     */
    public static Workload ofFile(Path file) throws IOException, YamlFaultException {
        try (InputStream in = Files.newInputStream(file)) {
            return WorkloadReader.read(file.toString(), in.readNBytes(WorkloadReader.MAX_BYTES + 1));
        }
    }

    private static byte[] bytes(String name) {
        try (InputStream in = Workloads.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name + " beside " + Workloads.class.getName());
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those that can be run first. */
    public List<Workload> all() {
        return all;
    }

    public Optional<Workload> find(String id) {
        return all.stream().filter(w -> w.id().equals(id)).findFirst();
    }
}
