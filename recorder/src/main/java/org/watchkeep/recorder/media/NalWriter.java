// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import io.netty.buffer.ByteBuf;
import org.watchkeep.recorder.rtp.NalSink;
import org.watchkeep.recorder.rtp.StreamFormatException;

/**
 * Writes NAL units, each behind a length of four bytes, into the track's chain, byte for byte and in order, and has the codec
 * note what the access unit at hand holds. Confined to its event loop.
 */
final class NalWriter implements NalSink {
    /** The longest set that is kept: with every scaling list an SPS comes to about 1 kB. */
    static final int MAX_SET_BYTES = 4 << 10;

    /** A slice header's first fields, and the messages an SEI begins with (D.1): what stands behind is never asked for. */
    static final int LOOKED_AT_BYTES = 64;

    private final SlabChain chain;
    private final AccessUnitBuilder builder;
    private final NalCodec codec;
    private final byte[] scratch = new byte[MAX_SET_BYTES];

    private long lengthPlace;
    private int header;
    private int nalBytes;
    private long unusableSets;

    NalWriter(SlabChain chain, AccessUnitBuilder builder, NalCodec codec) {
        this.chain = chain;
        this.builder = builder;
        this.codec = codec;
    }

    /** Parameter sets that could not be read. */
    long unusableSets() {
        return unusableSets;
    }

    @Override
    public void nalStart(int firstByte) throws StreamFormatException {
        builder.grow(Integer.BYTES + 1);
        lengthPlace = chain.reserveInt();
        chain.put(firstByte);
        header = firstByte;
        nalBytes = 1;
    }

    @Override
    public void nalBytes(ByteBuf from, int index, int length) throws StreamFormatException {
        builder.grow(length);
        chain.put(from, index, length);
        nalBytes += length;
    }

    @Override
    public void nalZeros(int count) throws StreamFormatException {
        builder.grow(count);
        for (int i = 0; i < count; i++) {
            chain.put(0);
        }
        nalBytes += count;
    }

    @Override
    public void nalEnd(boolean isWhole) {
        AccessUnit current = builder.current();
        boolean isParameterSet = codec.isParameterSet(header);
        if (!isWhole) {
            current.isDamaged = true;
            if (isParameterSet || nalBytes <= codec.headerBytes()) {
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
        } else if (nalBytes > codec.headerBytes()) {
            look(current);
        }
    }

    @Override
    public void nalLost() {
        builder.current().isDamaged = true;
    }

    private void onParameterSet() {
        if (nalBytes > scratch.length) {
            unusableSets++;
            return;
        }
        chain.get(nalPlace(), scratch, nalBytes);
        unusableSets += codec.offer(scratch, nalBytes) ? 0 : 1;
    }

    private void look(AccessUnit current) {
        int length = chain.get(nalPlace(), scratch, Math.min(nalBytes, LOOKED_AT_BYTES));
        if (codec.look(current, scratch, length) && !current.hasPicture) {
            current.hasPicture = true;
            current.firstSlice = nalPlace();
        }
    }

    private long nalPlace() {
        return lengthPlace + Integer.BYTES;
    }
}
