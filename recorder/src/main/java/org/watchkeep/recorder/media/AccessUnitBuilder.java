// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.watchkeep.recorder.rtp.NalSink;
import org.watchkeep.recorder.rtp.StreamFormatException;
import org.watchkeep.recorder.rtp.StreamOrigin;

/**
 * Writes NAL units, each behind a length of four bytes, into the track's chain, byte for byte and in order, and notes what
 * the access unit at hand holds. A unit must be {@link #begin begun} before NAL units come. Confined to its event loop.
 */
final class AccessUnitBuilder implements NalSink {
    /** 8 MiB: ten times the largest key picture of the profiles (4K at 30 Mbit/s). Nothing from a camera is let grow beyond. */
    static final int MAX_BYTES = 8 << 20;

    private static final int SEI = 6;
    private static final int IDR_SLICE = 5;
    private static final int LAST_SLICE_TYPE = 5;

    /** SEI D.1: a recovery point is among the first messages or it is not one to start at. */
    private static final int SEI_PREFIX_BYTES = 64;

    private static final int RECOVERY_POINT = 6;

    private final StreamOrigin origin;
    private final SlabChain chain;
    private final H264ParameterSets parameterSets;
    private final byte[] scratch = new byte[H264ParameterSets.MAX_SET_BYTES];

    private @Nullable AccessUnit unit;
    private long lengthPlace;
    private int nalType;
    private int nalBytes;
    private int secondByte;
    private long unusableSets;
    /** Where there are IDR pictures, they are the key pictures: some encoders put a recovery point on every picture. */
    private boolean isIdrSeen;

    AccessUnitBuilder(StreamOrigin origin, SlabChain chain, H264ParameterSets parameterSets) {
        this.origin = origin;
        this.chain = chain;
        this.parameterSets = parameterSets;
    }

    /** The unit at hand; null between units. */
    @Nullable
    AccessUnit unit() {
        return unit;
    }

    /** Parameter sets that could not be read. */
    long unusableSets() {
        return unusableSets;
    }

    AccessUnit begin() {
        AccessUnit begun = new AccessUnit(chain.place());
        unit = begun;
        return begun;
    }

    /** Goes on with the newest unit of the chain, which had seemed complete. */
    void reopen(AccessUnit newest) {
        unit = newest;
    }

    /** The unit at hand is complete; its bytes are the chain's newest. */
    AccessUnit finish() {
        AccessUnit finished = current();
        unit = null;
        return finished;
    }

    /** Drops the unit at hand and its bytes. */
    void discard() {
        if (unit != null) {
            chain.rewind(unit.from);
            unit = null;
        }
    }

    private AccessUnit current() {
        if (unit == null) {
            throw new IllegalStateException("no access unit begun");
        }
        return unit;
    }

    @Override
    public void nalStart(int header) throws StreamFormatException {
        grow(Integer.BYTES + 1);
        lengthPlace = chain.reserveInt();
        chain.put(header);
        nalType = header & 0x1f;
        nalBytes = 1;
        secondByte = -1;
    }

    @Override
    public void nalBytes(ByteBuf from, int index, int length) throws StreamFormatException {
        grow(length);
        if (nalBytes == 1) {
            secondByte = from.getUnsignedByte(index);
        }
        chain.put(from, index, length);
        nalBytes += length;
    }

    @Override
    public void nalZeros(int count) throws StreamFormatException {
        grow(count);
        if (nalBytes == 1) {
            secondByte = 0;
        }
        for (int i = 0; i < count; i++) {
            chain.put(0);
        }
        nalBytes += count;
    }

    private void grow(int bytes) throws StreamFormatException {
        AccessUnit current = current();
        if (bytes > MAX_BYTES - current.sizeBytes) {
            throw new StreamFormatException(
                    "access unit bytes: " + (current.sizeBytes + (long) bytes) + " (expected: at most " + MAX_BYTES
                            + ")",
                    origin,
                    StreamFormatException.UNKNOWN,
                    current.sizeBytes);
        }
        current.sizeBytes += bytes;
    }

    @Override
    public void nalEnd(boolean isWhole) {
        AccessUnit current = current();
        boolean isParameterSet = nalType == H264ParameterSets.SPS || nalType == H264ParameterSets.PPS;
        if (!isWhole) {
            current.isDamaged = true;
            if (isParameterSet || nalBytes < 2) {
                // Half a parameter set would be taken for a whole one by a decoder.
                chain.rewind(lengthPlace);
                current.sizeBytes -= Integer.BYTES + nalBytes;
                return;
            }
        }
        chain.setInt(lengthPlace, nalBytes);
        current.to = chain.place();
        if (isParameterSet) {
            onParameterSet();
        } else if (nalType <= LAST_SLICE_TYPE && nalBytes >= 2) {
            onSlice(current);
        } else if (nalType == SEI && !isIdrSeen && !current.isKey) {
            current.isKey = isRecoveryPoint();
        }
    }

    @Override
    public void nalLost() {
        current().isDamaged = true;
    }

    private void onParameterSet() {
        if (nalBytes > scratch.length) {
            unusableSets++;
            return;
        }
        chain.get(nalPlace(), scratch, nalBytes);
        if (parameterSets.offer(scratch, nalBytes) == H264ParameterSets.Change.UNUSABLE) {
            unusableSets++;
        }
    }

    private void onSlice(AccessUnit current) {
        if (!current.hasPicture) {
            current.hasPicture = true;
            current.firstSlice = nalPlace();
        }
        // 7.3.3: first_mb_in_slice is ue(v) and begins the slice header; 0 is written as a single 1.
        current.hasFirstSlice |= (secondByte & 0x80) != 0;
        if (nalType == IDR_SLICE) {
            current.isKey = true;
            isIdrSeen = true;
        }
    }

    /** D.1.8: cameras without IDR pictures (gradual refresh, open GOP) say here where decoding may start. */
    private boolean isRecoveryPoint() {
        int length = chain.get(nalPlace(), scratch, Math.min(nalBytes, SEI_PREFIX_BYTES));
        int at = 1;
        while (at + 2 < length) {
            int type = scratch[at] & 0xff;
            int size = scratch[at + 1] & 0xff;
            if (type == RECOVERY_POINT) {
                // recovery_frame_cnt is ue(v): a first bit of 1 is 0 pictures to wait for.
                return size > 0 && (scratch[at + 2] & 0x80) != 0;
            }
            if (type == 0xff || size == 0xff) {
                return false;
            }
            at += 2 + size;
        }
        return false;
    }

    /** Id of the PPS that a unit's first slice names (7.3.3), or -1 where it cannot be read. */
    int ppsId(AccessUnit of) {
        int length = chain.get(of.firstSlice, scratch, Math.min(scratch.length, 16));
        try {
            BitReader in = BitReader.ofNal(scratch, length);
            in.unsigned("first_mb_in_slice", Integer.MAX_VALUE);
            in.unsigned("slice_type", 9);
            return in.unsigned("pic_parameter_set_id", 255);
        } catch (BitstreamFormatException e) {
            // A slice whose header is nonsense: kept as it is, but no key to start at.
            return -1;
        }
    }

    private long nalPlace() {
        return lengthPlace + Integer.BYTES;
    }
}
