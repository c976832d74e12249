// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.Arrays;

/**
 * The samples of one fragment: sizes, durations, composition offsets. Only the first can be a key picture, for each key
 * picture begins a fragment, or each is one. Used again for fragment after fragment. Confined to one thread.
 */
final class SampleTable {
    private int[] sizes = new int[64];
    private int[] durations = new int[64];
    private int[] offsets = new int[64];
    private int count;
    private long startTicks;
    private long durationTicks;
    private long totalBytes;
    private boolean startsWithKeyPicture;
    private final boolean isEachKey;
    private boolean hasCompositionOffsets;

    /** @param isEachKey whether each sample is a key picture */
    SampleTable(boolean isEachKey) {
        this.isEachKey = isEachKey;
    }

    /** Empty, to begin at this decoding time. */
    void begin(long ticks, boolean isKeyPicture) {
        count = 0;
        durationTicks = 0;
        totalBytes = 0;
        hasCompositionOffsets = false;
        startTicks = ticks;
        startsWithKeyPicture = isKeyPicture;
    }

    void add(int sizeBytes, int ticks, int compositionOffset) {
        if (count == sizes.length) {
            sizes = Arrays.copyOf(sizes, count * 2);
            durations = Arrays.copyOf(durations, count * 2);
            offsets = Arrays.copyOf(offsets, count * 2);
        }
        sizes[count] = sizeBytes;
        durations[count] = ticks;
        offsets[count++] = compositionOffset;
        hasCompositionOffsets |= compositionOffset != 0;
        durationTicks += ticks;
        totalBytes += sizeBytes;
    }

    /**
     * Gives all samples, and the picture behind them, other decoding times; when they are shown stays as it is.
     *
     * @return the decoding time of the picture behind them
     */
    long retime(DecodingTimes times, long nextShownTicks) {
        long shownBefore = startTicks;
        long newest = 0;
        for (int i = 0; i <= count; i++) {
            long shown = i < count ? shownBefore + offsets[i] : nextShownTicks;
            shownBefore += i < count ? durations[i] : 0;
            long ticks = times.next(shown);
            if (i > 0) {
                durations[i - 1] = (int) (ticks - newest);
            }
            if (i < count) {
                offsets[i] = (int) (shown - ticks);
                hasCompositionOffsets |= offsets[i] != 0;
            }
            newest = ticks;
        }
        durationTicks = newest - startTicks;
        return newest;
    }

    /** Decoding time of the last sample. */
    long lastTicks() {
        return endTicks() - durations[count - 1];
    }

    int count() {
        return count;
    }

    /** Decoding time of the first sample. */
    long startTicks() {
        return startTicks;
    }

    /** Where the next sample would stand. */
    long endTicks() {
        return startTicks + durationTicks;
    }

    long totalBytes() {
        return totalBytes;
    }

    boolean startsWithKeyPicture() {
        return startsWithKeyPicture;
    }

    boolean isEachKey() {
        return isEachKey;
    }

    boolean hasCompositionOffsets() {
        return hasCompositionOffsets;
    }

    int size(int sample) {
        return sizes[sample];
    }

    int duration(int sample) {
        return durations[sample];
    }

    int compositionOffset(int sample) {
        return offsets[sample];
    }
}
