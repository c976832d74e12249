// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.FragmentRef;

/** Fragments cut to a window, and written as a file. */
class FragmentCutTest {
    private static final Instant START = Instant.EPOCH.plus(TrackHarness.START_UTC_MICROS, ChronoUnit.MICROS);

    @TempDir
    Path folder;

    private final List<TestStream.Unit> units = TestStream.pictures(new Random(5), 130, 40, 300);
    private final TrackHarness harness = new TrackHarness();

    @BeforeEach
    void record() throws Exception {
        harness.play(units);
        harness.close();
    }

    @Test
    void next_windowFromKeyPicture_keepsExactlyItsPictures() throws Exception {
        assertThat(cut(40 * 40, 75 * 40)).containsExactlyElementsOf(TrackHarness.samples(units.subList(40, 75)));
    }

    @Test
    void next_windowFromBetween_beginsAtTheNextKeyPicture() throws Exception {
        assertThat(cut(41 * 40, 90 * 40)).containsExactlyElementsOf(TrackHarness.samples(units.subList(80, 90)));
    }

    @Test
    void next_windowEndingWithinAPicture_keepsThatPicture() throws Exception {
        assertThat(cut(0, 10 * 40 + 1)).containsExactlyElementsOf(TrackHarness.samples(units.subList(0, 11)));
    }

    @Test
    void next_windowWithoutKeyPicture_isEmpty() throws Exception {
        assertThat(cut(41 * 40, 79 * 40)).isEmpty();
    }

    @Test
    void next_windowOverAll_keepsAll() throws Exception {
        assertThat(cut(-1_000, 100_000)).containsExactlyElementsOf(TrackHarness.samples(units));
    }

    @Test
    void next_withoutBorders_keepsAll() throws Exception {
        FragmentCut cut = new FragmentCut(Instant.MIN, Instant.MAX);
        int pictures = 0;
        for (CollectingSink.Kept kept : harness.sink.fragments) {
            pictures += MovieFragment.read(
                            cut.next(ref(kept.fragment()), kept.bytes()).orElseThrow())
                    .samples()
                    .size();
        }
        assertThat(pictures).isEqualTo(130);
    }

    /** Thirty pictures a second stand on no whole microsecond: each fragment's listed time must still name its picture. */
    @Test
    void next_bordersOnListedTimes_meanThosePictures() throws Exception {
        TrackHarness thirty = new TrackHarness();
        for (int i = 0; i < 100; i++) {
            thirty.send(i % 10 == 0 ? TestStream.key(new Random(i), 60) : TestStream.picture(new Random(i), 60));
            thirty.timestamp += 3_000;
            thirty.monoNanos += 33_333_333;
        }
        thirty.close();
        List<CollectingSink.Kept> fragments = thirty.sink.fragments;
        assertThat(fragments).hasSize(10);
        for (int first = 0; first < 9; first++) {
            FragmentCut cut = new FragmentCut(
                    ref(fragments.get(first).fragment()).start(),
                    ref(fragments.get(first + 1).fragment()).start());
            int pictures = 0;
            for (CollectingSink.Kept kept : fragments) {
                Optional<ByteBuffer> part = cut.next(ref(kept.fragment()), kept.bytes());
                pictures += part.isPresent()
                        ? MovieFragment.read(part.get()).samples().size()
                        : 0;
            }
            assertThat(pictures).as("from fragment %d", first).isEqualTo(10);
        }
    }

    @Test
    void new_windowBackwards_isRefused() {
        assertThatThrownBy(() -> new FragmentCut(START, START)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void runFile_ofACut_hasItsPicturesFromZero() throws Exception {
        Path file = folder.resolve("x.mp4");
        FragmentCut cut = new FragmentCut(START.plusMillis(1_600), START.plusMillis(3_000));
        try (RunFile run = RunFile.create(file, harness.sink.runs.get(0).configuration())) {
            for (CollectingSink.Kept kept : harness.sink.fragments) {
                Optional<ByteBuffer> part = cut.next(ref(kept.fragment()), kept.bytes());
                if (part.isPresent()) {
                    run.append(part.get());
                }
            }
            assertThat(run.pictures()).isEqualTo(35);
            assertThat(run.durationMicros()).isEqualTo(1_400_000);
        }
        String dump = SegmentDump.dump(ByteBuffer.wrap(Files.readAllBytes(file)));
        assertThat(dump)
                .contains("mehd 20 duration=126000")
                .contains("tfdt 20 ticks=0\n")
                .contains("entries=1\n");
    }

    @Test
    void runFile_beginningBetweenKeyPictures_leavesThoseFragmentsOut() throws Exception {
        try (RunFile run =
                RunFile.create(folder.resolve("y.mp4"), harness.sink.runs.get(0).configuration())) {
            for (CollectingSink.Kept kept : harness.sink.fragments.subList(1, harness.sink.fragments.size())) {
                run.append(kept.bytes());
            }
            assertThat(run.skippedFragments()).isEqualTo(1);
            assertThat(run.pictures()).isEqualTo(90);
        }
    }

    @Test
    void runFile_thatExists_isNotWrittenOver() throws Exception {
        Path file = Files.writeString(folder.resolve("z.mp4"), "mine");
        assertThatThrownBy(() -> RunFile.create(file, harness.sink.runs.get(0).configuration()))
                .isInstanceOf(java.nio.file.FileAlreadyExistsException.class);
        assertThat(file).hasContent("mine");
    }

    private List<byte[]> cut(long fromMillis, long toMillis) throws Exception {
        FragmentCut cut = new FragmentCut(START.plusMillis(fromMillis), START.plusMillis(toMillis));
        List<byte[]> samples = new ArrayList<>();
        for (CollectingSink.Kept kept : harness.sink.fragments) {
            Optional<ByteBuffer> part = cut.next(ref(kept.fragment()), kept.bytes());
            if (part.isPresent()) {
                samples.addAll(TrackHarness.samples(part.get()));
            }
        }
        return samples;
    }

    private static FragmentRef ref(Fragment fragment) {
        Instant start = Instant.EPOCH.plus(fragment.startUtcMicros(), ChronoUnit.MICROS);
        return new FragmentRef("v", 1, 0, 1, 0, start, fragment.durationMicros(), fragment.flags());
    }
}
