// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

/**
 * What came of a simulation. Immutable.
 *
 * @param hoursChecked simulated hours in which every camera was compared with the truth
 * @param readableBeyondLimit seconds that some reader showed past their limit, and no hold kept
 * @param erasedBeforeLimit seconds that were gone more than an epoch and a minute before their limit
 * @param heldLost held seconds that could not be read as they were recorded
 * @param unaccountedSeconds seconds of a camera that were neither footage nor a gap
 * @param recordedSeconds footage that was acknowledged
 * @param expiredSeconds of it, what passed its limit in the simulation
 * @param holdsPlaced holds that were admitted
 */
public record SimulationReport(
        long hoursChecked,
        long readableBeyondLimit,
        long erasedBeforeLimit,
        long heldLost,
        long unaccountedSeconds,
        long recordedSeconds,
        long expiredSeconds,
        long holdsPlaced) {
    /** Whether all was as it should be. */
    public boolean isClean() {
        return readableBeyondLimit == 0 && erasedBeforeLimit == 0 && heldLost == 0 && unaccountedSeconds == 0;
    }
}
