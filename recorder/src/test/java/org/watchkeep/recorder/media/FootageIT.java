// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.watchkeep.recorder.rtp.StreamOrigin;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.FragmentFlags;
import org.watchkeep.retention.store.FragmentRef;

/**
 * Real footage through packets, track and file, compared picture by picture by a stranger's tools. Needs {@code ffmpeg} and
 * {@code ffprobe}; the clips come from the folder named by {@code -Dwatchkeep.footage}, or one is made by the encoder at hand.
 */
class FootageIT {
    @TempDir
    Path folder;

    @BeforeAll
    static void tools() {
        assumeTrue(
                Tools.isThere("ffmpeg") && Tools.isThere("ffprobe"), "skipped: ffmpeg and ffprobe are not installed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "town-1080p25-h264.mp4",
                "town-720p25-h264-longgop.mp4",
                "town-1080p25-h264-bframes.mp4",
                "town-1080p25-h265.mp4"
            })
    void runFile_ofRealFootage_hasExactlyItsPictures(String name) throws Exception {
        String footage = System.getProperty("watchkeep.footage", "");
        assumeTrue(!footage.isEmpty(), "skipped: -Dwatchkeep.footage names no folder of clips");
        check(Path.of(footage, name));
    }

    @Test
    void runFile_ofEncodedTestPicture_hasExactlyItsPictures() throws Exception {
        assumeTrue(Tools.out("ffmpeg", "-hide_banner", "-encoders").contains("libx264"), "skipped: no libx264 encoder");
        Path clip = folder.resolve("clip.mp4");
        Tools.run(
                "ffmpeg",
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=1280x720:rate=25:duration=6",
                "-c:v",
                "libx264",
                "-preset",
                "ultrafast",
                "-bf",
                "0",
                "-g",
                "50",
                "-slices",
                "3",
                "-pix_fmt",
                "yuv420p",
                clip.toString());
        check(clip);
    }

    private void check(Path clip) throws Exception {
        boolean isH265 = Tools.isH265(clip);
        Path annexB = folder.resolve("clip.bin");
        Tools.run(
                "ffmpeg",
                "-v",
                "error",
                "-i",
                clip.toString(),
                "-map",
                "0:v",
                "-c",
                "copy",
                "-f",
                isH265 ? "hevc" : "h264",
                annexB.toString());
        List<Long> shown = Tools.shownTicks(clip);
        List<byte[]> nals = TestStream.nalUnits(Files.readAllBytes(annexB));
        List<TestStream.Unit> units = isH265 ? TestStream.units265(nals) : TestStream.units(nals);
        assertThat(units).hasSameSizeAs(shown);

        CollectingSink sink = record(units, shown, isH265 ? VideoCodec.H265 : VideoCodec.H264);
        assertThat(sink.runs).hasSize(1);
        assertThat(sink.ends).isEmpty();
        Path file = folder.resolve("out.mp4");
        try (RunFile run = RunFile.create(file, sink.runs.get(0).configuration())) {
            for (CollectingSink.Kept kept : sink.fragments) {
                run.append(kept.bytes());
            }
            assertThat(run.pictures()).isEqualTo(units.size());
        }
        assertThat(Tools.hashes(file)).isEqualTo(Tools.hashes(clip));
        assertThat(Tools.warnings("ffprobe", "-v", "warning", "-show_streams", "-show_format", file.toString()))
                .isEmpty();
        assertThat(Tools.warnings("ffmpeg", "-v", "warning", "-i", file.toString(), "-f", "null", "-"))
                .isEmpty();
        assertDecodingTimes(sink);
        if (shown.equals(shown.stream().sorted().toList())) {
            checkCut(sink, Tools.hashes(clip));
        }
        List<Long> again = Tools.shownTicks(file);
        assertThat(again.stream().map(t -> t - again.get(0)).toList())
                .isEqualTo(shown.stream().map(t -> t - shown.get(0)).toList());
    }

    /** Pictures are decoded at the steady rate of these clips, and none later than it is shown by more than the reordering. */
    private static void assertDecodingTimes(CollectingSink sink) throws Exception {
        List<MovieFragment.Sample> samples = new ArrayList<>();
        for (CollectingSink.Kept kept : sink.fragments) {
            samples.addAll(MovieFragment.read(kept.bytes()).samples());
        }
        for (int i = 1; i < samples.size(); i++) {
            assertThat(samples.get(i).ticks() - samples.get(i - 1).ticks())
                    .as("picture %d", i)
                    .isEqualTo(TrackHarness.PICTURE_TICKS);
        }
        assertThat(samples.stream()
                        .mapToLong(sample -> sample.ticks() - sample.shownTicks())
                        .max()
                        .orElseThrow())
                .isLessThanOrEqualTo(4 * TrackHarness.PICTURE_TICKS);
    }

    /** From the last key picture for at most 1.3 seconds: those pictures and no other. */
    private void checkCut(CollectingSink sink, List<String> hashes) throws Exception {
        int first = 0;
        int count = 0;
        Fragment key = sink.fragments.get(0).fragment();
        for (CollectingSink.Kept kept : sink.fragments) {
            if ((kept.fragment().flags() & FragmentFlags.KEY_PICTURE) != 0 && count + 50 < hashes.size()) {
                first = count;
                key = kept.fragment();
            }
            count += MovieFragment.read(kept.bytes()).samples().size();
        }
        Instant from = Instant.EPOCH.plus(key.startUtcMicros(), ChronoUnit.MICROS);
        FragmentCut cut = new FragmentCut(from, from.plusMillis(1_300));
        Path file = folder.resolve("cut.mp4");
        try (RunFile run = RunFile.create(file, sink.runs.get(0).configuration())) {
            for (CollectingSink.Kept kept : sink.fragments) {
                Fragment fragment = kept.fragment();
                Instant start = Instant.EPOCH.plus(fragment.startUtcMicros(), ChronoUnit.MICROS);
                Optional<ByteBuffer> part = cut.next(
                        new FragmentRef("v", 1, 0, 1, 0, start, fragment.durationMicros(), fragment.flags()),
                        kept.bytes());
                if (part.isPresent()) {
                    run.append(part.get());
                }
            }
        }
        assertThat(Tools.hashes(file)).isEqualTo(hashes.subList(first, first + 33));
        assertThat(Tools.warnings("ffmpeg", "-v", "warning", "-i", file.toString(), "-f", "null", "-"))
                .isEmpty();
    }

    private static CollectingSink record(List<TestStream.Unit> units, List<Long> shown, VideoCodec codec)
            throws Exception {
        CollectingSink sink = new CollectingSink();
        SlabPool slabs = new SlabPool();
        VideoTrack track = codec.track(
                new VideoTrackSettings(
                        new StreamOrigin("test", "127.0.0.1:554", 0), 96, 90_000, Map.of(), slabs, Long.MIN_VALUE),
                sink);
        TestPacketiser packetiser = new TestPacketiser(1_400, true, 65_000, codec == VideoCodec.H265);
        long start = 0xffff_0000L;
        for (int i = 0; i < units.size(); i++) {
            long monoNanos = 1_000_000_000L + i * 40_000_000L;
            for (byte[] packet : packetiser.packets(units.get(i), start + shown.get(i))) {
                ByteBuf buffer = PooledByteBufAllocator.DEFAULT
                        .directBuffer(packet.length)
                        .writeBytes(packet);
                track.onRtp(buffer, monoNanos, 1_700_000_000_000_000L + monoNanos / 1_000);
                buffer.release();
            }
            track.onTick(monoNanos);
        }
        track.close();
        assertThat(track.statistics().lostPackets()).isZero();
        assertThat(track.statistics().damagedAccessUnits()).isZero();
        assertThat(slabs.freeSlabs() * (long) Slab.BYTES).isEqualTo(slabs.allocatedBytes());
        return sink;
    }

    /** The tools as a stranger runs them. */
    private static final class Tools {
        static boolean isThere(String name) {
            for (String folder : System.getenv("PATH").split(":", -1)) {
                if (Files.isExecutable(Path.of(folder, name))) {
                    return true;
                }
            }
            return false;
        }

        static String out(String... command) throws Exception {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
            return text;
        }

        static void run(String... command) throws Exception {
            assertThat(warnings(command)).isEmpty();
        }

        static String warnings(String... command) throws Exception {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(process.getErrorStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(process.waitFor())
                    .as(String.join(" ", command) + "\n" + text)
                    .isZero();
            return text;
        }

        static boolean isH265(Path file) throws Exception {
            return out(
                            "ffprobe",
                            "-v",
                            "error",
                            "-select_streams",
                            "v:0",
                            "-show_entries",
                            "stream=codec_name",
                            "-of",
                            "csv=p=0",
                            file.toString())
                    .strip()
                    .equals("hevc");
        }

        static List<String> hashes(Path file) throws Exception {
            String text = out(
                    "ffmpeg",
                    "-v",
                    "error",
                    "-i",
                    file.toString(),
                    "-map",
                    "0:v",
                    "-c",
                    "copy",
                    "-bsf:v",
                    // The MP4 keeps an SEI with its parameter sets, which FFmpeg puts before each key picture of a
                    // stream.
                    "filter_units=remove_types=" + (isH265(file) ? "32|33|34|35|39" : "7|8|9"),
                    "-f",
                    "framehash",
                    "-hash",
                    "sha256",
                    "-");
            return text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.substring(line.lastIndexOf(',') + 1).strip())
                    .toList();
        }

        /** When each picture is shown, in the order of decoding, in ticks of 90 kHz. */
        static List<Long> shownTicks(Path file) throws Exception {
            List<Long> ticks = new ArrayList<>();
            String text = out(
                    "ffprobe",
                    "-v",
                    "error",
                    "-select_streams",
                    "v",
                    "-show_entries",
                    "packet=pts:stream=time_base",
                    "-of",
                    "default=noprint_wrappers=1:nokey=1",
                    file.toString());
            List<String> lines = text.lines().toList();
            long scale = Long.parseLong(lines.get(lines.size() - 1).substring(2));
            for (String line : lines.subList(0, lines.size() - 1)) {
                ticks.add(Long.parseLong(line) * 90_000 / scale);
            }
            return ticks;
        }
    }
}
