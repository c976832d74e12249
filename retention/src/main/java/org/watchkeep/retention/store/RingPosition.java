// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.nio.ByteBuffer;

/** A place on a ring: generation and offset in its reel. Ordered as the ring is written. Immutable. */
record RingPosition(long serial, long offset) implements Comparable<RingPosition> {
    static final RingPosition START = new RingPosition(0, 0);

    @Override
    public int compareTo(RingPosition other) {
        return serial == other.serial ? Long.compare(offset, other.offset) : Long.compare(serial, other.serial);
    }

    RingPosition min(RingPosition other) {
        return compareTo(other) <= 0 ? this : other;
    }

    RingPosition max(RingPosition other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /** 16 bytes, as kept in the index beside each batch of rows. */
    byte[] toBytes() {
        return ByteBuffer.allocate(16).putLong(serial).putLong(offset).array();
    }

    static RingPosition of(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new RingPosition(in.getLong(), in.getLong());
    }
}
