// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.watchkeep.retention.disk.Disk;

/**
 * A trail's files, only read: proofs and entries out of a copy, or beside a running recorder. Writes nothing. As it was when
 * opened; confined to one thread.
 */
public final class TrailArchive {
    /** A running recorder makes a bundle of its journal now and then, between two of our looks. */
    private static final int TRIES = 5;

    private final TrailFiles files;
    private final TrailTree tree;
    private final long tailFirst;
    private final List<byte[]> tail;
    private final VerifierKey key;
    private final Optional<Checkpoint> checkpoint;

    private TrailArchive(TrailFiles files, Journal.Content content) throws IOException {
        this.files = files;
        this.checkpoint = files.disk().exists(files.checkpoint())
                ? Optional.of(Checkpoint.parse(files.read(files.checkpoint(), SignedNote.MAX_BYTES)))
                : Optional.empty();
        this.tree = TrailTree.load(files, content.first() / TrailFiles.WIDTH);
        this.tailFirst = content.first();
        this.tail = content.entries();
        tail.forEach(entry -> tree.add(Merkle.leaf(entry)));
        try {
            this.key = VerifierKey.parse(new String(files.read(files.vkey(), SignedNote.MAX_BYTES), US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new DamagedTrailException(files.vkey() + ": " + e.getMessage(), e);
        }
    }

    /** @throws TrailException when there is none */
    public static TrailArchive open(Disk disk, Path folder) throws IOException {
        TrailFiles files = new TrailFiles(disk, folder);
        for (int i = 1; ; i++) {
            if (!TrailRecovery.isThere(files)) {
                throw new TrailException("trail " + folder + ": is not there (expected: one made by init)");
            }
            List<Long> journals = TrailRecovery.journals(files);
            try {
                return new TrailArchive(files, Journal.read(files, journals.get(journals.size() - 1)));
            } catch (DamagedTrailException e) {
                if (i == TRIES) {
                    throw e;
                }
            }
        }
    }

    public long size() {
        return tree.size();
    }

    public VerifierKey key() {
        return key;
    }

    /** The newest; empty where none was signed yet. */
    public Optional<Checkpoint> checkpoint() {
        return checkpoint;
    }

    /** @throws TrailException when no checkpoint covers the entry yet */
    public TlogProof prove(long index) throws IOException {
        Checkpoint covering = covering(index + 1);
        return new TlogProof(index, Merkle.inclusion(tree, index, covering.size()), covering);
    }

    /** That these are all entries [from, to), in order, of the tree of the newest checkpoint. */
    public RangeProof proveRange(long from, long to) throws IOException {
        Checkpoint covering = covering(to);
        List<Hash> leaves = new ArrayList<>();
        read(from, to, (index, bytes) -> leaves.add(Merkle.leaf(bytes)));
        return new RangeProof(from, leaves, Merkle.outside(tree, from, to, covering.size()), covering);
    }

    private Checkpoint covering(long size) throws TrailException {
        return checkpoint
                .filter(signed -> signed.size() >= size && size <= tree.size())
                .orElseThrow(
                        () -> new TrailException("entry " + (size - 1) + ": no checkpoint covers it yet (expected: "
                                + checkpoint.map(Checkpoint::size).orElse(0L) + " entries are covered)"));
    }

    public void read(long from, long to, TrailReader.Visitor visitor) throws IOException {
        if (from < 0 || to > size()) {
            throw new IllegalArgumentException("entries " + from + " to " + to + " (expected: 0 to " + size() + ")");
        }
        new TrailReader(files, index -> tail.subList((int) (index - tailFirst), tail.size())).read(from, to, visitor);
    }
}
