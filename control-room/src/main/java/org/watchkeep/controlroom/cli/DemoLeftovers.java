// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.Installation;

/**
 * Temporary folders of demos that were killed: each holds the better part of a gigabyte. One is removed only if all of
 * this is so: its name is one that a demo gives, with the process in it; that process is gone; it is a real folder of
 * this user's; a demo's configuration is in it, or nothing at all; nobody holds its lock. Confined to the command's thread.
 */
final class DemoLeftovers {
    private static final Logger LOG = LoggerFactory.getLogger(DemoLeftovers.class);

    private static final Pattern NAME = Pattern.compile("watchkeep-demo-p([1-9][0-9]{0,18})-[0-9]+");
    /** Longer than the line that is looked for; a demo's own file has a few kilobytes. */
    private static final int MAX_SITE_BYTES = 1 << 20;

    private DemoLeftovers() {}

    /** What this process's temporary folder's name begins with. */
    static String prefix() {
        return "watchkeep-demo-p" + ProcessHandle.current().pid() + "-";
    }

    /** What cannot be looked at or removed stays: the demo runs all the same. */
    static void remove(Path temporary) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, "watchkeep-demo-p*")) {
            for (Path folder : folders) {
                removeIfLeftOver(folder);
            }
        } catch (IOException e) {
            LOG.warn("{} was not searched for what killed demos left: {}", temporary, e.toString());
        }
    }

    private static void removeIfLeftOver(Path folder) {
        try {
            if (!isOfADeadDemo(folder)) {
                return;
            }
            Optional<Closeable> lock = ControlRoom.takeOver(folder);
            if (lock.isPresent()) {
                try (Closeable held = lock.get()) {
                    deleteTree(folder);
                }
                LOG.info("removed {}, left by a demo that was killed", folder);
            }
        } catch (IOException e) {
            LOG.warn("{} was left by a demo that was killed and cannot be removed: {}", folder, e.toString());
        }
    }

    private static boolean isOfADeadDemo(Path folder) throws IOException {
        Matcher name = NAME.matcher(String.valueOf(folder.getFileName()));
        return name.matches()
                && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()
                && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && isOurs(folder)
                && (isEmpty(folder) || isDemo(folder));
    }

    /** Of the same user as a file that we make now. */
    private static boolean isOurs(Path folder) throws IOException {
        Path probe = Files.createTempFile("watchkeep-owner-", "");
        try {
            return Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(probe));
        } finally {
            Files.delete(probe);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    private static boolean isDemo(Path folder) throws IOException {
        Path site = folder.resolve(Installation.SITE);
        return Files.isRegularFile(site, LinkOption.NOFOLLOW_LINKS)
                && Files.size(site) <= MAX_SITE_BYTES
                && Files.readString(site).startsWith(DemoFolder.WRITTEN_BY);
    }

    /** Links are removed, not followed. */
    static void deleteTree(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException error) throws IOException {
                if (error != null) {
                    throw error;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
