// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The fleet's pictures against the standards they have to meet. */
class SyntheticNalTest {
    @Property(tries = 200)
    void picture_ofAnySize_isFramedNumberedAndMarked(
            @ForAll boolean isKey, @ForAll @IntRange(min = 16, max = 400_000) int size, @ForAll int seed) {
        SyntheticNal packets = new SyntheticNal(SyntheticNal.H264_1080P, 0, 7, seed);
        ByteBuf picture = packets.picture(ByteBufAllocator.DEFAULT, isKey, size, 1234, Math.abs(seed % 1_000_000));
        try {
            List<Integer> sequences = new ArrayList<>();
            int sliceBytes = 1; // the header byte, which FU-A carries in its own two
            while (picture.isReadable()) {
                assertThat(picture.readByte()).isEqualTo((byte) '$');
                assertThat(picture.readByte()).isEqualTo((byte) 0);
                int length = picture.readUnsignedShort();
                int end = picture.readerIndex() + length;
                assertThat(picture.readUnsignedByte()).isEqualTo((short) 0x80);
                boolean marker = (picture.readUnsignedByte() & 0x80) != 0;
                sequences.add(picture.readUnsignedShort());
                assertThat(picture.readInt()).isEqualTo(1234);
                assertThat(picture.readInt()).isEqualTo(7);
                if ((picture.getByte(picture.readerIndex()) & 0x1f) == 28) {
                    sliceBytes += end - picture.readerIndex() - 2;
                }
                assertThat(marker).isEqualTo(end == picture.writerIndex());
                picture.readerIndex(end);
            }
            assertThat(sliceBytes).isEqualTo(size);
            assertThat(sequences).hasSize(packets.packets(isKey, size));
            for (int i = 0; i < sequences.size(); i++) {
                assertThat(sequences.get(i)).isEqualTo((seed + i) & 0xffff);
            }
        } finally {
            picture.release();
        }
    }

    @Property(tries = 50)
    void sizes_overManyGroups_addUpToTheBitRate(
            @ForAll @IntRange(min = 100_000, max = 25_000_000) int bitsPerSecond,
            @ForAll @IntRange(min = 1, max = 60) int picturesPerSecond,
            @ForAll @IntRange(min = 1, max = 300) int groupPictures) {
        StreamPattern pattern = new StreamPattern(bitsPerSecond, picturesPerSecond, groupPictures);
        long pictures = 40L * groupPictures;
        long bytes = 0;
        for (long picture = 0; picture < pictures; picture++) {
            bytes += pattern.sizeBytes(picture);
        }
        double offered = bytes * 8.0 * picturesPerSecond / pictures;
        assertThat(offered).isBetween(bitsPerSecond * 0.93, bitsPerSecond * 1.07);
    }
}
