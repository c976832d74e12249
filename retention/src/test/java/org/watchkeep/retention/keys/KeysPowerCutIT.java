// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import org.junit.jupiter.api.Tag;
import org.watchkeep.retention.Campaign;

/** The same cuts with many more seeds. */
@Tag("campaign")
class KeysPowerCutIT extends KeysPowerCutTest {
    @Override
    int thoroughness() {
        return Campaign.of(4);
    }
}
