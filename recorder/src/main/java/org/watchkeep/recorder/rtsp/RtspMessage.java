// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

/** A request or a response. Immutable. The body is text: SDP or parameters, never media. */
public sealed interface RtspMessage permits RtspRequest, RtspResponse {
    RtspHeaders headers();

    String body();
}
