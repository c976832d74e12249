// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The H.264 or H.265 pictures of one file, held in memory and shared by every camera that serves it. Immutable.
 *
 * <p>Pictures are sent in the file's (decoding) order. The k-th is sent when the k-th earliest moment of presentation
 * comes, so the pace is that of the display, whatever the file says of decoding times; presentation times are moved back
 * by as much as reordering needs, so that no picture is sent before it can have been taken.
 */
public final class FileFootage {
    /** Half a GiB is 17 minutes at 4 Mbit/s, and any machine that runs a demo has it to spare. */
    static final long MAX_FILE_BYTES = 512L << 20;

    private final ParameterSets parameterSets;
    private final List<Picture> pictures;
    private final long[] sendTicks;
    private final long[] ticks;
    private final long periodTicks;

    FileFootage(ParameterSets parameterSets, List<Picture> pictures, long[] presentation, long lastDuration) {
        this.parameterSets = parameterSets;
        this.pictures = List.copyOf(pictures);
        int count = pictures.size();
        long[] sorted = presentation.clone();
        Arrays.sort(sorted);
        long first = sorted[0];
        long ahead = 0;
        for (int k = 0; k < count; k++) {
            ahead = Math.max(ahead, presentation[k] - sorted[k]);
        }
        sendTicks = new long[count];
        ticks = new long[count];
        for (int k = 0; k < count; k++) {
            sendTicks[k] = sorted[k] - first;
            ticks[k] = presentation[k] - first - ahead;
        }
        periodTicks = sendTicks[count - 1] + Math.max(1, lastDuration);
    }

    /** Reads an MP4, Matroska or elementary H.264 or H.265 file whole. */
    public static FileFootage read(Path file) throws IOException {
        long size = Files.size(file);
        if (!Files.isRegularFile(file) || size > MAX_FILE_BYTES) {
            throw new IOException(
                    file + ": " + size + " bytes (expected: a file of at most " + MAX_FILE_BYTES + " bytes)");
        }
        List<Picture> pictures = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        try (FileDemuxer demuxer = new FileDemuxer(file)) {
            while (demuxer.advance()) {
                pictures.add(demuxer.picture());
                times.add(demuxer.ticks90k());
            }
            if (pictures.isEmpty()) {
                throw new IOException(file + ": no picture");
            }
            long[] presentation = times.stream().mapToLong(Long::longValue).toArray();
            return new FileFootage(
                    demuxer.parameterSets(pictures.get(0)), pictures, presentation, demuxer.lastDurationTicks());
        }
    }

    /**
     * The clip that is served where an H.265 camera is to be shown: our own drawn street, 640 x 360 at 12.5 pictures a second,
     * with a {@link BarCode} whose frame number is the picture's place in the clip. No H.265 encoder is shipped, so it was
     * encoded once (docs/recipes/street-h265.sh).
     */
    public static FileFootage streetInH265() throws IOException {
        return clip("street-h265.mp4");
    }

    /** One that is kept beside this class; FFmpeg reads files, so it is copied out for as long as that takes. */
    static FileFootage clip(String name) throws IOException {
        Path copy = Files.createTempFile("watchkeep-street", ".mp4");
        try (InputStream clip = FileFootage.class.getResourceAsStream(name)) {
            Files.copy(
                    Objects.requireNonNull(clip, name + " beside this class"),
                    copy,
                    StandardCopyOption.REPLACE_EXISTING);
            return read(copy);
        } finally {
            Files.delete(copy);
        }
    }

    /** Number of pictures. */
    public int pictures() {
        return pictures.size();
    }

    /** From the first picture to the end of the last. */
    public long durationMillis() {
        return periodTicks * 1000 / PictureSource.CLOCK_RATE;
    }

    ParameterSets parameterSets() {
        return parameterSets;
    }

    Picture picture(int index) {
        return pictures.get(index);
    }

    long sendTicks(int index) {
        return sendTicks[index];
    }

    long ticks(int index) {
        return ticks[index];
    }

    long periodTicks() {
        return periodTicks;
    }
}
