// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.Arrays;
import java.util.Optional;

/** Why a span of a configured stream has no footage. The code is what the ledger, JSON and people see; never reuse one. */
public enum GapCause {
    /** The recorder was not running, or died before the footage was acknowledged. */
    RECORDER_STOPPED("recorder-stopped"),
    /** The recorder runs and the first connection to the camera has not yet brought a picture. */
    CONNECTING("connecting"),
    /** The camera could not be reached: refused, no route, no answer. */
    CAMERA_UNREACHABLE("camera-unreachable"),
    /** The connection was closed or broke in mid-session. */
    CONNECTION_LOST("connection-lost"),
    /** The connection stands but no media came (media watchdog). */
    NO_MEDIA("no-media"),
    /** The camera refuses the user name or password. */
    LOGIN_REFUSED("login-refused"),
    /** The camera answered with an RTSP error or offers nothing we record. */
    CAMERA_REFUSED("camera-refused"),
    /** What came is not a stream we can understand. */
    BAD_STREAM("bad-stream"),
    /** The camera's clock or RTP time jumped: a new run begins. */
    TIME_JUMP("time-jump"),
    /** The codec configuration changed: a new run begins. */
    CONFIGURATION_CHANGED("configuration-changed"),
    /** Whole fragments were dropped because the disk could not keep up. */
    STORE_BEHIND("store-behind"),
    /** The volume failed and the fragments in hand could not be saved elsewhere. */
    VOLUME_FAILED("volume-failed"),
    /** No reel could be cleared for the head. */
    RING_HELD("ring-held"),
    /** The camera is switched off in the configuration. */
    DISABLED("disabled"),
    /**
     * There was footage, and its ring has come round and overwritten it, while older footage of the camera still stands on
     * another volume. Footage that was overwritten in its order, the oldest first, is no gap.
     */
    OVERWRITTEN("overwritten"),
    /**
     * There was footage, and it was erased by its rule, while older footage of the camera still stands. What was erased in
     * its order, the oldest first, is no gap.
     */
    ERASED("erased"),
    /** There was footage; its record was damaged on the disk, and the index that told of it was lost as well. */
    DAMAGED("damaged");

    private final String code;

    GapCause(String code) {
        this.code = code;
    }

    public String code() {
        return code;
    }

    /** The cause with this code; empty for a code this version does not know. */
    public static Optional<GapCause> ofCode(String code) {
        return Arrays.stream(values()).filter(c -> c.code.equals(code)).findFirst();
    }

    @Override
    public String toString() {
        return code;
    }
}
