// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every camera of a site comes back at once: in order, within the budget, and nobody is locked out. */
class SiteRebootIT {
    @TempDir
    Path folder;

    @Test
    void reboot_fortyCameras_areCalledWithinTheBudgetAndAllRecordedAgain() throws Exception {
        SiteReboot.run(folder, 40, new ConnectLimits(8, 8));
    }

    @Test
    @Tag("campaign")
    void reboot_twoHundredCameras_areCalledWithinTheBudgetAndAllRecordedAgain() throws Exception {
        SiteReboot.run(folder, 200, new ConnectLimits(ConnectLimits.DEFAULT_TOGETHER, ConnectLimits.DEFAULT_TOGETHER));
    }
}
