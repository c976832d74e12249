// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** A file whose first line is a password or passphrase. What is read is the caller's to overwrite. Any thread. */
public final class SecretFile {
    /** Longer than any password a camera takes; a mistaken path to a video must not be read into memory. */
    public static final int MAX_BYTES = 1024;

    private static final Set<PosixFilePermission> OWNER =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private SecretFile() {}

    /**
     * The first line, without its end.
     *
     * @throws IOException one sentence: missing, empty, too long or not text
     */
    public static char[] read(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new IOException("no file " + file, e);
        } catch (IOException e) {
            throw new IOException("cannot read " + file + ": " + e.getMessage(), e);
        }
        try {
            if (bytes.length > MAX_BYTES) {
                throw new IOException(
                        file + " is longer than " + MAX_BYTES + " bytes (expected: one line with the secret)");
            }
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            int length = 0;
            while (length < text.length() && text.charAt(length) != '\n' && text.charAt(length) != '\r') {
                length++;
            }
            char[] secret = new char[length];
            text.get(secret);
            if (text.hasArray()) {
                Arrays.fill(text.array(), '\0');
            }
            if (length == 0) {
                throw new IOException(file + " is empty (expected: one line with the secret)");
            }
            return secret;
        } catch (CharacterCodingException e) {
            throw new IOException(file + " is not UTF-8 text (expected: one line with the secret)", e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** What is wrong with who may read it; empty when only its owner may, and where the file system knows no owners. */
    public static Optional<String> warning(Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            return OWNER.containsAll(permissions)
                    ? Optional.empty()
                    : Optional.of(file + " can be read or written by others than its owner; run: chmod 600 "
                            + ShellWord.of(file));
        } catch (IOException | UnsupportedOperationException e) {
            // Absent or foreign: whoever reads it says so in its own words.
            return Optional.empty();
        }
    }
}
