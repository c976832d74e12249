// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Opens a trail as a stop has left it (audit.md 5, recovery). Stateless. */
final class TrailRecovery {
    private TrailRecovery() {}

    /** @param tornBytes left out, because nobody was told of them */
    record Found(String origin, TrailTree tree, TrailTail tail, long tornBytes) {}

    static boolean isThere(TrailFiles files) throws IOException {
        return files.disk().exists(files.journals()) && !journals(files).isEmpty();
    }

    /** First indices of the journals there are, ascending. */
    static List<Long> journals(TrailFiles files) throws IOException {
        List<Long> firsts = new ArrayList<>();
        for (String name : files.disk().list(files.journals())) {
            if (!TrailFiles.isTemporary(name)) {
                firsts.add(firstOf(name));
            }
        }
        return firsts;
    }

    private static long firstOf(String name) throws DamagedTrailException {
        try {
            long first = Long.parseLong(name);
            if (first >= 0 && first % TrailFiles.WIDTH == 0) {
                return first;
            }
        } catch (NumberFormatException e) {
            throw new DamagedTrailException("journal: " + name + " (expected: 20 digits)", e);
        }
        throw new DamagedTrailException("journal: " + name + " (expected: a multiple of " + TrailFiles.WIDTH + ")");
    }

    static Found run(TrailFiles files) throws IOException {
        if (!isThere(files)) {
            throw new TrailException("trail " + files.folder() + ": is not there (expected: one made by init)");
        }
        List<Long> firsts = journals(files);
        long first = firsts.get(firsts.size() - 1);
        Journal.Content content = Journal.read(files, first);
        TrailTree tree = TrailTree.load(files, first / TrailFiles.WIDTH);
        checkJoin(files, first, content, tree);
        content.entries().forEach(entry -> tree.add(Merkle.leaf(entry)));
        Journal journal = Journal.resume(files, content);
        if (content.tornBytes() > 0) {
            journal = Journal.write(files, first, content.prev(), content.entries());
        }
        for (long old : firsts.subList(0, firsts.size() - 1)) {
            files.disk().delete(files.journal(old));
        }
        TrailTail tail = new TrailTail(files, tree, journal, content.prev(), content.entries());
        tail.sealFull();
        return new Found(origin(files, content), tree, tail, content.tornBytes());
    }

    /** The last bundle, the last tile and the journal must meet. */
    private static void checkJoin(TrailFiles files, long first, Journal.Content content, TrailTree tree)
            throws IOException {
        if (!tree.lastLeaf().equals(content.prev())) {
            throw new DamagedTrailException("journal " + first + ": follows " + content.prev() + " (expected: "
                    + tree.lastLeaf() + ", the last hash of the tiles)");
        }
        if (first > 0) {
            List<byte[]> last =
                    Bundle.decode(files.read(files.bundle(first / TrailFiles.WIDTH - 1), TrailFiles.MAX_BUNDLE_BYTES));
            if (last.size() != TrailFiles.WIDTH
                    || !Merkle.leaf(last.get(last.size() - 1)).equals(content.prev())) {
                throw new DamagedTrailException("entry " + (first - 1) + ": is not what the tiles say");
            }
        }
    }

    private static String origin(TrailFiles files, Journal.Content content) throws IOException {
        List<byte[]> entries = content.first() == 0
                ? content.entries()
                : Bundle.decode(files.read(files.bundle(0), TrailFiles.MAX_BUNDLE_BYTES));
        if (entries.isEmpty()) {
            throw new DamagedTrailException("entry 0: is not there (expected: trail.begun)");
        }
        Entry begun = Entry.parse(entries.get(0));
        if (!begun.act().equals(Act.TRAIL_BEGUN.code())) {
            throw new DamagedTrailException("entry 0: " + begun.act() + " (expected: trail.begun)");
        }
        try {
            return begun.data().text("origin");
        } catch (IllegalArgumentException e) {
            throw new DamagedTrailException("entry 0: " + e.getMessage(), e);
        }
    }
}
