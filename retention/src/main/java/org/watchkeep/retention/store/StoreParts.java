// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.keys.EpochKeys;

/** What a store is put together from once everything it needs has been opened. Immutable. */
record StoreParts(
        StoreSettings settings,
        StoreClock clock,
        EpochKeys keys,
        Ledger ledger,
        Runnable watchLedger,
        StandingIndex index,
        int mostWaitingForIndex,
        StreamBook streams,
        Map<String, Volume> volumes,
        List<VolumeStatus> missing,
        Disk disk,
        Holding holding,
        StoreTrail trail,
        Running running) {
    private static final Logger log = LoggerFactory.getLogger(StoreParts.class);

    /** Half for the filters and indexes of 1,000 cameras' rows, half for the rows that are looked at. */
    private static final long INDEX_CACHE_BYTES = 128L << 20;

    /**
     * The index a store keeps.
     *
     * @param mostWaiting segments kept in memory while it takes none
     */
    record IndexSettings(Index.Opening opening, int mostWaiting) {
        static final IndexSettings ON_DISK =
                new IndexSettings(folder -> SegmentIndex.open(folder, INDEX_CACHE_BYTES), Indexer.MOST_WAITING);
    }

    /**
     * How it goes on by itself; another way than {@link #AS_RECORDED} has only {@link SimulatedStore}.
     *
     * @param keepsHouse whether a thread of its own does the housekeeping
     */
    record Running(Reckoning reckoning, boolean keepsHouse) {
        static final Running AS_RECORDED = new Running(Reckoning.BY_RULE, true);
    }

    /** Makes the volumes and the ledger of a new store. */
    static void make(StoreSettings settings, Disk disk, StoreClock clock) throws IOException {
        make(settings, disk, clock, Volume::reelBytesFor);
    }

    /** The same, with reels of another size. */
    static void make(StoreSettings settings, Disk disk, StoreClock clock, LongUnaryOperator reelBytesFor)
            throws IOException {
        if (disk.exists(settings.folder().resolve(FootageStore.LEDGER_FOLDER))
                && !disk.list(settings.folder().resolve(FootageStore.LEDGER_FOLDER))
                        .isEmpty()) {
            throw new StoreException(
                    settings.folder() + " already holds a store",
                    "Name another data folder, or use this one as it is.");
        }
        disk.createFolders(settings.folder().resolve(FootageStore.LEDGER_FOLDER));
        Map<String, UUID> uuids = new LinkedHashMap<>();
        for (StoreSettings.VolumeSettings volume : settings.volumes()) {
            uuids.put(
                    volume.id(),
                    Volume.enrol(
                            disk,
                            volume.id(),
                            volume.path(),
                            volume.sizeBytes(),
                            reelBytesFor.applyAsLong(volume.sizeBytes())));
        }
        try (Ledger ledger =
                Ledger.open(disk, settings.folder().resolve(FootageStore.LEDGER_FOLDER), entry -> {}, e -> {})) {
            for (Map.Entry<String, UUID> volume : uuids.entrySet()) {
                ledger.appendDurably(
                        new LedgerEntry.VolumeRegistered(
                                volume.getKey(), volume.getValue().toString()),
                        clock.utcMicros());
            }
        }
    }

    static StoreParts open(
            StoreSettings settings, Disk disk, EpochKeys keys, StoreClock clock, IndexSettings indexSettings)
            throws IOException {
        Path ledgerFolder = settings.folder().resolve(FootageStore.LEDGER_FOLDER);
        if (!disk.exists(ledgerFolder) || disk.list(ledgerFolder).isEmpty()) {
            throw new StoreException(
                    settings.folder() + " holds no store", "Make one with 'watchkeep init', or name the right folder.");
        }
        // Beside the ledger: neither needs the other, and together they are half of what a start reads.
        CompletableFuture<StandingIndex> index = CompletableFuture.supplyAsync(
                () -> new StandingIndex(settings.folder().resolve(FootageStore.INDEX_FOLDER), indexSettings.opening));
        try {
            return open(settings, disk, keys, clock, indexSettings, index);
        } catch (IOException | RuntimeException e) {
            // Waited for: who is told that it failed may open it again, or delete the folder, at once.
            index.thenAccept(StandingIndex::close)
                    .exceptionally(ofIndex -> {
                        if (!ofIndex.equals(e)) {
                            e.addSuppressed(ofIndex);
                        }
                        return null;
                    })
                    .join();
            throw e;
        }
    }

    private static StoreParts open(
            StoreSettings settings,
            Disk disk,
            EpochKeys keys,
            StoreClock clock,
            IndexSettings indexSettings,
            CompletableFuture<StandingIndex> index)
            throws IOException {
        Path ledgerFolder = settings.folder().resolve(FootageStore.LEDGER_FOLDER);
        StreamBook streams = new StreamBook();
        Path data = settings.folder().toAbsolutePath();
        LedgerTrouble trouble = new LedgerTrouble(
                data,
                new SystemStoreClock(),
                text -> log.error("ALARM ledger: {}", text),
                text -> log.info("alarm over: {}", text));
        Ledger ledger = Ledger.open(disk, ledgerFolder, streams::replay, trouble);
        try {
            streams.opened(ledger, clock);
            List<VolumeStatus> missing = missing(settings, disk, streams);
            Map<String, Volume> volumes = openVolumes(settings, disk, streams, missing);
            Runnable watch = () -> trouble.look(disk.freeBytes(data));
            return new StoreParts(
                    settings,
                    clock,
                    keys,
                    ledger,
                    watch,
                    index.join(),
                    indexSettings.mostWaiting,
                    streams,
                    volumes,
                    missing,
                    disk,
                    Holding.NONE,
                    StoreTrail.NONE,
                    Running.AS_RECORDED);
        } catch (IOException | RuntimeException e) {
            ledger.close();
            throw e;
        }
    }

    /** The same, with holds that are asked before anything is erased, overwritten or shown. */
    StoreParts with(Holding held) {
        return with(held, trail, running);
    }

    /** The same, with a trail that everything is entered in. */
    StoreParts with(StoreTrail entered) {
        return with(holding, entered, running);
    }

    /** The same, running in another way. */
    StoreParts with(Running otherwise) {
        return with(holding, trail, otherwise);
    }

    private StoreParts with(Holding held, StoreTrail entered, Running way) {
        return new StoreParts(
                settings,
                clock,
                keys,
                ledger,
                watchLedger,
                index,
                mostWaitingForIndex,
                streams,
                volumes,
                missing,
                disk,
                held,
                entered,
                way);
    }

    private static UUID uuid(StoreSettings.VolumeSettings volume, StreamBook streams) throws StoreException {
        return streams.volumeUuid(volume.id())
                .map(UUID::fromString)
                .orElseThrow(() -> new StoreException(
                        "volume " + volume.id() + " is not of this store",
                        "Enrol it with 'watchkeep volume enrol', or take it out of the configuration."));
    }

    /** A disk that died, or is not mounted, keeps nobody from recording on the others; all of them together do. */
    private static List<VolumeStatus> missing(StoreSettings settings, Disk disk, StreamBook streams)
            throws StoreException {
        List<VolumeStatus> missing = new ArrayList<>();
        for (StoreSettings.VolumeSettings volume : settings.volumes()) {
            UUID uuid = uuid(volume, streams);
            Volume.notThere(disk, volume.path()).ifPresent(why -> missing.add(VolumeStatus.missing(volume, uuid, why)));
        }
        return missing.size() == settings.volumes().size() ? List.of() : List.copyOf(missing);
    }

    private static Map<String, Volume> openVolumes(
            StoreSettings settings, Disk disk, StreamBook streams, List<VolumeStatus> missing) throws IOException {
        Map<String, Volume> volumes = new LinkedHashMap<>();
        for (StoreSettings.VolumeSettings volume : settings.volumes()) {
            if (missing.stream().noneMatch(of -> of.id().equals(volume.id()))) {
                UUID expected = uuid(volume, streams);
                volumes.put(volume.id(), Volume.open(disk, volume.id(), volume.path(), expected));
            }
        }
        return volumes;
    }

    static void deleteFolder(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(folder)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.delete(path);
        }
    }

    void close() throws IOException {
        List<Closeable> parts = new ArrayList<>(List.of(ledger, index));
        volumes.values().forEach(volume -> parts.add(volume::close));
        closeAll(parts);
    }

    /** Closes each, whatever the others say; then throws what the first said. */
    static void closeAll(List<Closeable> parts) throws IOException {
        if (parts.isEmpty()) {
            return;
        }
        try (Closeable rest = () -> closeAll(parts.subList(1, parts.size()))) {
            parts.get(0).close();
        }
    }
}
