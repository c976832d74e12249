// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.RunStart;
import org.watchkeep.retention.store.StreamStatus;

/** Where one camera's footage and gaps go: the store, or a list in a test. Confined to the camera's event loop, save {@link #status}. */
interface FootageSink {
    /** A run begins; the open gap ends where its first fragment starts. */
    void beginRun(RunStart start);

    /** Takes the fragment over. Within a run only. */
    void append(Fragment fragment);

    /** The run is over; the gap that begins where its last fragment ends has this cause. */
    void endRun(GapCause cause, String detail);

    /** No run is open: from now on the open gap has this cause. */
    void gapCause(GapCause cause, String detail);

    StreamStatus status();
}
