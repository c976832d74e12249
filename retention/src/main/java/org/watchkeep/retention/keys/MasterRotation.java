// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.watchkeep.retention.disk.Disk;

/**
 * A new master key for the site. The order, and what a power cut right after each step leaves:
 *
 * <ol>
 *   <li>the keystore holds both masters: every root opens, whichever wraps it; at the next start the rotation goes on;
 *   <li>every root, then every held key and every case's key, wrapped anew in home A, synced: the same;
 *   <li>in home B, synced; all read back: the same;
 *   <li>the keystore holds the new master only: what an image or a remapped block still has of an older wrapping is worth
 *       nothing.
 * </ol>
 *
 * <p>Run again it goes on where it was. With one home away it stops before the last step.
 */
public final class MasterRotation {
    private MasterRotation() {}

    /**
     * What came of it.
     *
     * @param fromMasterId the one that is gone: media that hold a backup of it are to be destroyed
     * @param toMasterId the one that stands: it has no backup yet
     */
    public record Rotated(String fromMasterId, String toMasterId) {}

    /** Durable on return. Other threads go on meanwhile; the caller wipes the passphrase. */
    public static Rotated run(Disk disk, Path keystore, char[] passphrase, EpochKeys keys, HeldKeys held)
            throws IOException {
        return run(disk, keystore, passphrase, keys, held, MasterKeystore.ROUNDS);
    }

    static Rotated run(Disk disk, Path keystore, char[] passphrase, EpochKeys keys, HeldKeys held, int rounds)
            throws IOException {
        return run(disk, keystore, passphrase, keys, held, Optional.empty(), rounds);
    }

    /** The same where there is an evidence vault: the keys of its cases are wrapped anew with the others. */
    public static Rotated run(
            Disk disk, Path keystore, char[] passphrase, EpochKeys keys, HeldKeys held, CaseKeys cases)
            throws IOException {
        return run(disk, keystore, passphrase, keys, held, Optional.of(cases), MasterKeystore.ROUNDS);
    }

    static Rotated run(
            Disk disk,
            Path keystore,
            char[] passphrase,
            EpochKeys keys,
            HeldKeys held,
            Optional<CaseKeys> cases,
            int rounds)
            throws IOException {
        MasterKeystore both = MasterKeystore.beginRotation(disk, keystore, passphrase, rounds);
        keys.rewrap(both);
        held.rewrap(both);
        if (cases.isPresent()) {
            cases.get().rewrap(both);
        }
        MasterKeystore alone = MasterKeystore.endRotation(disk, keystore, passphrase, rounds);
        keys.retired(alone);
        held.retired(alone);
        cases.ifPresent(of -> of.retired(alone));
        return new Rotated(both.retiring().orElseThrow().masterId(), alone.masterId());
    }
}
