// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.bench.fleet.FleetCamera;
import org.watchkeep.bench.fleet.SentByCamera;
import org.watchkeep.profiles.yaml.YamlReader;
import org.watchkeep.recorder.rtsp.MediaTransport;

/** The other recorders: found or not, and how they are told what to do. */
class ContenderTest {
    private static final FleetCamera CAMERA = new FleetCamera(
            1, "rtsp://127.0.0.1:9/cam1", Optional.empty(), MediaTransport.TCP, Optional.empty(), Optional.empty());

    @TempDir
    private Path folder;

    @Test
    void missing_notOnThePath_saysSo() {
        assertThat(new MediaMtxContender(Optional.empty()).missing()).hasValue("no mediamtx on the PATH");
        assertThat(new MoonfireContender(Optional.empty()).missing()).hasValue("no moonfire-nvr on the PATH");
        assertThat(new MoonfireContender(Optional.of(folder)).missing())
                .hasValueSatisfying(why -> assertThat(why).contains("cannot enter its cameras"));
        assertThat(new FfmpegContender(Optional.empty(), new FfmpegContender.Segments("mp4", 10)).missing())
                .hasValue("no ffmpeg on the PATH");
    }

    @Test
    void onPath_executableInTheSecondFolder_isFound() throws Exception {
        Path program =
                Files.createFile(Files.createDirectories(folder.resolve("b")).resolve("recorder"));
        String path = folder.resolve("a") + ":" + folder.resolve("b");
        assertThat(Programs.onPath("recorder", Optional.of(path))).isEmpty();
        assertThat(program.toFile().setExecutable(true)).isTrue();
        assertThat(Programs.onPath("recorder", Optional.of(path))).hasValue(program);
    }

    @Test
    void configuration_ofMediaMtx_recordsEachCamera() throws Exception {
        String yaml = MediaMtxContender.configuration(List.of(CAMERA), folder);
        YamlReader.read("mediamtx.yml", yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8), "paths");
        assertThat(yaml)
                .contains("recordPath: " + folder + "/%path/%Y")
                .contains("  cam1:\n    source: rtsp://127.0.0.1:9/cam1");
    }

    @Test
    void segments_unknownFormat_isRefused() {
        assertThatThrownBy(() -> new FfmpegContender.Segments("avi", 10)).hasMessageContaining("expected: mp4, mpegts");
    }

    @Test
    void lost_sentLessRead_isInPicturesBytesAndSeconds() {
        SentByCamera sent = new SentByCamera(3, 100, 1_000_000, 4_000_000);
        Outcome.Lost lost = Outcome.Lost.of(sent, new ReadableFootage(75, 760_000));
        assertThat(lost).isEqualTo(new Outcome.Lost(3, 25, 240_000, 1.0));
        assertThat(Outcome.Lost.of(sent, new ReadableFootage(100, 1_000_400)))
                .isEqualTo(new Outcome.Lost(3, 0, 0, 0.0));
    }
}
