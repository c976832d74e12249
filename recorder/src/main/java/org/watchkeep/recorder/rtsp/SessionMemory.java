// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** What sessions have learnt about a camera that the next one should know. Confined to the camera's event loop. */
public final class SessionMemory {
    /** A session that was cut off and that the camera may still hold. */
    record Abandoned(String id, RtspUrl url) {}

    private final Set<String> unansweredKeepalives = new LinkedHashSet<>();
    private Optional<Abandoned> abandoned = Optional.empty();

    /** GW Security leaves GET_PARAMETER unanswered and then drops the connection: another method next time. */
    void keepaliveUnanswered(String method) {
        unansweredKeepalives.add(method);
    }

    boolean isKeepaliveDoubtful(String method) {
        return unansweredKeepalives.contains(method);
    }

    void abandon(Abandoned session) {
        abandoned = Optional.of(session);
    }

    /** Taken once. */
    Optional<Abandoned> takeAbandoned() {
        Optional<Abandoned> taken = abandoned;
        abandoned = Optional.empty();
        return taken;
    }
}
