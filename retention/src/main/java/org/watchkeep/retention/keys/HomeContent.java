// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.util.List;

/**
 * What one home was found to say. Immutable.
 *
 * @param name for messages: its folder
 * @param slots slot n at index n
 */
record HomeContent(String name, HomeHeader header, List<Slot> slots) {
    HomeContent {
        slots = List.copyOf(slots);
    }

    /** The slot of this number; empty where this home has not grown so far. */
    Slot slot(int number) {
        return number < slots.size() ? slots.get(number) : new Slot.Empty(number);
    }
}
