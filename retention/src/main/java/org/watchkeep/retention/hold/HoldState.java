// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

/**
 * Where a hold is in its life.
 *
 * <pre>
 *   PLACED ──keys in both homes──► SECURED ──vault copy checked──► COPIED
 *      └───────────────┬──────────────┴──────────────┬─────────────┘
 *                      └──────────► RELEASED ◄───────┘
 * </pre>
 */
public enum HoldState {
    /** Entered; the keys of what it holds are being copied. Nothing of it is erased meanwhile. */
    PLACED,
    /** Its epoch keys stand in both homes and its reels are shielded: nothing of it can be lost. */
    SECURED,
    /** Its footage stands in the vault, checked; keys and reels are free. */
    COPIED,
    /** It keeps nothing any more. */
    RELEASED;

    /** Throws unless the move is one of the drawing. */
    HoldState moveTo(HoldState next) {
        boolean legal = switch (this) {
            case PLACED -> next == SECURED || next == RELEASED;
            case SECURED -> next == COPIED || next == RELEASED;
            case COPIED -> next == RELEASED;
            case RELEASED -> false;
        };
        if (!legal) {
            throw new IllegalArgumentException(
                    "move of a hold: " + this + " to " + next + " (expected: as HoldState draws it)");
        }
        return next;
    }
}
