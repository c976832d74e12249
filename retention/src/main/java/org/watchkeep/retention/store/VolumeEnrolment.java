// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.store.StoreSettings.VolumeSettings;

/** Adds a volume to a store that is closed: reels, identity file, and last its entry in the ledger. One thread. */
public final class VolumeEnrolment {
    /** Large enough that a spinning disk writes at full speed. */
    private static final int ZERO_BYTES = 4 << 20;

    private VolumeEnrolment() {}

    /** How far writing through has come; called after each reel. */
    @FunctionalInterface
    public interface Progress {
        void zeroed(int reels, int of);
    }

    /**
     * Enrols the volume of this id.
     *
     * @param progress where given, each reel is written through once, so that the first round is as fast as the next
     * @throws StoreException when it is not configured, or enrolled already, or its folder is a volume
     */
    public static void enrol(
            StoreSettings settings, String id, Disk disk, StoreClock clock, Optional<Progress> progress)
            throws IOException {
        VolumeSettings wanted = settings.volumes().stream()
                .filter(volume -> volume.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new StoreException(
                        "no volume " + id + " in the configuration",
                        "It names: "
                                + settings.volumes().stream()
                                        .map(VolumeSettings::id)
                                        .collect(Collectors.joining(", ")) + "."));
        Path folder = settings.folder().resolve(FootageStore.LEDGER_FOLDER);
        if (!disk.exists(folder) || disk.list(folder).isEmpty()) {
            throw new StoreException(
                    settings.folder() + " holds no store", "Make one with 'watchkeep init', or name the right folder.");
        }
        Set<String> known = new HashSet<>();
        try (Ledger ledger = Ledger.open(disk, folder, entry -> noteVolume(entry, known), e -> {})) {
            if (known.contains(id)) {
                throw new StoreException(
                        "volume " + id + " is enrolled already",
                        "If its disk was replaced, give the new one an id of its own.");
            }
            UUID uuid = Volume.enrol(disk, id, wanted.path(), wanted.sizeBytes());
            if (progress.isPresent()) {
                writeThrough(Volume.open(disk, id, wanted.path(), uuid), progress.get());
            }
            ledger.appendDurably(new LedgerEntry.VolumeRegistered(id, uuid.toString()), clock.utcMicros());
        }
    }

    private static void noteVolume(LedgerEntry entry, Set<String> known) {
        if (entry instanceof LedgerEntry.VolumeRegistered volume) {
            known.add(volume.volume());
        }
    }

    private static void writeThrough(Volume volume, Progress progress) throws IOException {
        ByteBuffer zeros = ReelFooter.aligned(ZERO_BYTES);
        int done = 0;
        for (Reel reel : volume.reels()) {
            try (DiskFile file = volume.openForWriting(reel)) {
                for (long at = 0; at < volume.reelBytes; at += ZERO_BYTES) {
                    zeros.clear().limit((int) Math.min(ZERO_BYTES, volume.reelBytes - at));
                    file.write(zeros, at);
                }
                file.sync();
            }
            progress.zeroed(++done, volume.reels().size());
        }
        volume.close();
    }
}
