// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.Optional;

/**
 * Whom to call and as whom. Immutable.
 *
 * @param camera the camera's id, for errors
 * @param userAgent always sent: some cameras refuse clients without a name
 */
public record RtspSessionSettings(String camera, RtspUrl url, Optional<Credentials> credentials, String userAgent) {}
