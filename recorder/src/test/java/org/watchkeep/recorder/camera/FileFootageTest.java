// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.recorder.camera.SimulatedCamera.Play;

class FileFootageTest {
    private static final int FRAME = 3_600;

    @TempDir
    Path folder;

    private static FileFootage footage(long... presentation) throws IOException {
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < presentation.length; i++) {
            pictures.add(Picture.ofLengthPrefixed(PictureCodec.H264, new byte[] {0, 0, 0, 1, 0x41}, 4));
        }
        ParameterSets sets = new ParameterSets(
                PictureCodec.H264,
                List.of(ByteBuffer.wrap(new byte[] {0x67, 66, 0, 30}), ByteBuffer.wrap(new byte[] {0x68, 1, 1})));
        return new FileFootage(sets, pictures, presentation, FRAME);
    }

    @Test
    void next_loopingFile_goesOnWithSteadyTimes() throws IOException {
        FileSource source = new FileSource(footage(1_000, 1_000 + FRAME, 1_000 + 2 * FRAME), Play.LOOPING);

        for (int i = 0; i < 10; i++) {
            assertThat(source.dueNanos()).isEqualTo(i * 40_000_000L);
            assertThat(source.next(0).ticks90k()).isEqualTo((long) i * FRAME);
        }
        assertThat(source.isOver()).isFalse();
    }

    /** I P B B: shown as I B B P. Nothing may be sent before the moment it shows. */
    @Test
    void next_reorderedPictures_areSentNoEarlierThanTheyWereTaken() throws IOException {
        FileSource source = new FileSource(footage(0, 3 * FRAME, FRAME, 2 * FRAME), Play.ONCE);

        List<Long> ticks = new ArrayList<>();
        while (!source.isOver()) {
            long due = PictureSource.ticksOf(source.dueNanos());
            long shown = source.next(0).ticks90k();
            assertThat(shown).isLessThanOrEqualTo(due);
            ticks.add(shown);
        }

        assertThat(ticks).containsExactly(-2L * FRAME, (long) FRAME, -1L * FRAME, 0L);
    }

    @Test
    void next_playedOnce_isOverAfterTheLast() throws IOException {
        FileSource source = new FileSource(footage(0, FRAME), Play.ONCE);
        source.next(0);
        source.next(0);

        assertThat(source.isOver()).isTrue();
        assertThatThrownBy(() -> source.next(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void nanosOf_aYearOfTicks_isExactWithinANanosecond() {
        long ticks = 365L * 86_400 * 90_000 + 12_345;

        assertThat(PictureSource.nanosOf(ticks)).isEqualTo(365L * 86_400 * 1_000_000_000 + 137_166_666);
        assertThat(PictureSource.ticksOf(-40_000_000)).isEqualTo(-3_600);
    }

    @Test
    void read_elementaryFile_hasItsPicturesByteForByte() throws IOException {
        List<Picture> drawn = Drawn.pictures("Market Square", 2, 60);
        Path file = Drawn.elementaryFile(folder, drawn);

        FileFootage footage = FileFootage.read(file);

        assertThat(footage.pictures()).isEqualTo(drawn.size());
        for (int i = 0; i < drawn.size(); i++) {
            Picture read = footage.picture(i);
            assertThat(read.nalUnits()).isEqualTo(drawn.get(i).nalUnits());
            for (int unit = 0; unit < read.nalUnits(); unit++) {
                assertThat(read.nalUnit(unit)).isEqualTo(drawn.get(i).nalUnit(unit));
            }
        }
        assertThat(footage.parameterSets()).isEqualTo(ParameterSets.ofPicture(drawn.get(0)));
    }

    @Test
    void read_fileThatIsNone_isRefusedWithItsName() throws IOException {
        Path text = Files.writeString(folder.resolve("notes.txt"), "not a film");

        assertThatThrownBy(() -> FileFootage.read(text))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("notes.txt");
        assertThatThrownBy(() -> FileFootage.read(folder.resolve("missing.mp4")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("missing.mp4");
        assertThatThrownBy(() -> FileFootage.read(folder)).isInstanceOf(IOException.class);
    }

    /** A file cut or spoilt anywhere is read as far as it goes or refused; nothing else comes out. */
    @Test
    void read_spoiltFile_isReadOrRefused() throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(Files.readAllBytes(Drawn.elementaryFile(folder, Drawn.pictures("Quay", 3, 5))));
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 60; round++) {
            byte[] bytes = whole.toByteArray();
            for (int flip = random.nextInt(30); flip > 0; flip--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Path file = folder.resolve("spoilt.h264");
            Files.write(file, Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length)));
            try {
                assertThat(FileFootage.read(file).pictures())
                        .as("seed %d", seed)
                        .isPositive();
            } catch (IOException refused) {
                assertThat(refused).as("seed %d", seed).hasMessageContaining("spoilt.h264");
            }
        }
    }
}
