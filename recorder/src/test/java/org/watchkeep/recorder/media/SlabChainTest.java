// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SlabChainTest {
    private final SlabPool pool = new SlabPool();
    private final SlabChain chain = new SlabChain(pool);

    @Test
    void cut_inTheMiddleOfASlab_sharesItWithoutCopying() {
        long start = chain.place();
        put(1_000);
        long middle = chain.place();
        put(2_000);
        List<Slab> first = new ArrayList<>();
        List<Slab> second = new ArrayList<>();
        assertThat(length(chain.cut(start, middle, first))).isEqualTo(1_000);
        assertThat(length(chain.cut(middle, chain.place(), second))).isEqualTo(2_000);
        assertThat(first).isEqualTo(second);
        chain.close();
        first.forEach(Slab::disown);
        assertThat(pool.freeSlabs()).isZero();
        second.forEach(Slab::disown);
        assertThat(pool.freeSlabs()).isEqualTo(1);
    }

    @Test
    void reserveInt_atTheEndOfASlab_goesToTheNext() {
        put(Slab.BYTES - 3);
        long from = chain.place();
        long place = chain.reserveInt();
        put(10);
        chain.setInt(place, 10);
        ByteBuffer cut = join(chain.cut(from, chain.place(), new ArrayList<>()));
        assertThat(cut.getInt()).isEqualTo(10);
        assertThat(cut.remaining()).isEqualTo(10);
    }

    @Test
    void disown_onceTooOften_isRefused() {
        Slab slab = pool.take();
        slab.disown();
        assertThatThrownBy(slab::disown).isInstanceOf(IllegalStateException.class);
    }

    /** Units of any size are written, some dropped again, and cut off in groups: what comes out is what was kept. */
    @Property(tries = 200)
    void cut_afterAnyWriting_givesBackTheBytesKept(@ForAll long seed) {
        Random random = new Random(seed);
        SlabPool slabs = new SlabPool();
        SlabChain any = new SlabChain(slabs);
        List<byte[]> kept = new ArrayList<>();
        List<Slab> owned = new ArrayList<>();
        long from = any.place();
        for (int i = 0; i < 30; i++) {
            byte[] bytes = new byte[random.nextInt(random.nextInt(10) == 0 ? 200_000 : 5_000)];
            random.nextBytes(bytes);
            long start = any.place();
            long length = any.reserveInt();
            any.put(Unpooled.wrappedBuffer(bytes), 0, bytes.length);
            any.setInt(length, bytes.length);
            if (random.nextInt(4) == 0) {
                any.rewind(start);
            } else {
                kept.add(bytes);
            }
            if (random.nextInt(5) == 0) {
                long to = any.place();
                check(join(any.cut(from, to, owned)), kept);
                from = to;
                kept.clear();
            }
        }
        check(join(any.cut(from, any.place(), owned)), kept);
        any.close();
        owned.forEach(Slab::disown);
        assertThat(slabs.freeSlabs() * (long) Slab.BYTES).isEqualTo(slabs.allocatedBytes());
    }

    private static void check(ByteBuffer cut, List<byte[]> kept) {
        for (byte[] bytes : kept) {
            assertThat(cut.getInt()).isEqualTo(bytes.length);
            byte[] out = new byte[bytes.length];
            cut.get(out);
            assertThat(Arrays.equals(out, bytes)).isTrue();
        }
        assertThat(cut.remaining()).isZero();
    }

    private void put(int bytes) {
        chain.put(Unpooled.wrappedBuffer(new byte[bytes]), 0, bytes);
    }

    private static int length(List<ByteBuffer> views) {
        return views.stream().mapToInt(ByteBuffer::remaining).sum();
    }

    private static ByteBuffer join(List<ByteBuffer> views) {
        ByteBuffer out = ByteBuffer.allocate(length(views));
        views.forEach(view -> out.put(view.duplicate()));
        return out.flip();
    }
}
