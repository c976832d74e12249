// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

import java.nio.file.Path;
import java.util.regex.Pattern;

/** A path as one word of a POSIX shell, for commands that people are told to type. */
public final class ShellWord {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private ShellWord() {}

    /** As it is where that is one word, else in single quotes. */
    public static String of(Path path) {
        String text = path.toString();
        return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
