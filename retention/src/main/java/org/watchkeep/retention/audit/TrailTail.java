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

    /** The next step of sealing what is full. */
    private Step next = Step.BUNDLE;

    /** Steps 3, 4, and 5 with 6, of the commit order. */
    private enum Step {
        BUNDLE,
        TILES,
        JOURNAL
    }

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

    /**
     * After a failure: the journal is made anew with exactly what was acknowledged. What is full is sealed where a second
     * bundle is, so that the journal stays within {@link Journal#MAX_BYTES}.
     */
    void mend() throws IOException {
        if (isDoubtful) {
            journal.close();
            replace(Journal.write(files, journal.first(), prev, entries));
            isDoubtful = false;
        }
        if (entries.size() >= 2 * TrailFiles.WIDTH) {
            sealFull();
        }
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

    boolean isFull() {
        return entries.size() >= TrailFiles.WIDTH;
    }

    /** Steps 3 to 6: bundles and tiles of what is full, then a journal of the rest. */
    void sealFull() throws IOException {
        while (isFull()) {
            sealStep();
        }
    }

    /** One of them, so that entries that come meanwhile wait for one file and not for all. One that failed is done again. */
    void sealStep() throws IOException {
        if (!isFull()) {
            return;
        }
        switch (next) {
            case BUNDLE -> {
                List<byte[]> full = entries.subList(0, TrailFiles.WIDTH);
                files.write(files.bundle(journal.first() / TrailFiles.WIDTH), Bundle.encode(full));
                next = Step.TILES;
            }
            case TILES -> {
                tree.writeTiles();
                next = Step.JOURNAL;
            }
            case JOURNAL -> beginJournal();
        }
    }

    private void beginJournal() throws IOException {
        long first = journal.first();
        Hash last = Merkle.leaf(entries.get(TrailFiles.WIDTH - 1));
        List<byte[]> rest = new ArrayList<>(entries.subList(TrailFiles.WIDTH, entries.size()));
        Journal begun = Journal.write(files, first + TrailFiles.WIDTH, last, rest);
        journal.close();
        synchronized (this) {
            entries.subList(0, TrailFiles.WIDTH).clear();
            journal = begun;
            prev = last;
        }
        isDoubtful = false;
        next = Step.BUNDLE;
        files.disk().delete(files.journal(first));
    }

    void close() throws IOException {
        journal.close();
    }
}
