// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Pictures of a drawn camera for tests, without a server and faster than time. */
public final class Drawn {
    static final long UTC = 1_795_330_000_000L;
    private static final byte[] START_CODE = {0, 0, 0, 1};

    private Drawn() {}

    static List<Picture> pictures(String name, int number, int count) throws IOException {
        List<Picture> pictures = new ArrayList<>();
        try (DrawnSource source = new DrawnSource(name, number, SimulatedCamera.Coding.H264)) {
            for (int i = 0; i < count; i++) {
                pictures.add(source.next(UTC + source.dueNanos() / 1_000_000).picture());
            }
        }
        return pictures;
    }

    public static Path elementaryFile(Path folder, String name, int number, int count) throws IOException {
        return elementaryFile(folder, pictures(name, number, count));
    }

    static Path elementaryFile(Path folder, List<Picture> pictures) throws IOException {
        Path file = Files.createTempFile(folder, "drawn", ".h264");
        try (OutputStream out = Files.newOutputStream(file)) {
            for (Picture picture : pictures) {
                for (int unit = 0; unit < picture.nalUnits(); unit++) {
                    out.write(START_CODE);
                    out.write(picture.nalUnit(unit));
                }
            }
        }
        return file;
    }
}
