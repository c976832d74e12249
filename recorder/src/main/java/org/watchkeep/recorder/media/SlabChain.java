// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of one track from the open fragment's first to the newest, in slabs, written once where they will stay. A place
 * is a {@code long}: number of the slab since the track began times {@link #STRIDE}, plus offset; places ascend.
 *
 * <p>Cutting copies nothing: {@link #cut} hands out views and shares the slab that two fragments meet in. Confined to its
 * event loop. Owns its slabs until they are cut off or the chain is closed.
 */
final class SlabChain {
    /** More than a slab, so that the end of one and the start of the next are two places. */
    private static final long STRIDE = 2L * Slab.BYTES;

    private final SlabPool pool;
    /** Some dozens at most: a fragment's and an access unit's. */
    private final List<Slab> slabs = new ArrayList<>();

    private long firstNumber;

    SlabChain(SlabPool pool) {
        this.pool = pool;
    }

    /** Where the next byte goes. */
    long place() {
        return slabs.isEmpty()
                ? firstNumber * STRIDE
                : (firstNumber + slabs.size() - 1) * STRIDE + slabs.get(slabs.size() - 1).filled;
    }

    /** Makes room for a 32-bit number that does not straddle slabs, to be {@link #setInt} later; returns its place. */
    long reserveInt() {
        Slab slab = slabWithRoom(Integer.BYTES);
        long place = place();
        slab.filled += Integer.BYTES;
        return place;
    }

    void setInt(long place, int value) {
        slabs.get(index(place)).memory().putInt(offset(place), value);
    }

    void put(int octet) {
        Slab slab = slabWithRoom(1);
        slab.memory().put(slab.filled++, (byte) octet);
    }

    /** The one copy between socket and store. */
    void put(ByteBuf from, int index, int length) {
        int at = index;
        int left = length;
        while (left > 0) {
            Slab slab = slabWithRoom(1);
            int part = Math.min(left, Slab.BYTES - slab.filled);
            if (from.nioBufferCount() == 1 && !from.isReadOnly()) {
                // The buffer's own view, so that no object is made for each packet.
                ByteBuffer source = from.internalNioBuffer(at, part);
                slab.memory().put(slab.filled, source, source.position(), part);
            } else {
                from.getBytes(at, slab.view(slab.filled, slab.filled + part));
            }
            slab.filled += part;
            at += part;
            left -= part;
        }
    }

    /** Copies out of the chain; returns how many bytes were there to copy, at most {@code length}. */
    int get(long place, byte[] to, int length) {
        int offset = offset(place);
        int done = 0;
        for (int i = index(place); i < slabs.size() && done < length; i++) {
            Slab slab = slabs.get(i);
            int part = Math.min(length - done, slab.filled - offset);
            slab.memory().get(offset, to, done, part);
            done += part;
            offset = 0;
        }
        return done;
    }

    /** Forgets what was written from this place on. */
    void rewind(long place) {
        while (!slabs.isEmpty() && index(place) < slabs.size() - 1) {
            slabs.remove(slabs.size() - 1).disown();
        }
        if (!slabs.isEmpty() && index(place) == slabs.size() - 1) {
            slabs.get(slabs.size() - 1).filled = offset(place);
        }
    }

    /**
     * Takes the bytes from one place to another out of the chain, and drops what is before.
     *
     * @param owned receives each slab that a view reaches into, with one ownership that is the caller's from now on
     * @return views of the bytes, in order
     */
    List<ByteBuffer> cut(long from, long to, List<Slab> owned) {
        while (index(from) > 0) {
            dropFirst();
        }
        List<ByteBuffer> views = new ArrayList<>(slabs.size());
        int start = offset(from);
        while (!slabs.isEmpty()) {
            Slab slab = slabs.get(0);
            boolean isLast = index(to) == 0;
            int end = isLast ? offset(to) : slab.filled;
            if (end > start) {
                views.add(slab.view(start, end));
                slab.own();
                owned.add(slab);
            }
            if (isLast) {
                break;
            }
            start = 0;
            dropFirst();
        }
        return views;
    }

    /** Gives all slabs back. */
    void close() {
        while (!slabs.isEmpty()) {
            dropFirst();
        }
    }

    private void dropFirst() {
        slabs.remove(0).disown();
        firstNumber++;
    }

    private Slab slabWithRoom(int bytes) {
        if (!slabs.isEmpty()) {
            Slab last = slabs.get(slabs.size() - 1);
            if (Slab.BYTES - last.filled >= bytes) {
                return last;
            }
        }
        Slab slab = pool.take();
        slabs.add(slab);
        return slab;
    }

    private int index(long place) {
        return (int) (place / STRIDE - firstNumber);
    }

    private static int offset(long place) {
        return (int) (place % STRIDE);
    }
}
