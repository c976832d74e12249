// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

/** Who is told of alarms. Called on event loops: must not block. */
public interface AlarmSink {
    /** Once, when it begins; not again until it was cleared. */
    void raise(Alarm alarm);

    /** What was raised is over. */
    void clear(Alarm alarm);
}
