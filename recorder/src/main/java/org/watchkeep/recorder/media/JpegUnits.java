// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.watchkeep.recorder.rtp.Depacketiser;
import org.watchkeep.recorder.rtp.JpegDepacketiser;
import org.watchkeep.recorder.rtp.JpegFormat;
import org.watchkeep.recorder.rtp.JpegSink;
import org.watchkeep.recorder.rtp.StreamFormatException;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * JPEG: each picture is a unit and a key picture. The unit at hand is a whole JPEG file at any time, for EOI stands behind
 * what has come and is overwritten by what comes next: so a picture whose rest is lost can be decoded as far as it goes.
 * Confined to its event loop.
 */
final class JpegUnits implements UnitFormat, JpegSink {
    /** ISO/IEC 14496-1 table 5, registered as an object type: JPEG (ISO/IEC 10918-1). */
    static final String CODEC = "mp4v.6C";

    private static final int END_OF_IMAGE = 0xffd9;
    private static final int END_BYTES = 2;

    private final SlabChain chain;
    private final AccessUnitBuilder builder;
    private final JpegDepacketiser depacketiser;

    private @Nullable JpegFormat format;
    private @Nullable VideoConfiguration known;

    /** The newest two bytes of the picture itself. */
    private int tail;
    /** Whether EOI behind them is ours. */
    private boolean isEndOurs;

    private long endPlace;

    JpegUnits(VideoTrackSettings settings, SlabChain chain, AccessUnitBuilder builder, Set<Tolerance> tolerances) {
        this.chain = chain;
        this.builder = builder;
        depacketiser = new JpegDepacketiser(settings.origin(), this, tolerances);
    }

    @Override
    public Depacketiser depacketiser() {
        return depacketiser;
    }

    @Override
    public Optional<VideoConfiguration> configuration(AccessUnit unit) {
        JpegFormat now = format;
        if (now == null) {
            return Optional.empty();
        }
        List<List<Long>> meaning = List.of(List.of((long) now.width(), (long) now.height(), (long) now.sampling()));
        VideoConfiguration last = known;
        if (last == null || !last.meaning().equals(meaning)) {
            last = new VideoConfiguration(
                    CODEC,
                    now.width(),
                    now.height(),
                    VideoConfiguration.REORDER_NEVER,
                    0,
                    meaning,
                    "mp4v",
                    Boxes.jpegDescriptor(),
                    true);
            known = last;
        }
        return Optional.of(last);
    }

    @Override
    public String needed() {
        return "a picture size";
    }

    @Override
    public long unusable() {
        return 0;
    }

    @Override
    public void pictureStart(ByteBuffer header, JpegFormat started) throws StreamFormatException {
        AccessUnit unit = builder.current();
        if (unit.hasPicture) {
            // A second picture with the time of the first and no marker between: not both can be had.
            depacketiser.reset();
            unit.isDamaged = true;
            return;
        }
        format = started;
        unit.hasPicture = true;
        unit.hasFirstSlice = true;
        unit.isKey = true;
        unit.firstSlice = chain.place();
        tail = 0;
        isEndOurs = false;
        if (header.hasRemaining()) {
            write(unit, Unpooled.wrappedBuffer(header), 0, header.remaining());
        }
    }

    @Override
    public void pictureBytes(ByteBuf from, int index, int length) throws StreamFormatException {
        AccessUnit unit = builder.current();
        if (!unit.hasPicture) {
            unit.isDamaged = true;
        } else if (length > 0) {
            write(unit, from, index, length);
        }
    }

    private void write(AccessUnit unit, ByteBuf from, int index, int length) throws StreamFormatException {
        if (isEndOurs) {
            chain.rewind(endPlace);
            unit.sizeBytes -= END_BYTES;
        }
        builder.grow(length);
        chain.put(from, index, length);
        tail = length >= END_BYTES
                ? from.getUnsignedShort(index + length - END_BYTES)
                : (tail << 8 | from.getUnsignedByte(index)) & 0xffff;
        endPlace = chain.place();
        isEndOurs = tail != END_OF_IMAGE;
        if (isEndOurs) {
            builder.grow(END_BYTES);
            chain.put(END_OF_IMAGE >>> 8);
            chain.put(END_OF_IMAGE & 0xff);
        }
        unit.to = chain.place();
    }

    @Override
    public void pictureLost() {
        builder.current().isDamaged = true;
    }
}
