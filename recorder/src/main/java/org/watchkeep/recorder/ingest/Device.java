// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.watchkeep.recorder.rtsp.Credentials;
import org.watchkeep.recorder.rtsp.LoginPreference;
import org.watchkeep.recorder.rtsp.RtspUrl;
import org.watchkeep.recorder.rtsp.SessionMemory;

/**
 * What the streams of one address share: a camera's main and sub-stream, or the channels of a recorder. Any thread, save
 * what it says.
 */
final class Device {
    private final String key;
    private final SessionMemory memory = new SessionMemory();
    private final Map<Credentials, LoginBreaker> breakers = new ConcurrentHashMap<>();

    /** Calls under way. Confined to the budget. */
    int connecting;

    Device(String key) {
        this.key = key;
    }

    /** Another port is another device: behind one address with forwarded ports stand several. */
    static String key(RtspUrl url) {
        return url.host().toLowerCase(Locale.ROOT) + ":" + url.port();
    }

    SessionMemory memory() {
        return memory;
    }

    /** One for each login: a wrong one must not keep out streams that have another. */
    LoginBreaker breaker(Credentials login) {
        return breakers.computeIfAbsent(login.with(LoginPreference.DIGEST), same -> new LoginBreaker());
    }

    @Override
    public String toString() {
        return key;
    }
}
