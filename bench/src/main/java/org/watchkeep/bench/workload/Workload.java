// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.workload;

import java.util.List;
import java.util.Optional;
import org.watchkeep.bench.fleet.CameraGroup;

/**
 * A mixture of cameras. Immutable.
 *
 * @param about one sentence for people
 * @param groups the cameras; empty exactly where it is refused
 * @param awaySeconds for how long all cameras go away at once in the middle of the run; 0 for never
 * @param leftOut what the real thing has beside and this does not, each with the reason
 * @param refused why it cannot be run yet
 */
public record Workload(
        String id,
        String about,
        List<CameraGroup> groups,
        int awaySeconds,
        List<String> leftOut,
        Optional<String> refused) {
    public Workload {
        groups = List.copyOf(groups);
        leftOut = List.copyOf(leftOut);
        if (groups.isEmpty() != refused.isPresent()) {
            throw new IllegalArgumentException(id + ": either cameras or a reason why there are none");
        }
    }

    public int cameras() {
        return groups.stream().mapToInt(CameraGroup::cameras).sum();
    }
}
