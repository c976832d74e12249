// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.watchkeep.bench.fleet.FleetCamera;

/** Moonfire NVR: found, but not driven, for its cameras are entered by hand. */
final class MoonfireContender implements Contender {
    private final Optional<Path> program;

    MoonfireContender(Optional<Path> program) {
        this.program = program;
    }

    @Override
    public String name() {
        return "moonfire-nvr";
    }

    @Override
    public String how() {
        return "one process";
    }

    @Override
    public Optional<String> missing() {
        return Optional.of(
                program.isPresent()
                        ? "moonfire-nvr is there, but this bench cannot enter its cameras: they are typed into the"
                                + " screens of 'moonfire-nvr config'"
                        : "no moonfire-nvr on the PATH");
    }

    @Override
    public Recording start(List<FleetCamera> cameras, Path folder) throws IOException {
        throw new IOException(missing().orElseThrow());
    }
}
