// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.util.AbstractList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * The fragments in a row of the index. First, last, size and damage are at hand; the others are made when somebody asks for one of
 * them: a listing of a camera's day needs 1,440 segments, and none of their 86,000 fragments.
 *
 * <p>Immutable to see. Any thread; two that ask at once may both make them.
 */
final class StoredFragments extends AbstractList<FragmentRef> implements RandomAccess {
    private final byte[] row;
    private final int count;
    private final FragmentRef first;
    private final FragmentRef last;
    private final long sizeBytes;
    private final int damaged;
    private volatile @Nullable List<FragmentRef> all;

    /** @param row as read from the index and checked to its end; nobody changes it */
    StoredFragments(byte[] row, int count, FragmentRef first, FragmentRef last, long sizeBytes, int damaged) {
        this.row = row;
        this.count = count;
        this.first = first;
        this.last = last;
        this.sizeBytes = sizeBytes;
        this.damaged = damaged;
    }

    /** Bytes of all their records. */
    long sizeBytes() {
        return sizeBytes;
    }

    /** How many of them miss packets of a picture, or may. */
    int damaged() {
        return damaged;
    }

    @Override
    public int size() {
        return count;
    }

    @Override
    public FragmentRef get(int index) {
        Objects.checkIndex(index, count);
        if (index == 0) {
            return first;
        }
        return index == count - 1 ? last : all().get(index);
    }

    private List<FragmentRef> all() {
        List<FragmentRef> made = all;
        if (made == null) {
            made = SegmentRow.fragments(row);
            all = made;
        }
        return made;
    }
}
