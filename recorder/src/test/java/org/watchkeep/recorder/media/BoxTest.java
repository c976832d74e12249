// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Boxes as text against golden files ({@code -Dgolden.update=true} writes them anew), and boxes that are none. */
class BoxTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    @Test
    void initSegment_ofHighProfile_isAsWrittenDown() throws Exception {
        TrackHarness harness = recorded();
        assertGolden("init-h264.txt", harness.sink.runs.get(0).configuration());
    }

    @Test
    void fragment_atKeyPicture_isAsWrittenDown() throws Exception {
        assertGolden("fragment-key.txt", recorded().sink.fragments.get(0).bytes());
    }

    @Test
    void fragment_betweenKeyPictures_isAsWrittenDown() throws Exception {
        assertGolden("fragment-between.txt", recorded().sink.fragments.get(1).bytes());
    }

    @Test
    void fragment_withReorderedPictures_isAsWrittenDown() throws Exception {
        SampleTable table = new SampleTable(false);
        table.begin(7_200, true);
        table.add(10, 3_600, 0);
        table.add(20, 3_600, 10_800);
        table.add(5, 3_600, -3_600);
        ByteBuffer header = Boxes.fragmentHeader(3, table);
        ByteBuffer fragment = ByteBuffer.allocate(header.remaining() + 35).put(header);
        assertGolden("fragment-reordered.txt", fragment.rewind());
        MovieFragment read = MovieFragment.read(fragment);
        assertThat(read.samples())
                .extracting(MovieFragment.Sample::shownTicks)
                .containsExactly(7_200L, 21_600L, 10_800L);
    }

    @Test
    void read_fragmentWithoutMdat_saysWhere() {
        BoxWriter out = new BoxWriter(16);
        out.end(out.begin("moof"));
        ByteBuffer moof = out.toBuffer();
        assertThatThrownBy(() -> MovieFragment.read(moof))
                .isInstanceOf(BoxFormatException.class)
                .hasMessage("no mdat offset=8");
    }

    @Test
    void dump_boxesNestedWithoutEnd_isRefused() {
        BoxWriter out = new BoxWriter(1_000);
        int[] starts = new int[SegmentDump.MAX_DEPTH + 2];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = out.begin("moof");
        }
        for (int i = starts.length - 1; i >= 0; i--) {
            out.end(starts[i]);
        }
        ByteBuffer nested = out.toBuffer();
        assertThatThrownBy(() -> SegmentDump.dump(nested)).isInstanceOf(BoxFormatException.class);
    }

    @Property(tries = 2_000)
    void read_fragmentSpoilt_readsOrRefuses(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        SampleTable table = new SampleTable(false);
        table.begin(random.nextInt(), random.nextBoolean());
        int bytes = 0;
        for (int i = random.nextInt(5); i >= 0; i--) {
            int size = random.nextInt(20);
            table.add(size, 1 + random.nextInt(5_000), random.nextBoolean() ? 0 : random.nextInt(5_000));
            bytes += size;
        }
        ByteBuffer header = Boxes.fragmentHeader(1, table);
        ByteBuffer fragment =
                ByteBuffer.allocate(header.remaining() + bytes).put(header).rewind();
        for (int i = random.nextInt(4); i >= 0; i--) {
            fragment.put(random.nextInt(header.limit()), (byte) (random.nextBoolean() ? 0 : random.nextInt(256)));
        }
        fragment.limit(random.nextInt(3) == 0 ? random.nextInt(fragment.capacity()) : fragment.capacity());
        try {
            MovieFragment read = MovieFragment.read(fragment);
            for (MovieFragment.Sample sample : read.samples()) {
                assertThat(sample.index() + sample.sizeBytes()).isLessThanOrEqualTo(fragment.limit());
            }
            assertThat(SegmentDump.dump(fragment)).startsWith("moof");
        } catch (BoxFormatException e) {
            assertThat(e).hasMessageContaining("offset=");
        }
    }

    private static TrackHarness recorded() throws Exception {
        TrackHarness harness = new TrackHarness();
        harness.play(TestStream.pictures(new Random(4), 33, 30, 100));
        harness.close();
        return harness;
    }

    private static void assertGolden(String name, ByteBuffer boxes) throws Exception {
        String dump = SegmentDump.dump(boxes);
        Path file = GOLDEN.resolve(name);
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(GOLDEN);
            Files.writeString(file, dump, StandardCharsets.UTF_8);
        }
        assertThat(dump).isEqualTo(Files.readString(file, StandardCharsets.UTF_8));
    }
}
