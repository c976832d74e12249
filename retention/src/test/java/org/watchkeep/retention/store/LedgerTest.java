// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults.DirtyBlocks;
import org.watchkeep.retention.disk.FakeFaults.Operation;

class LedgerTest {
    private static final Path FOLDER = Path.of("/data/ledger");
    private static final long NOVEMBER = micros("2026-11-30T23:59:59.999999Z");
    private static final long DECEMBER = micros("2026-12-01T00:00:00Z");
    /** The seed of a power cut that keeps nothing unsynced. */
    private static final long DROP = 0;

    private FakeDisk disk = prepared();
    private final List<IOException> failures = Collections.synchronizedList(new ArrayList<>());

    private static FakeDisk prepared() {
        FakeDisk disk = new FakeDisk();
        try {
            disk.createFolders(Path.of("/data"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return disk.settle();
    }

    private static long micros(String instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(instant));
    }

    static LedgerEntry entry(long number) {
        return new LedgerEntry.RunEnded(number, 3, "no-media", "nothing came for 10 s", NOVEMBER + number);
    }

    private Ledger open(List<LedgerEntry> replayed) throws IOException {
        return Ledger.open(disk, FOLDER, replayed::add, failures::add);
    }

    private List<LedgerEntry> replay() throws IOException {
        List<LedgerEntry> replayed = new ArrayList<>();
        open(replayed).close();
        return replayed;
    }

    private void powerCut() {
        disk.powerCut(DROP);
        disk = disk.restart();
    }

    private void write(String name, byte[]... parts) throws IOException {
        disk.createFolders(FOLDER);
        try (DiskFile file = disk.open(FOLDER.resolve(name), Disk.Mode.WRITE)) {
            long at = 0;
            for (byte[] part : parts) {
                file.write(ByteBuffer.wrap(part), at);
                at += part.length;
            }
        }
        disk.settle();
    }

    private static byte[] header(String month) {
        return LedgerLine.encode(new LedgerLine.Header(1, month, Optional.empty(), 0));
    }

    private static byte[] line(LedgerEntry entry, OptionalLong commit) {
        return LedgerLine.encode(new LedgerLine.Written(entry, NOVEMBER, commit));
    }

    @Test
    void open_nothingThere_makesTheFolderAndReplaysNothing() throws IOException {
        assertThat(replay()).isEmpty();
        powerCut();
        assertThat(disk.list(FOLDER)).isEmpty();
    }

    @Test
    void appendDurably_everyKind_isThereAfterAPowerCutAsItWas() throws IOException {
        List<LedgerEntry> entries = List.of(
                new LedgerEntry.StreamRegistered(7, StreamId.main("town-hall-3"), "public"),
                new LedgerEntry.RunStarted(1, 7, "avc1.640028", "bare sprop-parameter-sets", NOVEMBER),
                new LedgerEntry.RunNoted(1, 7, "no-marker keepalive-changed", NOVEMBER),
                entry(1),
                new LedgerEntry.GapOpened(
                        1, 7, NOVEMBER, 5, "boot", GapCause.LOGIN_REFUSED, "401 \"Bad\"\n\u2603 \ud83d"),
                new LedgerEntry.GapClosed(1, 7, NOVEMBER, -5, "boot"),
                new LedgerEntry.RecorderStarted(NOVEMBER, Long.MIN_VALUE, "boot"),
                new LedgerEntry.RecorderStopped(NOVEMBER, Long.MAX_VALUE, "boot", true),
                new LedgerEntry.ClockStepped(NOVEMBER, DECEMBER, 9),
                new LedgerEntry.ReelOpened("v1", 12, 3, "public", NOVEMBER),
                new LedgerEntry.ReelCleared("v1", 11, 3, "reuse", 4_000, NOVEMBER - 9, NOVEMBER),
                new LedgerEntry.EpochOpened(4, "public", NOVEMBER, 5),
                new LedgerEntry.RuleSet("public", 31, "requests take \u2603 weeks", "configuration", ""),
                new LedgerEntry.EraseDue(4, "public", "limit", 31, List.of(7, 9)),
                new LedgerEntry.EpochErased(4, "public", "limit", 1, 2, 3, 4, 2, 0, true, "ext4"),
                new LedgerEntry.MasterRotated("0123456789abcdef", "fedcba9876543210", "1001"),
                new LedgerEntry.KeysBackedUp("0123456789abcdef", "disc 4, safe", "1001"),
                new LedgerEntry.ClockConfirmed(NOVEMBER, -5, "1001"),
                new LedgerEntry.VolumeRegistered("v1", "0b5f"),
                new LedgerEntry.VolumeFailed("v1", ""),
                new LedgerEntry.HoldEntered("{\"act\":\"hold.released\"}"),
                new LedgerEntry.EpochHeld(4, "public", NOVEMBER, Long.MAX_VALUE, List.of(7)));
        assertThat(entries).hasSize(LedgerEntry.class.getPermittedSubclasses().length);
        Ledger ledger = open(new ArrayList<>());
        for (LedgerEntry entry : entries) {
            ledger.appendDurably(entry, NOVEMBER);
        }

        powerCut();

        assertThat(replay()).isEqualTo(entries);
        assertThat(failures).isEmpty();
    }

    @Test
    void append_longText_isCutAndSaysSo() throws IOException {
        LedgerEntry.VolumeFailed cut = new LedgerEntry.VolumeFailed("v1", "x".repeat(LedgerEntry.MAX_TEXT + 1));
        assertThat(cut.detail()).hasSize(LedgerEntry.MAX_TEXT).endsWith("x…");

        LedgerEntry.VolumeFailed worst = new LedgerEntry.VolumeFailed("v1", "\u0001".repeat(LedgerEntry.MAX_TEXT));
        assertThat(line(worst, OptionalLong.of(Long.MAX_VALUE))).hasSizeLessThan(LedgerLine.MAX_BYTES);

        LedgerEntry.HoldEntered longest = new LedgerEntry.HoldEntered("\"".repeat(LedgerEntry.HoldEntered.MAX_CHARS));
        assertThat(line(longest, OptionalLong.of(Long.MAX_VALUE))).hasSizeLessThan(LedgerLine.MAX_BYTES);
    }

    @Test
    void append_nobodyWaits_isSyncedByItself() throws Exception {
        CountDownLatch synced = new CountDownLatch(1);
        Ledger ledger = open(new ArrayList<>());
        disk.faults().before((operation, path) -> {
            if (operation == Operation.SYNC) {
                synced.countDown();
            }
        });
        ledger.append(entry(1), NOVEMBER);
        assertThat(synced.await(60, TimeUnit.SECONDS)).isTrue();
        ledger.appendDurably(entry(2), NOVEMBER);
        powerCut();
        assertThat(replay()).containsExactly(entry(1), entry(2));
    }

    @Test
    void close_entriesStillWaiting_areSyncedFirst() throws IOException {
        Ledger ledger = open(new ArrayList<>());
        ledger.append(entry(1), NOVEMBER);
        ledger.close();
        ledger.close();
        assertThatThrownBy(() -> ledger.append(entry(2), NOVEMBER)).isInstanceOf(IllegalStateException.class);
        powerCut();
        assertThat(replay()).containsExactly(entry(1));
    }

    @Test
    void close_diskRefuses_throwsAndNamesTheLoss() throws IOException {
        Ledger ledger = open(new ArrayList<>());
        disk.faults().failPath(FOLDER, Operation.CREATE);
        ledger.append(entry(1), NOVEMBER);
        assertThatThrownBy(ledger::close).isInstanceOf(IOException.class).hasMessageContaining("1 ledger entries");
        assertThat(failures).isNotEmpty();
    }

    @Test
    void append_nextMonth_beginsAFileAndAClockSetBackKeepsIt() throws IOException {
        Ledger ledger = open(new ArrayList<>());
        ledger.append(entry(1), NOVEMBER);
        ledger.append(entry(2), DECEMBER);
        ledger.append(entry(3), NOVEMBER);
        ledger.close();
        assertThat(disk.list(FOLDER)).containsExactly("2026-11.ledger", "2026-12.ledger");
        assertThat(new String(disk.contents(FOLDER.resolve("2026-11.ledger")), UTF_8))
                .hasLineCount(2);

        List<LedgerEntry> replayed = new ArrayList<>();
        Ledger again = open(replayed);
        again.appendDurably(entry(4), NOVEMBER);
        again.appendDurably(entry(5), Long.MIN_VALUE);
        again.close();
        assertThat(replayed).containsExactly(entry(1), entry(2), entry(3));
        assertThat(disk.list(FOLDER)).hasSize(2);
        assertThat(replay()).containsExactly(entry(1), entry(2), entry(3), entry(4), entry(5));
    }

    @Test
    void append_clockFarInTheFuture_staysInFourDigits() throws IOException {
        Ledger ledger = open(new ArrayList<>());
        ledger.appendDurably(entry(1), Long.MAX_VALUE);
        ledger.close();
        assertThat(disk.list(FOLDER)).containsExactly("9999-12.ledger");
        assertThat(replay()).containsExactly(entry(1));
    }

    @Test
    void appendDurably_failedCommit_throwsAndTheNextTryTakesAllInOrder() throws IOException {
        for (DirtyBlocks fate : DirtyBlocks.values()) {
            disk = prepared();
            failures.clear();
            Ledger ledger = open(new ArrayList<>());
            ledger.appendDurably(entry(1), NOVEMBER);
            disk.faults().failSync(1, fate);
            assertThatThrownBy(() -> ledger.appendDurably(entry(2), NOVEMBER))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("/data/ledger");
            assertThat(failures).hasSize(1);
            ledger.appendDurably(entry(3), NOVEMBER);
            powerCut();
            assertThat(replay()).as("%s", fate).containsExactly(entry(1), entry(2), entry(3));
        }
    }

    @Test
    void appendDurably_anyOperationOfANewMonthFails_nothingIsLostOrDoubled() throws IOException {
        for (Operation operation : List.of(Operation.CREATE, Operation.WRITE, Operation.SYNC, Operation.SYNC_FOLDER)) {
            disk = prepared();
            Ledger ledger = open(new ArrayList<>());
            ledger.appendDurably(entry(1), NOVEMBER);
            disk.faults().fail(operation, 1);
            assertThatThrownBy(() -> ledger.appendDurably(entry(2), DECEMBER)).isInstanceOf(IOException.class);
            ledger.appendDurably(entry(3), NOVEMBER);
            powerCut();
            assertThat(replay()).as("%s", operation).containsExactly(entry(1), entry(2), entry(3));
            assertThat(disk.list(FOLDER)).containsExactly("2026-11.ledger", "2026-12.ledger");
        }
    }

    @Test
    void appendDurably_shortWriteThenPowerCut_cutsTheTornTail() throws IOException {
        Ledger ledger = open(new ArrayList<>());
        ledger.appendDurably(entry(1), NOVEMBER);
        disk.faults().shortWrite(1, 20);
        assertThatThrownBy(() -> ledger.appendDurably(entry(2), NOVEMBER)).isInstanceOf(IOException.class);
        disk.kill();
        disk = disk.restart();

        assertThat(replay()).containsExactly(entry(1));
        assertThat(disk.list(FOLDER)).hasSize(2).anyMatch(name -> name.startsWith("2026-11.ledger.cut-"));
        assertThat(replay()).containsExactly(entry(1));
    }

    @Test
    void append_queueFull_refusesCountsAndReports() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Ledger ledger = open(new ArrayList<>());
        disk.faults().before((operation, path) -> awaitQuietly(go));
        for (int i = 0; i <= Ledger.MAX_PENDING; i++) {
            ledger.append(entry(1), NOVEMBER);
        }
        assertThatThrownBy(() -> ledger.appendDurably(entry(2), NOVEMBER)).hasStackTraceContaining("wait for the disk");
        go.countDown();
        ledger.close();
        assertThat(replay()).hasSize(Ledger.MAX_PENDING);
        assertThat(failures).anyMatch(e -> String.valueOf(e.getMessage()).contains("entries lost"));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void open_killedProcess_makesWhatItReplaysDurable() throws IOException {
        Ledger ledger = open(new ArrayList<>());
        ledger.appendDurably(entry(1), NOVEMBER);
        disk.faults().failSync(1, DirtyBlocks.KEPT);
        assertThatThrownBy(() -> ledger.appendDurably(entry(2), NOVEMBER)).isInstanceOf(IOException.class);
        disk.kill();
        disk = disk.restart();
        assertThat(replay()).containsExactly(entry(1), entry(2));
        powerCut();
        assertThat(replay()).containsExactly(entry(1), entry(2));
    }

    @Test
    void open_newerFormat_isRefusedWithBothNumbers() throws IOException {
        write("2026-11.ledger", LedgerLine.encode(new LedgerLine.Header(6, "2026-11", Optional.empty(), 0)));
        assertThatThrownBy(this::replay)
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("version: 6 (expected: 1 to 5)")
                .hasMessageContaining("/data/ledger/2026-11.ledger at byte 0");
    }

    @Test
    void open_damagedLineThatHadBeenSynced_isRefusedWithFileAndOffset() throws IOException {
        byte[] header = header("2026-11");
        byte[] first = line(entry(1), OptionalLong.empty());
        byte[] second = line(entry(2), OptionalLong.of(header.length + first.length));
        first[15] ^= 1;
        write("2026-11.ledger", header, first, second);
        assertThatThrownBy(this::replay)
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("damaged line")
                .hasMessageContaining("2026-11.ledger at byte " + header.length);
    }

    @Test
    void open_damagedLineInAnOlderMonth_isRefused() throws IOException {
        byte[] damaged = line(entry(1), OptionalLong.empty());
        damaged[12] ^= 1;
        write("2026-10.ledger", header("2026-10"), damaged);
        write("2026-11.ledger", header("2026-11"));
        assertThatThrownBy(this::replay).isInstanceOf(LedgerException.class).hasMessageContaining("2026-10.ledger");
    }

    @Test
    void open_missingOrShortenedMonth_isRefused() throws IOException {
        Ledger ledger = open(new ArrayList<>());
        ledger.append(entry(1), NOVEMBER);
        ledger.append(entry(2), DECEMBER);
        ledger.append(entry(3), DECEMBER + 40L * 86_400_000_000L);
        ledger.close();
        disk.delete(FOLDER.resolve("2026-12.ledger"));
        assertThatThrownBy(this::replay).isInstanceOf(LedgerException.class).hasMessageContaining("follows");

        write("2026-12.ledger", header("2026-12"));
        assertThatThrownBy(this::replay).isInstanceOf(LedgerException.class).hasMessageContaining("follows");
    }

    @Test
    void open_linesMovedOrOfAnotherMonth_areRefused() throws IOException {
        write("2026-11.ledger", header("2026-12"));
        assertThatThrownBy(this::replay).isInstanceOf(LedgerException.class).hasMessageContaining("month 2026-12");

        disk = prepared();
        write("2026-11.ledger", header("2026-11"), line(entry(1), OptionalLong.of(5)));
        assertThatThrownBy(this::replay).isInstanceOf(LedgerException.class).hasMessageContaining("moved line");

        disk = prepared();
        write("2026-11.ledger", line(entry(1), OptionalLong.empty()));
        assertThatThrownBy(this::replay).isInstanceOf(LedgerException.class).hasMessageContaining("header first");
    }
}
