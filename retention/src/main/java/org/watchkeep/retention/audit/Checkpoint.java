// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.LocalDate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A signed statement of how long a trail is and what its root hash is (C2SP tlog-checkpoint). Immutable. That it has the
 * right form says nothing: ask {@link #isSignedBy}.
 */
public final class Checkpoint {
    private final String origin;
    private final TreeHead head;
    private final SignedNote note;

    private Checkpoint(String origin, TreeHead head, SignedNote note) {
        this.origin = origin;
        this.head = head;
        this.note = note;
    }

    static Checkpoint sign(TreeHead head, VerifierKey verifier, TrailKey key) {
        String text = verifier.name() + "\n" + head.size() + "\n" + head.root().toBase64() + "\n";
        return new Checkpoint(verifier.name(), head, SignedNote.sign(text, verifier, key));
    }

    /** Reads one; throws for anything that is not the text of a checkpoint. */
    public static Checkpoint parse(byte[] bytes) throws DamagedTrailException {
        SignedNote note = SignedNote.parse(bytes);
        String[] lines = note.text().split("\n", -1);
        if (lines.length < 4 || lines[0].isEmpty()) {
            throw new DamagedTrailException(
                    "checkpoint: " + (lines.length - 1) + " lines (expected: origin, size, root)");
        }
        return new Checkpoint(lines[0], new TreeHead(size(lines[1]), root(lines[2])), note);
    }

    private static long size(String line) throws DamagedTrailException {
        try {
            long size = Long.parseLong(line);
            if (size >= 0 && Long.toString(size).equals(line)) {
                return size;
            }
        } catch (NumberFormatException e) {
            throw new DamagedTrailException("checkpoint size: " + line + " (expected: a decimal number)", e);
        }
        throw new DamagedTrailException("checkpoint size: " + line + " (expected: a decimal number)");
    }

    private static Hash root(String line) throws DamagedTrailException {
        try {
            Hash root = Hash.of(Base64.getDecoder().decode(line));
            if (root.toBase64().equals(line)) {
                return root;
            }
        } catch (IllegalArgumentException e) {
            throw new DamagedTrailException("checkpoint root: " + line + " (expected: 32 bytes in base64)", e);
        }
        throw new DamagedTrailException("checkpoint root: " + line + " (expected: 32 bytes in base64)");
    }

    /** Which trail. */
    public String origin() {
        return origin;
    }

    public TreeHead head() {
        return head;
    }

    public long size() {
        return head.size();
    }

    public Hash root() {
        return head.root();
    }

    public boolean isSignedBy(VerifierKey key) {
        return note.isSignedBy(key);
    }

    SignedNote note() {
        return note;
    }

    Checkpoint with(List<SignedNote.Signature> cosignatures) {
        return new Checkpoint(origin, head, note.with(cosignatures));
    }

    /** When this witness saw it, in POSIX seconds; empty when it has not, or its cosignature is bad. */
    public Optional<Long> witnessedBy(VerifierKey witness) {
        return Cosignature.time(note, witness);
    }

    /** What goes into a shift log once a day: day, size, root, origin. */
    public String paperLine(LocalDate day) {
        return day + " " + size() + " " + root().toBase64() + " " + origin;
    }

    byte[] toBytes() {
        return toString().getBytes(UTF_8);
    }

    /** The signed note. */
    @Override
    public String toString() {
        return note.toString();
    }
}
