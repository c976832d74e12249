// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A clip that a camera plays, and the pictures in it as a stranger counts them. Immutable.
 *
 * @param codec {@code h264} or {@code h265}
 * @param pictures the SHA-256 of each, in their order in the file
 */
record PeerClip(Path file, String codec, List<String> pictures) {
    static final int PICTURES_PER_SECOND = 25;
    static final int WIDTH = 640;
    static final int HEIGHT = 360;

    private static final List<String> FFMPEG = List.of("ffmpeg", "-v", "error", "-y");

    PeerClip {
        pictures = List.copyOf(pictures);
    }

    /** Encodes a test picture. Pictures in the order they are shown, a key picture each second, unless options say else. */
    static PeerClip make(Path file, String codec, int seconds, String... options) throws Exception {
        List<String> command = new ArrayList<>(FFMPEG);
        command.addAll(List.of("-f", "lavfi", "-i", "testsrc2=size=%dx%d:rate=%d".formatted(WIDTH, HEIGHT, 25)));
        command.addAll(List.of("-t", Integer.toString(seconds), "-pix_fmt", "yuv420p", "-preset", "ultrafast"));
        command.addAll(List.of("-bf", "0", "-g", Integer.toString(PICTURES_PER_SECOND)));
        if (codec.equals("h265")) {
            // Without its signature: an SEI that FFmpeg puts into every key picture of an elementary stream.
            command.addAll(List.of("-c:v", "libx265", "-tag:v", "hvc1", "-x265-params", "info=0:log-level=none"));
        } else {
            // Without its signature: an SEI before the first parameter set, which GStreamer passes over when it reads.
            command.addAll(List.of("-c:v", "libx264", "-bsf:v", "filter_units=remove_types=6"));
        }
        command.addAll(List.of(options));
        command.add(file.toString());
        Program.run(command);
        return of(file, codec);
    }

    static PeerClip of(Path file, String codec) throws Exception {
        return new PeerClip(file, codec, pictures(file, codec));
    }

    /** The same pictures as a byte stream, in a file beside that is named for the codec. */
    Path elementary() throws Exception {
        Path stream = file.resolveSibling(file.getFileName() + "." + codec);
        List<String> command = new ArrayList<>(FFMPEG);
        command.addAll(List.of("-i", file.toString(), "-map", "0:v", "-c", "copy", "-f"));
        command.add(codec.equals("h265") ? "hevc" : "h264");
        command.add(stream.toString());
        Program.run(command);
        return stream;
    }

    /** The same pictures again and again, in a file of its own. */
    Path repeated(Path into, int times) throws Exception {
        List<String> command = new ArrayList<>(FFMPEG);
        command.addAll(List.of("-stream_loop", Integer.toString(times - 1), "-i", file.toString(), "-c", "copy"));
        command.add(into.toString());
        Program.run(command);
        return into;
    }

    /** The pictures of a recording of this clip. */
    List<String> picturesOf(Path recording) throws Exception {
        return pictures(recording, codec);
    }

    /** Of each picture without parameter sets and delimiters, which peers repeat or drop. */
    private static List<String> pictures(Path of, String codec) throws Exception {
        String others = codec.equals("h265") ? "32|33|34|35" : "7|8|9";
        List<String> command = new ArrayList<>(List.of("ffmpeg", "-v", "error", "-i", of.toString()));
        command.addAll(List.of("-map", "0:v", "-c", "copy", "-bsf:v", "filter_units=remove_types=" + others));
        command.addAll(List.of("-f", "framehash", "-hash", "sha256", "-"));
        List<String> hashes = new ArrayList<>();
        for (String line : Program.run(command).lines().toList()) {
            if (!line.startsWith("#") && line.contains(",")) {
                hashes.add(line.substring(line.lastIndexOf(',') + 1).strip());
            }
        }
        return hashes;
    }

    /** How many pictures of a recording, from its first on, are one piece of this clip repeated for ever. */
    int piece(List<String> recorded) {
        int longest = 0;
        for (int begin = 0; begin < pictures.size(); begin++) {
            int length = 0;
            while (length < recorded.size()
                    && recorded.get(length).equals(pictures.get((begin + length) % pictures.size()))) {
                length++;
            }
            longest = Math.max(longest, length);
        }
        return longest;
    }

    /** What a warning of the strictest of readers says of a file; empty for one that is as it should be. */
    static String warnings(Path of) throws IOException, InterruptedException {
        return Program.run(List.of("ffprobe", "-v", "warning", of.toString()));
    }

    /** Whether each picture can be told from every other, so that a piece has one place only. */
    boolean isTellingApart() {
        return Set.copyOf(pictures).size() == pictures.size();
    }

    double seconds() {
        return pictures.size() / (double) PICTURES_PER_SECOND;
    }
}
