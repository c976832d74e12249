// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.List;

/**
 * What a check of the store found. Immutable.
 *
 * @param fragments fragments looked at
 * @param segments segments looked at
 * @param damaged records that do not read back as they were written
 * @param missing records listed (in the index, a seal or an acknowledgement log) and not there, though not cleared
 * @param gaps gaps with a cause
 * @param unexplained spans of a configured stream with neither footage nor a gap
 * @param findings one line for each thing wrong, at most {@link #MAX_FINDINGS}
 */
public record CheckReport(
        long fragments, long segments, long damaged, long missing, long gaps, long unexplained, List<String> findings) {
    public static final int MAX_FINDINGS = 1_000;

    public CheckReport {
        findings = List.copyOf(findings);
    }

    public boolean isClean() {
        return damaged == 0 && missing == 0 && unexplained == 0;
    }
}
