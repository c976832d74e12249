// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.recorder.camera.SimulatedCamera.Coding;
import org.watchkeep.recorder.media.FragmentSink;
import org.watchkeep.recorder.media.RunFile;
import org.watchkeep.recorder.media.SlabPool;
import org.watchkeep.recorder.media.VideoCodec;
import org.watchkeep.recorder.media.VideoTrack;
import org.watchkeep.recorder.media.VideoTrackSettings;
import org.watchkeep.recorder.rtp.StreamOrigin;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.RunStart;

/** Drawn pictures as JPEG, sent and recorded: a file of them has every bar code. */
class DrawnJpegTest {
    private static final int PICTURES = 30;

    @TempDir
    Path folder;

    @Test
    void packetise_drawnPictures_recordedFileHasEveryBarCode() throws Exception {
        Path file = folder.resolve("drawn.mp4");
        try (DrawnSource source = new DrawnSource("Quay", 6, Coding.MJPEG);
                FileSink sink = new FileSink(file)) {
            VideoTrack track = VideoCodec.JPEG.track(
                    new VideoTrackSettings(
                            new StreamOrigin("cam", "here", 0), 26, 90_000, Map.of(), new SlabPool(), Long.MIN_VALUE),
                    sink);
            RtpPacketiser packetiser = new RtpPacketiser(ByteBufAllocator.DEFAULT, 7, 65_530);
            for (int i = 0; i < PICTURES; i++) {
                long nanos = source.dueNanos();
                PictureSource.Timed timed = source.next(1_700_000_000_000L + nanos / 1_000_000);
                for (ByteBuf packet : packets(packetiser, timed)) {
                    track.onRtp(packet, nanos, nanos / 1_000);
                    packet.release();
                }
            }
            track.close();
            assertThat(track.statistics().accessUnits()).isEqualTo(PICTURES);
            assertThat(track.statistics().tolerances()).isEmpty();
        }
        PictureReport report = PictureProbe.read(file);
        assertThat(report.pictures()).isEqualTo(PICTURES);
        assertThat(report.withBarCode()).isEqualTo(PICTURES);
        assertThat(report.jumps()).isZero();
    }

    private static List<ByteBuf> packets(RtpPacketiser packetiser, PictureSource.Timed timed) {
        List<ByteBuf> packets = new ArrayList<>();
        packetiser.packetise(timed.picture(), (int) timed.ticks90k(), packets::add);
        return packets;
    }

    /** Full range, and the size of a picture as it should be. */
    @Test
    void encode_drawnPicture_isAJpegOfFullRange() throws Exception {
        try (JpegEncoder encoder = new JpegEncoder(640, 360, 12_500)) {
            Planes planes = new Planes(640, 360);
            java.util.Arrays.fill(planes.y, (byte) 235);
            java.util.Arrays.fill(planes.u, (byte) 128);
            java.util.Arrays.fill(planes.v, (byte) 128);
            Picture white = encoder.encode(planes, false);
            assertThat(white.isKey()).isTrue();
            JpegScan scan = white.scan().orElseThrow();
            assertThat(scan.width()).isEqualTo(640);
            assertThat(scan.height()).isEqualTo(360);
            assertThat(scan.type()).isEqualTo(1);
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(white.file()));
            assertThat(image.getRGB(320, 180) & 0xff_ffff).isEqualTo(0xff_ffff);
        }
    }

    @Test
    void of_spoiltPictures_areRefusedWithAPlace() throws Exception {
        byte[] good;
        try (JpegEncoder encoder = new JpegEncoder(64, 48, 12_500)) {
            good = encoder.encode(new Planes(64, 48), false).file();
        }
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] spoilt = java.util.Arrays.copyOf(good, random.nextInt(good.length + 1));
            for (int flips = random.nextInt(4); flips > 0 && spoilt.length > 0; flips--) {
                spoilt[random.nextInt(spoilt.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                JpegScan.of(spoilt);
            } catch (IOException e) {
                assertThat(e)
                        .as("seed %d", seed)
                        .hasMessageStartingWith("JPEG: ")
                        .hasMessageContaining("expected");
            }
        }
        assertThatThrownBy(() -> JpegScan.of(new byte[0])).isInstanceOf(IOException.class);
    }

    /** One run into one file. */
    private static final class FileSink implements FragmentSink, AutoCloseable {
        private final Path path;
        private final List<ByteBuffer> fragments = new ArrayList<>();
        private ByteBuffer configuration = ByteBuffer.allocate(0);

        FileSink(Path path) {
            this.path = path;
        }

        @Override
        public void onRun(RunStart start) {
            configuration = start.configuration();
        }

        @Override
        public void onRunEnd(GapCause cause, String detail) {
            throw new AssertionError(detail);
        }

        @Override
        public void onFragment(Fragment fragment) {
            ByteBuffer bytes = ByteBuffer.allocate(fragment.sizeBytes());
            fragment.pieces().forEach(piece -> bytes.put(piece.duplicate()));
            fragments.add(bytes.flip());
            fragment.release().run();
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(path);
            try (RunFile file = RunFile.create(path, configuration)) {
                for (ByteBuffer fragment : fragments) {
                    file.append(fragment);
                }
            }
        }
    }
}
