// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.disk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The folders of a {@link FakeDisk}: which name stands for which file, as readers see it and as the medium has it.
 * Confined to its disk's lock.
 *
 * <p>Changes between the two wait in order. A folder's sync makes those durable that touch the folder (a rename between
 * folders is one change). A power cut keeps any of the others, but never one without those before it on the same name:
 * file systems with a journal lose the newest first, and no file system loses both names of a renamed file.
 */
final class FakeNames {
    /** Stands for every folder. */
    private static final FakeInode FOLDER = new FakeInode();

    /** One change, whole or not at all: a name gets a file, or (empty) loses it. */
    private record Change(Map<Path, Optional<FakeInode>> names) {
        boolean touches(Path folder) {
            return names.keySet().stream().anyMatch(name -> folder.equals(name.getParent()));
        }

        void applyTo(Map<Path, FakeInode> map) {
            names.forEach((name, inode) -> inode.ifPresentOrElse(i -> map.put(name, i), () -> map.remove(name)));
        }
    }

    private final TreeMap<Path, FakeInode> visible = new TreeMap<>();
    private final TreeMap<Path, FakeInode> medium = new TreeMap<>();
    private final List<Change> pending = new ArrayList<>();

    boolean isFolder(@Nullable Path path) {
        return path == null || path.getParent() == null || visible.get(path) == FOLDER;
    }

    boolean exists(Path path) {
        return isFolder(path) || visible.containsKey(path);
    }

    Optional<FakeInode> file(Path path) {
        return Optional.ofNullable(visible.get(path)).filter(inode -> inode != FOLDER);
    }

    List<String> list(Path folder) {
        return visible.keySet().stream()
                .filter(path -> folder.equals(path.getParent()))
                .map(path -> String.valueOf(path.getFileName()))
                .sorted()
                .toList();
    }

    Iterable<FakeInode> files() {
        return visible.values().stream().filter(inode -> inode != FOLDER).toList();
    }

    /** Also those that readers no longer see and a power cut may bring back. */
    Set<FakeInode> filesEverywhere() {
        Set<FakeInode> all = new LinkedHashSet<>(visible.values());
        all.addAll(medium.values());
        pending.forEach(change -> change.names().values().forEach(inode -> inode.ifPresent(all::add)));
        all.remove(FOLDER);
        return all;
    }

    List<Path> paths() {
        return visible.entrySet().stream()
                .filter(entry -> entry.getValue() != FOLDER)
                .map(Map.Entry::getKey)
                .toList();
    }

    void put(Path path, FakeInode inode) {
        change(new Change(Map.of(path, Optional.of(inode))));
    }

    void makeFolder(Path path) {
        put(path, FOLDER);
    }

    void remove(Path path) {
        change(new Change(Map.of(path, Optional.empty())));
    }

    void rename(Path from, Path to, FakeInode inode) {
        if (!from.equals(to)) {
            change(new Change(Map.of(from, Optional.empty(), to, Optional.of(inode))));
        }
    }

    private void change(Change change) {
        change.applyTo(visible);
        pending.add(change);
    }

    void sync(Path folder) {
        keepPending(change -> change.touches(folder));
    }

    void syncAll() {
        keepPending(change -> true);
    }

    /** Moves the wanted changes to the medium, with every earlier one on the same names. */
    private void keepPending(Predicate<Change> wanted) {
        Set<Path> needed = new HashSet<>();
        boolean[] kept = new boolean[pending.size()];
        for (int i = pending.size() - 1; i >= 0; i--) {
            Set<Path> names = pending.get(i).names().keySet();
            if (wanted.test(pending.get(i)) || names.stream().anyMatch(needed::contains)) {
                kept[i] = true;
                needed.addAll(names);
            }
        }
        List<Change> left = new ArrayList<>();
        for (int i = 0; i < kept.length; i++) {
            if (kept[i]) {
                pending.get(i).applyTo(medium);
            } else {
                left.add(pending.get(i));
            }
        }
        pending.clear();
        pending.addAll(left);
    }

    void powerCut(Random random, double keep) {
        Set<Path> lost = new HashSet<>();
        for (Change change : pending) {
            Set<Path> names = change.names().keySet();
            if (names.stream().noneMatch(lost::contains) && random.nextDouble() < keep) {
                change.applyTo(medium);
            } else {
                lost.addAll(names);
            }
        }
        pending.clear();
        visible.clear();
        // Parents sort before what stands in them: whatever stood in a lost folder is lost with it.
        medium.forEach((path, inode) -> {
            if (isFolder(path.getParent())) {
                visible.put(path, inode);
            }
        });
        medium.clear();
        medium.putAll(visible);
    }
}
