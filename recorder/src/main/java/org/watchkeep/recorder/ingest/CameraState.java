// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.util.Locale;

/**
 * What a recorder is doing about its camera.
 *
 * <pre>
 *            ┌────────── no footage ◄─────────┐
 *            ▼                                │
 *   new ─► waiting ─► connecting ─► recording ┤
 *            ▲            │                   │
 *            └── failed ──┘   login refused ◄─┘ (waits much longer)      stop() from any ─► stopping ─► stopped
 * </pre>
 */
public enum CameraState {
    NEW,
    WAITING,
    CONNECTING,
    RECORDING,
    LOGIN_REFUSED,
    STOPPING,
    STOPPED;

    /** As it stands in tables and JSON: {@code login-refused}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
