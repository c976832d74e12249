// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.RunStart;

/** Where a track's footage goes. Called on the track's event loop. */
public interface FragmentSink {
    /** A run begins: before the first fragment, and again after each {@link #onRunEnd}. */
    void onRun(RunStart start);

    /**
     * The stream itself ended the run (its configuration changed, its time jumped, it was silent for long). Not called when
     * the session ends: its owner knows why it did.
     */
    void onRunEnd(GapCause cause, String detail);

    /**
     * Of the run that is open: tolerances that were not used yet when it began, as {@link RunStart#notes} has them. What is
     * not kept may pass them over.
     */
    default void onNotes(String further) {}

    /** The next fragment of the run. The sink takes it over and runs its {@code release} once, on this event loop. */
    void onFragment(Fragment fragment);
}
