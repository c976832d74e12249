// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.audit.EntryScanner.Member;
import org.watchkeep.retention.audit.TrailReport.Finding;
import org.watchkeep.retention.audit.TrailReport.Kind;
import org.watchkeep.retention.disk.Disk;

/**
 * Checks a whole trail as a stranger would: from the files, in one pass, with one bundle in memory, by nothing that writes.
 * Used once; confined to one thread.
 */
public final class TrailVerifier {
    private static final int TILE_LEVELS = 8;

    private final TrailFiles files;
    private final Optional<Checkpoint> outside;
    private final StreamedTree tree = new StreamedTree();
    private final EntryScanner scanner = new EntryScanner();
    private final byte[] leaf = new byte[Hash.BYTES];
    private final byte[] before = new byte[Hash.BYTES];
    private final byte[][] tiles = new byte[TILE_LEVELS][];
    private String origin = "";
    private @Nullable Finding finding;
    private long newer;
    private Optional<Instant> lastEntered = Optional.empty();
    private Optional<Instant> outsideSince = Optional.empty();
    private Optional<Hash> rootAtOwn = Optional.empty();
    private Optional<Hash> rootAtOutside = Optional.empty();

    /** @param outside a checkpoint that was kept elsewhere: only it shows a trail cut short, forked or written anew */
    public TrailVerifier(Disk disk, Path folder, Optional<Checkpoint> outside) {
        this.files = new TrailFiles(disk, folder);
        this.outside = outside;
    }

    public TrailReport run() throws IOException {
        VerifierKey key = key();
        origin = key.name();
        Optional<Checkpoint> own = own();
        TrailBlocks blocks = new TrailBlocks(files);
        for (long number = 0; number < blocks.count() && finding == null; number++) {
            check(blocks, number, own);
        }
        if (finding == null) {
            finding = contradiction(key, own).orElse(null);
        }
        Optional<Instant> since = outside.isPresent() && finding == null ? outsideSince : begun(blocks);
        return new TrailReport(
                origin,
                new TreeHead(tree.size(), tree.root()),
                Optional.ofNullable(finding),
                newer,
                blocks.tornBytes(),
                lastEntered,
                since);
    }

    private VerifierKey key() throws IOException {
        try {
            return VerifierKey.parse(new String(files.read(files.vkey(), SignedNote.MAX_BYTES), US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new DamagedTrailException(files.vkey() + ": " + e.getMessage(), e);
        }
    }

    private Optional<Checkpoint> own() throws IOException {
        return files.disk().exists(files.checkpoint())
                ? Optional.of(Checkpoint.parse(files.read(files.checkpoint(), SignedNote.MAX_BYTES)))
                : Optional.empty();
    }

    private static Optional<Instant> begun(TrailBlocks blocks) throws IOException {
        List<byte[]> first = blocks.count() == 0 ? List.of() : blocks.block(0);
        return first.isEmpty()
                ? Optional.empty()
                : Optional.of(Entry.parse(first.get(0)).entered());
    }

    private void check(TrailBlocks blocks, long number, Optional<Checkpoint> own) throws IOException {
        List<byte[]> entries;
        try {
            entries = blocks.block(number);
        } catch (DamagedTrailException e) {
            finding = Finding.at(Kind.EDITED, tree.size(), "bundle " + number + ": " + e.getMessage());
            return;
        }
        if (!entries.isEmpty() && blocks.isBundle(number) && !files.disk().exists(files.tile(0, number))) {
            finding = Finding.at(Kind.DAMAGED, tree.size(), "tile 0/" + number + " is not there");
        }
        for (int i = 0; i < entries.size() && finding == null; i++) {
            byte[] entry = entries.get(i);
            long at = tree.size();
            tree.leaf(entry, leaf);
            Optional<Finding> bad = look(entry, at);
            if (bad.isPresent()) {
                finding = new TrailDiagnosis(blocks, number, i, before).of(at, bad.get());
                return;
            }
            takeIn(at, own);
            if (i == entries.size() - 1) {
                lastEntered = entered();
            }
        }
    }

    /** Of the entry scanned last. */
    private Optional<Instant> entered() {
        return scanner.version() == EntryScanner.VERSION
                ? Optional.of(TimeForm.parse(scanner.text(Member.ENTERED)))
                : lastEntered;
    }

    /** Is this the entry that belongs here, as far as itself, the one before and its tile say? */
    private Optional<Finding> look(byte[] entry, long at) throws IOException {
        try {
            scanner.scan(entry, 0, entry.length);
        } catch (DamagedTrailException e) {
            return Optional.of(Finding.at(Kind.EDITED, at, "entry " + at + ": " + e.getMessage()));
        }
        if (scanner.index() != at) {
            return Optional.of(Finding.at(Kind.REORDERED, at, "entry " + scanner.index() + " stands at " + at));
        }
        if (!scanner.follows(before)) {
            return Optional.of(Finding.at(Kind.DELETED, at, "entry " + at + " does not follow the one before it"));
        }
        byte[] tile = tileFor(0, at);
        int place = (int) (at % TrailFiles.WIDTH) * Hash.BYTES;
        if (tile != null && !Arrays.equals(tile, place, place + Hash.BYTES, leaf, 0, Hash.BYTES)) {
            return Optional.of(Finding.at(Kind.EDITED, at, "entry " + at + " is not the one its tile was made of"));
        }
        return Optional.empty();
    }

    private void takeIn(long at, Optional<Checkpoint> own) throws IOException {
        if (scanner.version() != EntryScanner.VERSION) {
            newer++;
        }
        boolean isLastOutside = outside.isPresent() && outside.get().size() == at + 1;
        tree.add(leaf, this::checkSubtree);
        System.arraycopy(leaf, 0, before, 0, Hash.BYTES);
        if (own.isPresent() && own.get().size() == at + 1) {
            rootAtOwn = Optional.of(tree.root());
        }
        if (isLastOutside) {
            rootAtOutside = Optional.of(tree.root());
            outsideSince = entered();
        }
    }

    private byte @Nullable [] tileFor(int level, long hash) throws IOException {
        if (hash % TrailFiles.WIDTH == 0) {
            tiles[level] = readTile(level, hash / TrailFiles.WIDTH);
        }
        return tiles[level];
    }

    private byte @Nullable [] readTile(int level, long number) throws IOException {
        Path path = files.tile(level, number);
        if (!files.disk().exists(path)) {
            return null;
        }
        byte[] tile = files.read(path, TrailFiles.TILE_BYTES);
        return tile.length == TrailFiles.TILE_BYTES ? tile : new byte[TrailFiles.TILE_BYTES];
    }

    /** A whole subtree of 256, 65,536, … entries stands in a tile of a higher level, once that is full. */
    private void checkSubtree(int level, long index, byte[] hash) throws DamagedTrailException {
        if (level % TILE_LEVELS != 0) {
            return;
        }
        try {
            byte[] tile = tileFor(level / TILE_LEVELS, index);
            int place = (int) (index % TrailFiles.WIDTH) * Hash.BYTES;
            if (tile != null
                    && !Arrays.equals(tile, place, place + Hash.BYTES, hash, 0, Hash.BYTES)
                    && finding == null) {
                finding = Finding.of(
                        Kind.DAMAGED,
                        "tile " + level / TILE_LEVELS + "/" + index / TrailFiles.WIDTH
                                + " is not what its entries add up to");
            }
        } catch (IOException e) {
            throw new DamagedTrailException("tile of level " + level / TILE_LEVELS + ": " + e.getMessage(), e);
        }
    }

    /** The entries are sound; are they those that were signed? */
    private Optional<Finding> contradiction(VerifierKey key, Optional<Checkpoint> own) {
        if (own.isPresent()) {
            Checkpoint signed = own.get();
            if (!signed.isSignedBy(key)) {
                return Optional.of(
                        Finding.of(Kind.RESIGNED, "the trail's checkpoint is not signed by its key, " + key));
            }
            Optional<Finding> found = contradiction("the trail's own checkpoint", signed, rootAtOwn);
            if (found.isPresent()) {
                return found;
            }
        }
        if (outside.isEmpty()) {
            return Optional.empty();
        }
        Checkpoint kept = outside.get();
        if (!kept.origin().equals(key.name()) || !kept.isSignedBy(key)) {
            return Optional.of(Finding.of(
                    Kind.RESIGNED,
                    "the checkpoint that was kept is of " + kept.origin()
                            + " and not signed by the key that this trail is" + " signed with now, " + key));
        }
        return contradiction("the checkpoint that was kept", kept, rootAtOutside);
    }

    private Optional<Finding> contradiction(String which, Checkpoint signed, Optional<Hash> root) {
        if (signed.size() > tree.size()) {
            return Optional.of(Finding.at(
                    Kind.TRUNCATED,
                    tree.size(),
                    which + " covers " + signed.size() + " entries, the trail has " + tree.size()));
        }
        if (signed.size() > 0 && !root.map(signed.root()::equals).orElse(false)) {
            return Optional.of(Finding.of(
                    Kind.FORKED,
                    "the first " + signed.size() + " entries are not those that " + which
                            + " covers: the trail was forked, or" + " written anew"));
        }
        return Optional.empty();
    }
}
