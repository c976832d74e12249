// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.watchkeep.bench.fleet.FleetCamera;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.control.Refusal;

/** A recorder that takes part. */
interface Contender {
    String name();

    /** How it is run, in a few words. */
    String how();

    /** Why it cannot take part here; empty where it can. */
    Optional<String> missing();

    /** Begins to record all of these into the folder, which is its own. */
    Recording start(List<FleetCamera> cameras, Path folder) throws IOException, ConfigException, Refusal;

    /** A recorder at work. */
    interface Recording extends AutoCloseable {
        /** Of all its processes. */
        List<ProcessHandle> processes();

        /** {@code kill -9}, all at once; returns when none is left. */
        void kill() throws IOException;

        /** After the kill: the files in which each camera's footage can be read, by its number, in order. */
        Map<Integer, List<Path>> footage() throws IOException, ConfigException, Refusal;

        @Override
        void close() throws IOException;
    }
}
