// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * Which tolerances a run has been said to have used: those up to its start with its start, each further one when it first
 * shows. Confined to its event loop.
 */
final class RunNotes {
    private final Set<Tolerance> used;
    private final Set<Tolerance> said = EnumSet.noneOf(Tolerance.class);

    /** @param used grows */
    RunNotes(Set<Tolerance> used) {
        this.used = used;
    }

    /** All that were used, for a run that begins. */
    String all() {
        said.clear();
        return further();
    }

    /** Those not said of this run yet; empty where there are none. */
    String further() {
        if (said.size() == used.size()) {
            return "";
        }
        Set<Tolerance> further = EnumSet.copyOf(used);
        further.removeAll(said);
        said.addAll(further);
        return further.stream().map(Tolerance::code).collect(Collectors.joining(" "));
    }
}
