// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a simulation is made to do wrong, so that it is seen to notice: each raises its own counter and no other. */
public enum Sabotage {
    NONE("none"),
    /** Epochs are erased six hours late, and readers refuse nothing: {@code readableBeyondLimit}. */
    ERASE_LATE("erase-late"),
    /** Epochs are erased six hours early: {@code erasedBeforeLimit}. */
    ERASE_EARLY("erase-early"),
    /** Holds are placed, and whoever erases, overwrites or reads is told that nothing is held: {@code heldLost}. */
    DROP_HOLD("drop-hold"),
    /** A second of one camera is neither recorded nor told of: {@code unaccountedSeconds}. */
    LOSE_SECOND("lose-second");

    private final String word;

    Sabotage(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }

    /** The one with this name; none has no name. */
    public static Optional<Sabotage> ofWord(String word) {
        return Arrays.stream(values())
                .filter(each -> each != NONE && each.word.equals(word))
                .findFirst();
    }

    /** All names, for messages. */
    public static String words() {
        return Arrays.stream(values())
                .filter(each -> each != NONE)
                .map(Sabotage::word)
                .collect(Collectors.joining(", "));
    }
}
