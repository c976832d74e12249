// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the file systems under the key homes do with a block that is overwritten: the honest part of each erasure's entry.
 * Only what is known to write in place is said to; flash beneath it may still remap, which nobody up here can see.
 */
final class Medium {
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final Set<String> IN_PLACE =
            Set.of("ext2", "ext3", "ext4", "xfs", "jfs", "vfat", "exfat", "tmpfs", "ramfs");

    /** Fields before the optional ones; the fifth is where it is mounted. */
    private static final int LEAST_FIELDS = 6;

    private static final int MOUNTED_AT = 4;

    private Medium() {}

    /** One line of the table: what is mounted where, with the options of the mount and of the file system. */
    private record Mount(String at, String type, String options) {}

    /** A sentence on each folder. */
    static String of(List<Path> folders) {
        String table;
        try {
            table = Files.readString(MOUNTS, UTF_8);
        } catch (IOException notLinux) {
            return "copies possible: the file system is not known";
        }
        List<String> found = new ArrayList<>();
        for (Path folder : folders) {
            found.add(judge(table, real(folder)));
        }
        return String.join("; ", found);
    }

    private static Path real(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException absent) {
            return folder.toAbsolutePath().normalize();
        }
    }

    /** What this table of mounts says of a folder; lines that make no sense are passed over. */
    static String judge(String table, Path folder) {
        @Nullable Mount under = null;
        for (String line : table.split("\n", -1)) {
            Mount mount = parse(line);
            if (mount != null
                    && folder.startsWith(Path.of(mount.at))
                    && (under == null || mount.at.length() >= under.at.length())) {
                under = mount;
            }
        }
        if (under == null) {
            return "copies possible: the file system is not known";
        }
        if (!IN_PLACE.contains(under.type)) {
            return "copies possible: " + under.type;
        }
        boolean journalled = List.of(under.options.split(",", -1)).contains("data=journal");
        return journalled ? "copies possible: " + under.type + " with data=journal" : "in place: " + under.type;
    }

    private static @Nullable Mount parse(String line) {
        String[] fields = line.split(" ", -1);
        for (int i = LEAST_FIELDS; i + 1 < fields.length; i++) {
            if (fields[i].equals("-")) {
                String at = unescaped(fields[MOUNTED_AT]);
                String superOptions = i + 3 < fields.length ? fields[i + 3] : "";
                return at.startsWith("/") && at.indexOf('\0') < 0
                        ? new Mount(at, fields[i + 1], fields[MOUNTED_AT + 1] + "," + superOptions)
                        : null;
            }
        }
        return null;
    }

    /** The kernel writes blanks, tabs, line feeds and backslashes as three octal digits. */
    private static String unescaped(String field) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            boolean escape = field.charAt(i) == '\\'
                    && i + 3 < field.length()
                    && field.substring(i + 1, i + 4).chars().allMatch(c -> c >= '0' && c <= '7');
            if (escape) {
                text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                text.append(field.charAt(i));
            }
        }
        return text.toString();
    }
}
