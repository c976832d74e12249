// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A fragment read back: its samples and where their bytes are. Reads what {@link Boxes#fragmentHeader} writes, as bytes and
 * not by its code. Immutable.
 *
 * @param tfdtIndex where the 64-bit decoding time stands, to be written anew
 * @param sequenceIndex where the fragment's sequence number stands
 */
public record MovieFragment(List<Sample> samples, int tfdtIndex, int sequenceIndex) {
    /** A thousand is what we write; ten times that is what we read. */
    private static final int MAX_SAMPLES = 10_000;

    /**
     * One sample.
     *
     * @param ticks decoding time
     * @param shownTicks time shown
     * @param index of its first byte in the fragment
     */
    public record Sample(long ticks, long shownTicks, int durationTicks, boolean isKey, int index, int sizeBytes) {}

    public MovieFragment {
        samples = List.copyOf(samples);
    }

    long startTicks() {
        return samples.get(0).ticks();
    }

    /** Where the next fragment stands. */
    long endTicks() {
        Sample last = samples.get(samples.size() - 1);
        return last.ticks() + last.durationTicks();
    }

    boolean startsWithKeyPicture() {
        return samples.get(0).isKey();
    }

    /** Reads the fragment between the buffer's position and limit. */
    public static MovieFragment read(ByteBuffer in) throws BoxFormatException {
        List<Box> boxes = Box.list(in, in.position(), in.limit());
        Box moof = required(boxes, "moof", in.position());
        Box mdat = required(boxes, "mdat", moof.end());
        Box mfhd = moof.descend(in, "mfhd").atLeast(8);
        Box tfdt = moof.descend(in, "traf", "tfdt").atLeast(12);
        Box tfhd = moof.descend(in, "traf", "tfhd").atLeast(8);
        if (in.get(tfdt.body()) != 1) {
            throw new BoxFormatException("tfdt version: " + in.get(tfdt.body()) + " (expected: 1)", tfdt.start());
        }
        int tfhdFlags = in.getInt(tfhd.body()) & 0xff_ffff;
        boolean isEachKey = (tfhdFlags & Boxes.TFHD_DEFAULT_SAMPLE_FLAGS) != 0
                && in.getInt(tfhd.atLeast(12).body() + 8) == Boxes.SYNC_SAMPLE;
        if ((tfhdFlags & ~Boxes.TFHD_DEFAULT_SAMPLE_FLAGS) != Boxes.TFHD_DEFAULT_BASE_IS_MOOF) {
            throw new BoxFormatException("tfhd flags: " + Integer.toHexString(tfhdFlags), tfhd.start());
        }
        Box trun = moof.descend(in, "traf", "trun").atLeast(12);
        long start = in.getLong(tfdt.body() + 4);
        return new MovieFragment(
                samples(in, trun, isEachKey, start, moof.start(), mdat), tfdt.body() + 4, mfhd.body() + 4);
    }

    private static Box required(List<Box> boxes, String type, int at) throws BoxFormatException {
        return Box.find(boxes, type).orElseThrow(() -> new BoxFormatException("no " + type, at));
    }

    private static List<Sample> samples(ByteBuffer in, Box trun, boolean isEachKey, long start, int moof, Box mdat)
            throws BoxFormatException {
        int flags = in.getInt(trun.body()) & 0xff_ffff;
        int expected = Boxes.TRUN_DATA_OFFSET | Boxes.TRUN_DURATION | Boxes.TRUN_SIZE;
        if ((flags & ~(Boxes.TRUN_FIRST_SAMPLE_FLAGS | Boxes.TRUN_COMPOSITION_OFFSET)) != expected) {
            throw new BoxFormatException("trun flags: " + Integer.toHexString(flags), trun.start());
        }
        boolean hasOffsets = (flags & Boxes.TRUN_COMPOSITION_OFFSET) != 0;
        boolean hasFirstFlags = (flags & Boxes.TRUN_FIRST_SAMPLE_FLAGS) != 0;
        int count = in.getInt(trun.body() + 4);
        int entryBytes = hasOffsets ? 12 : 8;
        if (count < 1 || count > MAX_SAMPLES) {
            throw new BoxFormatException("samples: " + count + " (expected: 1 to " + MAX_SAMPLES + ")", trun.start());
        }
        trun.atLeast(12 + (hasFirstFlags ? 4 : 0) + count * entryBytes);
        int at = trun.body() + 12 + (hasFirstFlags ? 4 : 0);
        boolean isKey = hasFirstFlags && in.getInt(at - 4) == Boxes.SYNC_SAMPLE;
        long index = (long) moof + in.getInt(trun.body() + 8);
        long ticks = start;
        List<Sample> samples = new ArrayList<>(count);
        for (int i = 0; i < count; i++, at += entryBytes) {
            int duration = in.getInt(at);
            int size = in.getInt(at + 4);
            if (duration < 0 || size < 0 || index < mdat.body() || index + size > mdat.end()) {
                throw new BoxFormatException("sample " + i + " of " + size + " bytes outside its mdat", at);
            }
            long shown = ticks + (hasOffsets ? in.getInt(at + 8) : 0);
            samples.add(new Sample(ticks, shown, duration, isEachKey || (isKey && i == 0), (int) index, size));
            ticks += duration;
            index += size;
        }
        return samples;
    }
}
