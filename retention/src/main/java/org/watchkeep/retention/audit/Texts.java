// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.watchkeep.retention.disk.Disk;

/**
 * The sentences that entries only have commitments to (audit.md 4): one file a text, which can be erased alone. Any thread.
 * Not here: what belongs to a case and is kept under the case's key.
 */
public final class Texts {
    /** What a person types into a reason, not a document. */
    public static final int MAX_BYTES = 16 << 10;

    private static final int SALT_LINE_BYTES = 2 * Hash.BYTES + 1;

    private final TrailFiles files;

    public Texts(Disk disk, Path folder) {
        this.files = new TrailFiles(disk, folder);
    }

    /** Durable on return: the text stands before the entry that commits to it. */
    public Commitment write(String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        if (bytes.length == 0 || bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException("text: " + bytes.length + " bytes (expected: 1 to " + MAX_BYTES + ")");
        }
        Commitment commitment = Commitment.to(text);
        byte[] salt = (commitment.salt() + "\n").getBytes(US_ASCII);
        files.write(
                path(commitment.hash()),
                ByteBuffer.allocate(salt.length + bytes.length)
                        .put(salt)
                        .put(bytes)
                        .array());
        return commitment;
    }

    /** The text; empty where it was erased. Throws where the file does not hold what was committed to. */
    public Optional<String> find(Hash commitment) throws IOException {
        if (!files.disk().exists(path(commitment))) {
            return Optional.empty();
        }
        byte[] bytes = files.read(path(commitment), SALT_LINE_BYTES + MAX_BYTES);
        try {
            Hash salt = Hash.parse(new String(bytes, 0, Math.min(bytes.length, SALT_LINE_BYTES - 1), US_ASCII));
            String text =
                    new String(Arrays.copyOfRange(bytes, Math.min(bytes.length, SALT_LINE_BYTES), bytes.length), UTF_8);
            if (Commitment.to(text, salt).hash().equals(commitment)) {
                return Optional.of(text);
            }
        } catch (IllegalArgumentException e) {
            throw new DamagedTrailException(path(commitment) + ": no salt in its first line", e);
        }
        throw new DamagedTrailException(path(commitment) + ": is not the text that was committed to");
    }

    /** Erases it; the entry stays and says nothing any more. False where it was gone already. */
    public boolean erase(Hash commitment) throws IOException {
        Path path = path(commitment);
        if (!files.disk().exists(path)) {
            return false;
        }
        files.disk().delete(path);
        files.disk().syncFolder(files.folder().resolve("texts"));
        return true;
    }

    private Path path(Hash commitment) {
        return files.folder().resolve("texts").resolve(commitment + ".txt");
    }
}
