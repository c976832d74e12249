// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.watchkeep.retention.disk.Disk;

/**
 * Enters a root each minute over what the store has sealed and closed (audit.md 7). The store adds from any thread and never
 * waits; somebody calls {@link #enter} each minute and may wait for the disk.
 */
public final class FootageRoots {
    /** 1,000 cameras with three streams each for half an hour: then the trail has been down long enough to alarm. */
    public static final int MAX_WAITING = 100_000;

    private static final String HEAD = "watchkeep-footage-leaves 1\n";

    private final TrailFiles files;
    private final TrailWriter trail;
    private final Object lock = new Object();
    private List<FootageLeaf> waiting = new ArrayList<>();
    /** Of each stream since the start; kept by the one who enters. */
    private final Map<String, Hash> last = new HashMap<>();

    public FootageRoots(Disk disk, Path folder, TrailWriter trail) {
        this.files = new TrailFiles(disk, folder);
        this.trail = trail;
    }

    /** False when {@link #MAX_WAITING} wait already: this one stands in no root, and the caller says so. */
    public boolean add(FootageLeaf leaf) {
        synchronized (lock) {
            return waiting.size() < MAX_WAITING && waiting.add(leaf);
        }
    }

    /**
     * Enters what has come since the last time; empty where that is nothing. One thread at a time. What could not be entered
     * is entered the next time.
     */
    public Optional<Appended> enter(Instant now) throws IOException {
        List<FootageLeaf> leaves;
        synchronized (lock) {
            leaves = waiting;
            waiting = new ArrayList<>();
        }
        if (leaves.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Hash> lastBefore = new HashMap<>(last);
        try {
            return Optional.of(enter(leaves, now));
        } catch (IOException | RuntimeException e) {
            last.clear();
            last.putAll(lastBefore);
            synchronized (lock) {
                leaves.addAll(waiting);
                waiting = leaves;
            }
            throw e;
        }
    }

    private Appended enter(List<FootageLeaf> leaves, Instant now) throws IOException {
        StringBuilder lines = new StringBuilder(HEAD);
        StreamedTree tree = new StreamedTree();
        byte[] hash = new byte[Hash.BYTES];
        long segments = 0;
        for (FootageLeaf leaf : leaves) {
            Hash value = leaf.value(last.getOrDefault(leaf.stream(), Hash.ZERO));
            last.put(leaf.stream(), value);
            lines.append(value).append(' ').append(leaf.line()).append('\n');
            tree.leaf(value.toBytes(), hash);
            tree.add(hash, (level, index, subtree) -> {});
            segments += leaf instanceof FootageLeaf.SegmentSealed ? 1 : 0;
        }
        Instant minute = now.truncatedTo(ChronoUnit.MINUTES);
        files.write(path(files, minute, tree.root()), lines.toString().getBytes(US_ASCII));
        return trail.append(NewEntry.byMachine(
                Act.FOOTAGE_ROOT,
                Fields.NONE
                        .with("minute", minute)
                        .with("root", tree.root())
                        .with("leaves", leaves.size())
                        .with("segments", segments)
                        .with("gaps", leaves.size() - segments)));
    }

    static Path path(TrailFiles files, Instant minute, Hash root) {
        LocalDate day = LocalDate.ofInstant(minute, ZoneOffset.UTC);
        return files.folder().resolve("footage").resolve(day.toString()).resolve(root + ".leaves");
    }
}
