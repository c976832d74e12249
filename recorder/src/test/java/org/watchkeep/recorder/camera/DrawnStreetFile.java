// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Writes the pictures of a drawn street as raw YUV 4:2:0, for an encoder of another make: step one of
 * {@code docs/recipes/street-h265.sh}.
 */
final class DrawnStreetFile {
    /** What the clock in the picture begins with: the clip is older than whoever looks at it. */
    private static final Instant BEGIN = Instant.parse("2026-01-01T12:00:00Z");

    private DrawnStreetFile() {}

    /** Arguments: name and number of the camera, number of pictures, file. */
    public static void main(String[] arguments) throws IOException {
        Street street = new Street(arguments[0], Integer.parseInt(arguments[1]));
        int pictures = Integer.parseInt(arguments[2]);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(Path.of(arguments[3])))) {
            for (int i = 0; i < pictures; i++) {
                long runningMillis = PictureSource.nanosOf((long) i * DrawnSource.TICKS_PER_PICTURE) / 1_000_000;
                Planes planes = street.draw(i, BEGIN.toEpochMilli() + runningMillis, runningMillis);
                out.write(planes.y);
                out.write(planes.u);
                out.write(planes.v);
            }
        }
    }
}
