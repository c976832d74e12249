// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.nio.file.Path;

/**
 * What is simulated. Immutable.
 *
 * @param folder an empty folder of its own; its owner deletes it
 * @param days simulated
 * @param cameras every fourth, from the first on, is kept for two days, the others for 31
 */
public record SimulationSettings(Path folder, int days, int cameras, Sabotage sabotage) {
    /** A year and a bit: beyond it nothing happens that has not happened before. */
    public static final int MOST_DAYS = 400;

    /** What the small reels are made for. */
    public static final int MOST_CAMERAS = 200;

    public SimulationSettings {
        if (days < 1 || days > MOST_DAYS) {
            throw new IllegalArgumentException("days: " + days + " (expected: 1 to " + MOST_DAYS + ")");
        }
        if (cameras < 1 || cameras > MOST_CAMERAS) {
            throw new IllegalArgumentException("cameras: " + cameras + " (expected: 1 to " + MOST_CAMERAS + ")");
        }
    }
}
