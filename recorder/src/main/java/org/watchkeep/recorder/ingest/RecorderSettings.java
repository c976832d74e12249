// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import org.watchkeep.recorder.rtsp.NettyTransport;

/**
 * How the recorder runs. Immutable.
 *
 * @param eventLoops threads that receive, cut, hash and encrypt; as many as cores (measured: more gains nothing)
 * @param userAgent what cameras are told we are
 */
public record RecorderSettings(NettyTransport transport, int eventLoops, String userAgent) {
    public RecorderSettings {
        if (eventLoops < 1) {
            throw new IllegalArgumentException("eventLoops: " + eventLoops + " (expected: >= 1)");
        }
    }

    /** What suits this machine. */
    public static RecorderSettings ofThisMachine() {
        return new RecorderSettings(NettyTransport.best(), Runtime.getRuntime().availableProcessors(), "Watchkeep");
    }
}
