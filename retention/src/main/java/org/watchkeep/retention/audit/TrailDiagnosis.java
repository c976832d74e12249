// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.audit.TrailReport.Finding;
import org.watchkeep.retention.audit.TrailReport.Kind;

/**
 * What was done where a trail first does not hold: looks at what stands behind that place, at most two blocks of it.
 * Confined to one thread.
 */
final class TrailDiagnosis {
    private final byte[] before;
    /** From the bad place on, in the order in which they stand. */
    private final List<Seen> seen = new ArrayList<>();

    /** An entry as it stands; index -1 where its bytes are no entry. */
    private record Seen(long index, @Nullable Hash prev, Hash leaf) {
        boolean follows(Hash other) {
            return prev != null && prev.equals(other);
        }
    }

    TrailDiagnosis(TrailBlocks blocks, long block, int place, byte[] before) throws IOException {
        this.before = Arrays.copyOf(before, before.length);
        List<byte[]> here = blocks.block(block);
        here.subList(place, here.size()).forEach(this::see);
        if (block + 1 < blocks.count()) {
            try {
                blocks.block(block + 1).forEach(this::see);
            } catch (DamagedTrailException e) {
                // Only context: the first bad place is in this block.
                see(new byte[0]);
            }
        }
    }

    private void see(byte[] entry) {
        EntryScanner scanner = new EntryScanner();
        try {
            scanner.scan(entry, 0, entry.length);
            seen.add(new Seen(scanner.index(), scanner.prev(), Merkle.leaf(entry)));
        } catch (DamagedTrailException e) {
            seen.add(new Seen(-1, null, Merkle.leaf(entry)));
        }
    }

    /** @param at the place, which is the index that should stand there */
    Finding of(long at, Finding first) {
        Seen here = seen.get(0);
        Set<Long> later = new HashSet<>();
        seen.subList(1, seen.size()).forEach(each -> later.add(each.index()));
        if (here.index() > at) {
            return later.contains(at)
                    ? Finding.at(Kind.REORDERED, at, "entry " + here.index() + " stands before entry " + at)
                    : Finding.at(Kind.DELETED, at, "entries " + at + " to " + (here.index() - 1) + " are not there");
        }
        if (here.index() >= 0 && here.index() < at) {
            return inserted(at, here);
        }
        if (later.contains(at)) {
            return Finding.at(Kind.INSERTED, at, "two entries say that they are entry " + at);
        }
        return first.kind() == Kind.DELETED ? edited(at, here) : first;
    }

    /** The index was there before: which of the two is the stranger says the one that follows. */
    private Finding inserted(long at, Seen here) {
        boolean isNextToIt = here.index() == at - 1 && seen.size() > 1;
        boolean isOlderTheStranger = isNextToIt && seen.get(1).follows(here.leaf());
        return Finding.at(
                Kind.INSERTED, isOlderTheStranger ? at - 1 : at, "two entries say that they are entry " + here.index());
    }

    /** Right index, but not following: this one or the one before was changed; the next one knows which. */
    private Finding edited(long at, Seen here) {
        boolean isHere = seen.size() > 1 && !seen.get(1).follows(here.leaf());
        long bad = isHere || at == 0 ? at : at - 1;
        return Finding.at(
                Kind.EDITED,
                bad,
                "entry " + bad + " is not as it was when entry " + (bad + 1) + " was made; " + Hash.of(before)
                        + " is the hash of what stands before entry " + at);
    }
}
