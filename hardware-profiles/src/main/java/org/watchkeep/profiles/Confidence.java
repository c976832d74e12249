// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles;

import java.util.Locale;

/** How far a statement of a profile may be relied on. */
public enum Confidence {
    /** Read in the maker's own document, or computed from what was. */
    HIGH,
    /** Seen on single devices or in other people's programs; true of those, likely of the family. */
    MEDIUM,
    /** General knowledge, or our own assumption: to be confirmed on the device. */
    LOW;

    /** As it stands in the data and in JSON: {@code high}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
