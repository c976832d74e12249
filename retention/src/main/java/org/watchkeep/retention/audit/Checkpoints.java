// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The signed checkpoints of a trail: the newest is on disk (audit.md 6). Guarded by itself; the writer never waits for it. */
final class Checkpoints {
    /** More often says nothing more, and costs two syncs each. */
    private static final Duration APART = Duration.ofSeconds(1);

    private final TrailFiles files;
    private final TrailSettings settings;
    private final VerifierKey verifier;
    private final TrailTree tree;
    private @Nullable Checkpoint last;
    private Instant signedAt = Instant.MIN;

    Checkpoints(TrailFiles files, TrailSettings settings, VerifierKey verifier, TrailTree tree) {
        this.files = files;
        this.settings = settings;
        this.verifier = verifier;
        this.tree = tree;
    }

    /** Reads the newest and refuses a trail that does not continue it. */
    synchronized void load() throws IOException {
        if (!files.disk().exists(files.checkpoint())) {
            return;
        }
        Checkpoint signed = Checkpoint.parse(files.read(files.checkpoint(), SignedNote.MAX_BYTES));
        requireContinuing(signed);
        last = signed;
    }

    /** Throws unless the trail is one that this checkpoint was made of: signed by its key, no shorter, with the same root. */
    void requireContinuing(Checkpoint signed) throws IOException {
        if (!signed.isSignedBy(verifier)) {
            throw new DamagedTrailException("checkpoint: not signed by " + verifier);
        }
        if (signed.size() > tree.size()) {
            throw new DamagedTrailException("trail: " + tree.size() + " entries (expected: at least " + signed.size()
                    + ", which the checkpoint says)");
        }
        if (!Merkle.root(tree, signed.size()).equals(signed.root())) {
            throw new DamagedTrailException(
                    "trail: the root of " + signed.size() + " entries is not the one that the checkpoint says");
        }
    }

    synchronized Checkpoint sign(Instant now) throws IOException {
        Checkpoint before = last;
        boolean isSoon =
                !now.isBefore(signedAt) && Duration.between(signedAt, now).compareTo(APART) < 0;
        if (before != null && (before.size() == tree.size() || isSoon)) {
            return before;
        }
        return signNow(now);
    }

    private Checkpoint signNow(Instant now) throws IOException {
        Checkpoint signed = Checkpoint.sign(tree.head(), verifier, settings.key());
        files.write(files.checkpoint(), signed.toBytes());
        last = signed;
        signedAt = now;
        return signed;
    }

    synchronized Checkpoint last() throws IOException {
        Checkpoint known = last;
        if (known == null) {
            throw new TrailException("checkpoint: none yet");
        }
        return known;
    }

    /** One that covers this entry: the newest, or a new one even within the second. */
    synchronized Checkpoint covering(long index, Instant now) throws IOException {
        if (index < 0 || index >= tree.size()) {
            throw new IllegalArgumentException("entry: " + index + " (expected: 0 to " + (tree.size() - 1) + ")");
        }
        Checkpoint known = last;
        return known != null && known.size() > index ? known : signNow(now);
    }

    /** Not under the lock while the witness is asked: it is on a network. */
    Checkpoint witness(Checkpoint asked, WitnessClient witness) throws IOException {
        Checkpoint witnessed = asked.with(witness.cosign(asked, tree));
        synchronized (this) {
            Checkpoint now = last();
            if (now.head().equals(asked.head())) {
                Checkpoint merged = now.with(witnessed.note().signatures());
                files.write(files.checkpoint(), merged.toBytes());
                last = merged;
                return merged;
            }
        }
        return witnessed;
    }
}
