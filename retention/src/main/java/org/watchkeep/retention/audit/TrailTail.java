// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The open tail and the steps by which it becomes durable and then bundles and tiles (audit.md 5, commit order). Changed by
 * the trail's writer only; {@link #copyFrom} from any thread.
 */
final class TrailTail {
    private final TrailFiles files;
    private final TrailTree tree;
    private final List<byte[]> entries;
    private Journal journal;
    private Hash prev;
    /** After a failed write or sync nobody knows what the journal holds. */
    private boolean isDoubtful;

    /** @param entries of the journal, all of which are in the tree */
    TrailTail(TrailFiles files, TrailTree tree, Journal journal, Hash prev, List<byte[]> entries) {
        this.files = files;
        this.tree = tree;
        this.journal = journal;
        this.prev = prev;
        this.entries = new ArrayList<>(entries);
    }

    /** Entries from this index on; none when it has gone into a bundle meanwhile. */
    synchronized List<byte[]> copyFrom(long index) {
        if (index < journal.first()) {
            return List.of();
        }
        return new ArrayList<>(entries.subList((int) (index - journal.first()), entries.size()));
    }

    /** After a failure: the journal is made anew with exactly what was acknowledged, and what is full is sealed. */
    void mend() throws IOException {
        if (isDoubtful) {
            journal.close();
            replace(Journal.write(files, journal.first(), prev, entries));
            isDoubtful = false;
        }
        sealFull();
    }

    private synchronized void replace(Journal next) {
        journal = next;
    }

    /** Durable, and in the tree, on return. */
    void commit(List<byte[]> more) throws IOException {
        try {
            journal.commit(more, tree.size());
        } catch (IOException e) {
            isDoubtful = true;
            throw e;
        }
        synchronized (this) {
            for (byte[] entry : more) {
                entries.add(entry);
                tree.add(Merkle.leaf(entry));
            }
        }
    }

    /** Steps 3 to 6: bundles and tiles of what is full, then a journal of the rest. */
    void sealFull() throws IOException {
        while (entries.size() >= TrailFiles.WIDTH) {
            long first = journal.first();
            List<byte[]> full = entries.subList(0, TrailFiles.WIDTH);
            files.write(files.bundle(first / TrailFiles.WIDTH), Bundle.encode(full));
            tree.writeTiles();
            Hash last = Merkle.leaf(full.get(full.size() - 1));
            List<byte[]> rest = new ArrayList<>(entries.subList(TrailFiles.WIDTH, entries.size()));
            Journal next = Journal.write(files, first + TrailFiles.WIDTH, last, rest);
            journal.close();
            synchronized (this) {
                entries.subList(0, TrailFiles.WIDTH).clear();
                journal = next;
                prev = last;
            }
            isDoubtful = false;
            files.disk().delete(files.journal(first));
        }
    }

    void close() throws IOException {
        journal.close();
    }
}
