// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DrawnSourceTest {
    @TempDir
    Path folder;

    /** Full light, dusk and night: the darkest street is the hardest on the encoder. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4, 5})
    void next_hundredsOfPictures_keepTheirBarCodesThroughTheEncoder(int number) throws IOException {
        int count = 250;
        List<Picture> pictures = Drawn.pictures("High Street", number, count);
        Path file = Drawn.elementaryFile(folder, pictures);

        PictureReport report = PictureProbe.read(file);

        assertThat(report)
                .isEqualTo(new PictureReport(
                        count,
                        count,
                        Optional.of(new BarCode(Drawn.UTC, 0)),
                        Optional.of(new BarCode(Drawn.UTC + 249 * 80, 249)),
                        0));
        assertThat(report.isUnbroken()).isTrue();
        assertThat(Files.size(file) * 8 * 1000 / (count * 80L)).as("bit/s").isBetween(200_000L, 700_000L);
    }

    @Test
    void next_twoGops_beginWithParameterSetsAndKeyPicture() throws IOException {
        List<Picture> pictures = Drawn.pictures("High Street", 1, 60);

        for (int i = 0; i < pictures.size(); i++) {
            Picture picture = pictures.get(i);
            assertThat(picture.isKey()).as("picture %d", i).isEqualTo(i % DrawnSource.GOP_PICTURES == 0);
            if (picture.isKey()) {
                assertThat(picture.type(0)).isEqualTo(PictureCodec.H264_SPS);
                assertThat(picture.type(1)).isEqualTo(PictureCodec.H264_PPS);
            }
        }
    }

    @Test
    void requestKeyPicture_betweenTwo_bringsOneAtOnceButNotTwo() throws IOException {
        try (DrawnSource source = new DrawnSource("Quay", 6, SimulatedCamera.Coding.H264)) {
            for (int i = 0; i < 10; i++) {
                source.next(0);
            }
            source.requestKeyPicture();
            assertThat(source.next(0).picture().isKey()).isTrue();
            source.requestKeyPicture();
            assertThat(source.next(0).picture().isKey()).isFalse();
        }
    }

    @Test
    void read_pictureMissing_isOneJump() throws IOException {
        List<Picture> pictures = Drawn.pictures("Quay", 6, 60);
        // The last of a GOP: nothing refers to it, so the others decode.
        pictures.remove(24);

        PictureReport report = PictureProbe.read(Drawn.elementaryFile(folder, pictures));

        assertThat(report.pictures()).isEqualTo(59);
        assertThat(report.jumps()).isEqualTo(1);
        assertThat(report.isUnbroken()).isFalse();
    }
}
