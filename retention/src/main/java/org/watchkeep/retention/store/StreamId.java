// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.regex.Pattern;

/**
 * Names one stream of one camera, written {@code camera/track}: {@code town-hall-3/main}. Immutable.
 *
 * @param camera {@code [a-z0-9][a-z0-9-]{0,39}}
 * @param track {@code main}, {@code sub} or {@code audio}
 */
public record StreamId(String camera, String track) implements Comparable<StreamId> {
    private static final Pattern CAMERA = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");
    private static final Pattern TRACK = Pattern.compile("main|sub|audio");

    public StreamId {
        if (!CAMERA.matcher(camera).matches()) {
            throw new IllegalArgumentException("camera id: " + camera + " (expected: " + CAMERA + ")");
        }
        if (!TRACK.matcher(track).matches()) {
            throw new IllegalArgumentException("track: " + track + " (expected: " + TRACK + ")");
        }
    }

    /** The main stream of a camera. */
    public static StreamId main(String camera) {
        return new StreamId(camera, "main");
    }

    /** Reads {@code camera/track}. */
    public static StreamId parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException(
                    "stream: " + text + " (expected: camera/main, camera/sub or camera/audio)");
        }
        return new StreamId(text.substring(0, slash), text.substring(slash + 1));
    }

    @Override
    public int compareTo(StreamId other) {
        int byCamera = camera.compareTo(other.camera);
        return byCamera != 0 ? byCamera : track.compareTo(other.track);
    }

    @Override
    public String toString() {
        return camera + "/" + track;
    }
}
