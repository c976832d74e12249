// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.watchkeep.recorder.camera.Drawn;
import org.watchkeep.recorder.media.VideoCodec;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.FragmentFlags;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.RunStart;
import org.watchkeep.retention.store.StreamStatus;

/** Keeps what a store would be given: the slices of all pictures (whole JPEG pictures), and what was said of them. Any thread. */
final class KeptFootage implements FootageSink {
    private static final int MDAT = 0x6d646174;

    /** With which every JPEG picture begins, and nothing within one. */
    private static final int START_OF_IMAGE = 0xffd8ff;

    private final VideoCodec codec;
    private final List<ByteBuffer> slices = new ArrayList<>();
    private final List<GapCause> runEnds = new ArrayList<>();
    private final List<GapCause> gaps = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> details = new ArrayList<>();
    private final List<RunStart> runs = new ArrayList<>();
    private final List<Fragment> fragments = new ArrayList<>();

    KeptFootage(VideoCodec codec) {
        this.codec = codec;
    }

    @Override
    public synchronized void beginRun(RunStart start) {
        runs.add(start);
        if (!start.notes().isEmpty()) {
            note(start.notes());
        }
    }

    @Override
    public synchronized void append(Fragment fragment) {
        ByteBuffer whole = ByteBuffer.allocate(fragment.sizeBytes());
        fragment.pieces().forEach(piece -> whole.put(piece.duplicate()));
        fragment.release().run();
        whole.flip();
        while (whole.hasRemaining()) {
            int size = whole.getInt();
            int type = whole.getInt();
            ByteBuffer box = whole.slice(whole.position(), size - 8);
            whole.position(whole.position() + size - 8);
            if (type == MDAT && codec == VideoCodec.JPEG) {
                addPictures(box);
            } else if (type == MDAT) {
                addSlices(box);
            }
        }
        fragments.add(fragment);
    }

    private void addSlices(ByteBuffer samples) {
        while (samples.hasRemaining()) {
            int length = samples.getInt();
            ByteBuffer unit = samples.slice(samples.position(), length);
            samples.position(samples.position() + length);
            if (Drawn.isSlice(codec == VideoCodec.H265, unit.get(0))) {
                slices.add(unit);
            }
        }
    }

    private void addPictures(ByteBuffer samples) {
        int from = 0;
        for (int at = 1; at <= samples.limit(); at++) {
            boolean isStart = at + 3 <= samples.limit() && samples.getInt(at - 1) << 8 >>> 8 == START_OF_IMAGE;
            if (isStart || at == samples.limit()) {
                slices.add(samples.slice(from, at - from));
                from = at;
            }
        }
    }

    @Override
    public synchronized void note(String further) {
        notes.addAll(List.of(further.split(" ", -1)));
    }

    @Override
    public synchronized void endRun(GapCause cause, String detail) {
        runEnds.add(cause);
        details.add(detail);
    }

    @Override
    public synchronized void gapCause(GapCause cause, String detail) {
        gaps.add(cause);
        details.add(detail);
    }

    @Override
    public void close(GapCause cause, String detail) {}

    @Override
    public StreamStatus status() {
        return new StreamStatus(0, 0, 0, 0, 0);
    }

    /** Slice NAL units in the order of recording. */
    synchronized List<ByteBuffer> slices() {
        return List.copyOf(slices);
    }

    /** Why runs ended, in order. */
    synchronized List<GapCause> runEnds() {
        return List.copyOf(runEnds);
    }

    /** What was said of gaps while no run was open, in order. */
    synchronized List<GapCause> gaps() {
        return List.copyOf(gaps);
    }

    /** What was said to either. */
    synchronized List<String> details() {
        return List.copyOf(details);
    }

    /** Tolerances noted of any run, at its start or later. */
    synchronized List<String> notes() {
        return List.copyOf(notes);
    }

    synchronized List<RunStart> runs() {
        return List.copyOf(runs);
    }

    synchronized List<Fragment> fragments() {
        return List.copyOf(fragments);
    }

    /** Whether anything before the last fragment is; that one may end in the middle of a picture. */
    synchronized boolean isDamaged() {
        return fragments.stream()
                .limit(Math.max(0, fragments.size() - 1))
                .anyMatch(f -> (f.flags() & FragmentFlags.DAMAGED) != 0);
    }

    @Override
    public String toString() {
        return slices().size() + " slices in " + runs().size() + " runs, ended " + runEnds() + ", gaps " + gaps() + " "
                + details();
    }
}
