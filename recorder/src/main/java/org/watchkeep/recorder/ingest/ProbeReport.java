// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a camera did when it was called. Nothing is assumed: what could not be measured is empty, with a reason. Immutable.
 *
 * @param detail what was seen, for people; never a password
 * @param transports those that really brought packets
 * @param keepalive methods it advertises that keep a session, in the order they would be used
 * @param senderReports how many plausible ones came
 * @param reasons by field, why there is no figure
 */
public record ProbeReport(
        Outcome outcome,
        String detail,
        Optional<String> codec,
        OptionalInt width,
        OptionalInt height,
        OptionalDouble fps,
        OptionalDouble gopSeconds,
        OptionalLong bitrate,
        Optional<String> auth,
        List<String> transports,
        OptionalInt sessionTimeoutSeconds,
        List<String> keepalive,
        OptionalLong senderReports,
        OptionalDouble clockOffsetMillis,
        Map<String, String> reasons) {
    public ProbeReport {
        transports = List.copyOf(transports);
        keepalive = List.copyOf(keepalive);
        reasons = Map.copyOf(reasons);
    }

    /** How it went. */
    public enum Outcome {
        /** Pictures came. */
        MEASURED,
        /** It answered, and gave no stream that could be recorded. */
        NO_STREAM,
        UNREACHABLE
    }
}
