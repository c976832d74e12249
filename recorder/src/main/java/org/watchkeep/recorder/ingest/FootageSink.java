// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.RunStart;
import org.watchkeep.retention.store.StreamAppender;
import org.watchkeep.retention.store.StreamStatus;

/**
 * Where one camera's footage and gaps go: a {@link StreamAppender}, whose words these are, or a list in a test. Confined to
 * the camera's event loop, save {@link #status}.
 */
interface FootageSink {
    void beginRun(RunStart start);

    /** Takes the fragment over. */
    void append(Fragment fragment);

    void endRun(GapCause cause, String detail);

    /** Further notes on the run that is open, in the words of {@link RunStart#notes}. */
    void note(String further);

    void gapCause(GapCause cause, String detail);

    /** Lets go of the stream; no run is open. */
    void close(GapCause cause, String detail);

    StreamStatus status();

    static FootageSink of(StreamAppender appender) {
        return new FootageSink() {
            @Override
            public void beginRun(RunStart start) {
                appender.beginRun(start);
            }

            @Override
            public void append(Fragment fragment) {
                appender.append(fragment);
            }

            @Override
            public void note(String further) {
                appender.note(further);
            }

            @Override
            public void endRun(GapCause cause, String detail) {
                appender.endRun(cause, detail);
            }

            @Override
            public void gapCause(GapCause cause, String detail) {
                appender.gapCause(cause, detail);
            }

            @Override
            public void close(GapCause cause, String detail) {
                appender.close(cause, detail);
            }

            @Override
            public StreamStatus status() {
                return appender.status();
            }
        };
    }
}
