// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is known of a camera's family before it is called, and followed where the choice is ours. Immutable. What the camera
 * itself says or refuses outranks it.
 *
 * @param isUdpPreferred over UDP first, where the transport is left to us
 * @param keepaliveMethod tried first: {@code OPTIONS}, or another where the camera advertises it
 * @param keepaliveSeconds at least so often, if half the session's timeout is longer
 */
public record CameraHabits(boolean isUdpPreferred, Optional<String> keepaliveMethod, OptionalInt keepaliveSeconds) {
    public static final CameraHabits UNKNOWN = new CameraHabits(false, Optional.empty(), OptionalInt.empty());
}
