// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.recorder.ingest.Alarm;
import org.watchkeep.recorder.ingest.AlarmSink;

/** Alarms go to the log; there is no console yet to show them. Any thread. */
public final class AlarmLog implements AlarmSink {
    private static final Logger LOG = LoggerFactory.getLogger(AlarmLog.class);

    @Override
    public void raise(Alarm alarm) {
        LOG.error("ALARM {} {}: {}", alarm.stream(), alarm.kind(), alarm.text());
    }

    @Override
    public void clear(Alarm alarm) {
        LOG.info("alarm over: {} {}", alarm.stream(), alarm.kind());
    }
}
