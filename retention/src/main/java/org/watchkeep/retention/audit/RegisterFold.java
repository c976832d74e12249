// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.disk.Disk;

/**
 * Folds a trail into a register, from its snapshot where there is a good one, and goes on as entries come. Guarded by itself.
 *
 * <p>A snapshot is {@code watchkeep-register 1 <name> <version> <size> <last leaf> <SHA-256 of the rest>} and the state's
 * bytes. It is a cache: where it is not exactly of this trail, all is folded from the first entry.
 */
public final class RegisterFold<S> {
    private static final Logger LOG = LoggerFactory.getLogger(RegisterFold.class);
    private static final String MAGIC = "watchkeep-register 1";

    /** A register of a million holds. */
    private static final int MAX_BYTES = 512 << 20;

    private final TrailFiles files;
    private final Trail trail;
    private final Register<S> register;
    private S state;
    private long size;

    /** Nothing is read before {@link #current}. */
    public RegisterFold(Disk disk, Path folder, Trail trail, Register<S> register) throws IOException {
        this.files = new TrailFiles(disk, folder);
        this.trail = trail;
        this.register = register;
        this.state = register.empty();
        loadSnapshot();
    }

    /** The register after every entry there is now. */
    public synchronized S current() throws IOException {
        long end = trail.size();
        trail.read(size, end, (index, bytes) -> {
            state = after(state, Entry.parse(bytes));
            size = index + 1;
        });
        return state;
    }

    /** An act of this register that is not known may have changed everything: then nothing is said. */
    private S after(S before, Entry entry) throws DamagedTrailException {
        if (!entry.act().startsWith(register.name() + ".")) {
            return before;
        }
        if (Act.ofCode(entry.act()).isEmpty()) {
            throw new DamagedTrailException("entry " + entry.index() + ": act " + entry.act()
                    + " (expected: one that this version knows; a newer Watchkeep wrote it)");
        }
        return register.apply(before, entry);
    }

    /** Keeps what is known, so that the next start need not read all entries. Durable on return. */
    public synchronized void snapshot() throws IOException {
        S now = current();
        if (size == 0) {
            return;
        }
        byte[] body = register.toBytes(now);
        byte[] head = (head(size, leafBefore(size)) + Hash.ofAll(body) + "\n").getBytes(US_ASCII);
        byte[] all = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        files.write(path(), all);
    }

    private Path path() {
        return files.folder().resolve("snapshots").resolve(register.name());
    }

    private String head(long at, Hash leaf) {
        return MAGIC + " " + register.name() + " " + register.version() + " " + at + " " + leaf + " ";
    }

    private Hash leafBefore(long at) throws IOException {
        Hash[] leaf = {Hash.ZERO};
        trail.read(at - 1, at, (index, bytes) -> leaf[0] = Merkle.leaf(bytes));
        return leaf[0];
    }

    private void loadSnapshot() throws IOException {
        if (!files.disk().exists(path())) {
            return;
        }
        try {
            byte[] all = files.read(path(), MAX_BYTES);
            int line = 0;
            while (line < all.length && all[line] != '\n') {
                line++;
            }
            byte[] body = Arrays.copyOfRange(all, Math.min(line + 1, all.length), all.length);
            Optional<Long> at = sizeIn(new String(all, 0, line, US_ASCII), body);
            if (at.isPresent()) {
                state = register.parse(body);
                size = at.get();
            }
        } catch (DamagedTrailException e) {
            LOG.warn("snapshot {} is not used, all entries are read: {}", path(), e.getMessage());
        }
    }

    /** The size it was made at, where it is whole and of this very trail. */
    private Optional<Long> sizeIn(String head, byte[] body) throws IOException {
        String[] words = head.split(" ", -1);
        if (words.length != 7) {
            return Optional.empty();
        }
        try {
            long at = Long.parseLong(words[4]);
            boolean isOurs = at > 0 && at <= trail.size() && head.equals(head(at, leafBefore(at)) + Hash.ofAll(body));
            return isOurs ? Optional.of(at) : Optional.empty();
        } catch (NumberFormatException e) {
            throw new DamagedTrailException("snapshot: size " + words[4], e);
        }
    }
}
