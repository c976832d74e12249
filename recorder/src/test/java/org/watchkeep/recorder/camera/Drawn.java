// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
                write(picture, out);
            }
        }
        return file;
    }

    /** Whether a NAL unit that begins with this byte is a slice. */
    public static boolean isSlice(boolean isH265, byte header) {
        if (isH265) {
            int type = header >> 1 & 0x3f;
            return type <= 9 || (type >= 16 && type <= 21);
        }
        int type = header & 0x1f;
        return type == 1 || type == 5;
    }

    /** All slices of a file, in its order. */
    public static List<ByteBuffer> slices(FileFootage footage) {
        List<ByteBuffer> slices = new ArrayList<>();
        for (int i = 0; i < footage.pictures(); i++) {
            Picture picture = footage.picture(i);
            for (int unit = 0; unit < picture.nalUnits(); unit++) {
                byte[] bytes = picture.nalUnit(unit);
                if (isSlice(picture.codec() == PictureCodec.H265, bytes[0])) {
                    slices.add(ByteBuffer.wrap(bytes));
                }
            }
        }
        return slices;
    }

    /** What a drawn camera with these quirks plays in place of what it would draw. */
    public static Optional<FileFootage> clip(List<Quirk> quirks) throws IOException {
        SimulatedCamera camera = SimulatedCamera.drawn(1, "Clip").withQuirks(quirks);
        return camera.shown() instanceof SimulatedCamera.FromFile file ? Optional.of(file.footage()) : Optional.empty();
    }

    public static boolean isInH265(FileFootage footage) {
        return footage.picture(0).codec() == PictureCodec.H265;
    }

    /** The first pictures of our H.265 clip, parameter sets before each key picture. */
    public static FileFootage inH265(Path folder, int count) throws IOException {
        FileFootage clip = FileFootage.streetInH265();
        Path file = Files.createTempFile(folder, "drawn", ".h265");
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < count; i++) {
                Picture picture = clip.picture(i);
                if (picture.isKey()) {
                    for (ByteBuffer set : clip.parameterSets().units()) {
                        byte[] bytes = new byte[set.remaining()];
                        set.duplicate().get(bytes);
                        out.write(START_CODE);
                        out.write(bytes);
                    }
                }
                write(picture, out);
            }
        }
        return FileFootage.read(file);
    }

    private static void write(Picture picture, OutputStream out) throws IOException {
        for (int unit = 0; unit < picture.nalUnits(); unit++) {
            out.write(START_CODE);
            out.write(picture.nalUnit(unit));
        }
    }
}
