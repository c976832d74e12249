// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.watchkeep.retention.disk.DirectIoUnavailableException;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults.DirtyBlocks;
import org.watchkeep.retention.disk.FakeFaults.Operation;

class EpochKeysTest {
    private static final Path A = Path.of("/a/keys");
    private static final Path B = Path.of("/b/keys");
    private static final Path FILE_A = A.resolve(KeyHome.FILE);
    private static final Path FILE_B = B.resolve(KeyHome.FILE);
    private static final Operation[] EVERYTHING = Operation.values();

    private final FakeDisk disk = new FakeDisk();
    private final MasterKeystore master = TestMaster.random();
    private final List<EpochKeys> opened = new ArrayList<>();

    @BeforeEach
    void create() throws IOException {
        EpochKeys.create(disk, A, B);
    }

    @AfterEach
    void close() throws IOException {
        for (EpochKeys keys : opened) {
            keys.close();
        }
    }

    private EpochKeys open() throws IOException {
        return open(A, B);
    }

    private EpochKeys open(Path a, Path b) throws IOException {
        EpochKeys keys = EpochKeys.open(disk, a, b, master);
        opened.add(keys);
        return keys;
    }

    private static byte[] keyBytes(EpochKeys keys, long epoch) {
        return keys.streamKey(epoch, 1).map(SecretKey::getEncoded).orElseThrow();
    }

    private void loseHome(Path home) throws IOException {
        disk.rename(home.resolve(KeyHome.FILE), home.resolve("away"));
    }

    private void bringBack(Path home) throws IOException {
        disk.rename(home.resolve("away"), home.resolve(KeyHome.FILE));
    }

    private static List<String> messages(EpochKeys keys) {
        return keys.alarms().stream().map(KeyAlarm::message).toList();
    }

    private static long slotAt(int slot) {
        return (long) (HomeHeader.COPIES + slot) * Disk.BLOCK;
    }

    @Test
    void open_newHomes_haveNoEpochAndNoAlarm() throws IOException {
        EpochKeys keys = open();

        assertThat(keys.epochs()).isEmpty();
        assertThat(keys.alarms()).isEmpty();
        assertThat(keys.epoch(1)).isEmpty();
        assertThat(keys.streamKey(1, 1)).isEmpty();
    }

    @Test
    void openEpoch_severalClasses_numbersAscendOverAll() throws IOException {
        EpochKeys keys = open();

        Epoch first = keys.openEpoch("standard", 1000, 5);
        Epoch second = keys.openEpoch("cells-90", 2000, 6);

        assertThat(first).isEqualTo(new Epoch(1, "standard", 1000, Epoch.State.LIVE));
        assertThat(second).isEqualTo(new Epoch(2, "cells-90", 2000, Epoch.State.LIVE));
        assertThat(keys.epochs()).containsExactly(first, second);
        assertThat(keys.epoch(2)).contains(second);
        assertThat(keyBytes(keys, 1)).isNotEqualTo(keyBytes(keys, 2));
    }

    @Test
    void openEpoch_badClass_isRefusedAndTakesNoNumber() throws IOException {
        EpochKeys keys = open();

        for (String bad : new String[] {"", "a b", "é", "x".repeat(41)}) {
            assertThatThrownBy(() -> keys.openEpoch(bad, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(keys.openEpoch("ok", 1, 1).number()).isEqualTo(1);
    }

    @Test
    void open_again_hasTheSameEpochsAndKeys() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1000, 5);
        keys.openEpoch("standard", 2000, 6);
        byte[] key = keyBytes(keys, 1);
        List<Epoch> epochs = keys.epochs();
        keys.close();

        EpochKeys again = open();

        assertThat(again.epochs()).isEqualTo(epochs);
        assertThat(keyBytes(again, 1)).isEqualTo(key);
        assertThat(again.openEpoch("standard", 3000, 7).number()).isEqualTo(3);
        assertThat(again.alarms()).isEmpty();
    }

    @Test
    void open_homesSwapped_isTheSame() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1000, 5);
        byte[] key = keyBytes(keys, 1);
        keys.close();

        assertThat(keyBytes(open(B, A), 1)).isEqualTo(key);
    }

    @Test
    void open_otherMaster_isRefusedAndNothingIsWritten() throws IOException {
        open().openEpoch("standard", 1000, 5);
        byte[] before = disk.contents(FILE_A);

        assertThatThrownBy(() -> EpochKeys.open(disk, A, B, TestMaster.random()))
                .isInstanceOf(KeyHomeException.class)
                .hasMessageContaining("roots are wrapped under master " + master.masterId());
        assertThat(disk.contents(FILE_A)).isEqualTo(before);
    }

    @Test
    void create_homesThatHeldAnEpoch_areRefused() throws IOException {
        open().openEpoch("standard", 1000, 5);

        assertThatThrownBy(() -> EpochKeys.create(disk, A, B))
                .isInstanceOf(KeyHomeException.class)
                .hasMessageContaining("holds epochs up to 1");
        assertThatThrownBy(() -> EpochKeys.create(disk, A, A.resolve("../keys")))
                .isInstanceOf(KeyHomeException.class)
                .hasMessageContaining("both are");
    }

    @Test
    void create_each_saysThatItBelongsInNoBackupAndWhy() throws IOException {
        for (Path home : List.of(A, B)) {
            String tag = new String(disk.contents(home.resolve("CACHEDIR.TAG")), StandardCharsets.UTF_8);
            assertThat(tag)
                    .startsWith("Signature: 8a477f597d28d172789f06886806bc55\n")
                    .contains("NO backup")
                    .contains("Why:");
        }
    }

    @Test
    void open_tagGone_isWrittenAgainWithAnAlarm() throws IOException {
        disk.delete(A.resolve("CACHEDIR.TAG"));

        assertThat(messages(open())).singleElement().asString().contains("CACHEDIR.TAG was gone");
        assertThat(disk.exists(A.resolve("CACHEDIR.TAG"))).isTrue();
    }

    @Test
    void erase_liveEpoch_isOverwrittenInBothHomesAndItsKeyIsGone() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1000, 5);
        keys.openEpoch("standard", 2000, 6);
        keyBytes(keys, 1);

        Erasure erasure = keys.erase(1, 9000);

        assertThat(erasure).isEqualTo(new Erasure(1, 2, 0, true));
        assertThat(keys.streamKey(1, 1)).isEmpty();
        assertThat(keys.streamKey(2, 1)).isPresent();
        assertThat(keys.epoch(1)).contains(new Epoch(1, "standard", 1000, Epoch.State.ERASED));
        keys.close();
        EpochKeys again = open();
        assertThat(again.streamKey(1, 1)).isEmpty();
        assertThat(again.epoch(1)).contains(new Epoch(1, "standard", 1000, Epoch.State.ERASED));
    }

    @Test
    void erase_again_isTheSameAndKeepsTheFirstTime() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1000, 5);
        keys.erase(1, 9000);
        byte[] once = disk.contents(FILE_B);

        assertThat(keys.erase(1, 9999)).isEqualTo(new Erasure(1, 2, 0, true));
        assertThat(disk.contents(FILE_B)).isEqualTo(once);
    }

    @Test
    void erase_numberNeverGivenOut_isTheCallersMistake() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1000, 5);

        assertThatThrownBy(() -> keys.erase(2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> keys.erase(0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void openEpoch_afterErasures_usesSlotsAgainButNeverNumbers() throws IOException {
        EpochKeys keys = open();
        for (int i = 1; i <= 3 * KeyHome.GROWTH; i++) {
            assertThat(keys.openEpoch("standard", i, i).number()).isEqualTo(i);
            keys.erase(i, i);
        }
        int size = disk.contents(FILE_A).length;

        assertThat(size).isEqualTo((HomeHeader.COPIES + KeyHome.GROWTH) * Disk.BLOCK);
        assertThat(keys.erase(1, 7)).isEqualTo(new Erasure(1, 0, 0, true));
        keys.close();
        assertThat(open().openEpoch("standard", 1, 1).number()).isEqualTo(3 * KeyHome.GROWTH + 1);
    }

    @Test
    void openEpoch_everySlotLive_growsTheFile() throws IOException {
        EpochKeys keys = open();
        List<byte[]> given = new ArrayList<>();
        for (int i = 1; i <= KeyHome.GROWTH + 1; i++) {
            given.add(keyBytes(keys, keys.openEpoch("standard", i, i).number()));
        }
        assertThat(disk.contents(FILE_B)).hasSize((HomeHeader.COPIES + 2 * KeyHome.GROWTH) * Disk.BLOCK);
        keys.close();

        EpochKeys again = open();
        for (int i = 0; i < given.size(); i++) {
            assertThat(keyBytes(again, i + 1)).isEqualTo(given.get(i));
        }
    }

    @Test
    void open_noHome_isRefusedWithAdvice() throws IOException {
        loseHome(A);
        loseHome(B);

        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        KeyHomeException.class, e -> assertThat(e.next()).contains("disks back"))
                .hasMessageStartingWith("no key home is left: key home /a/keys: epochs.slots is not there");
    }

    @Test
    void open_oneHomeAbsent_worksOnTheOtherWithAnAlarmAndBringsItUpToDateWhenBack() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1000, 5);
        keys.openEpoch("standard", 1500, 5);
        keys.close();
        loseHome(A);
        EpochKeys alone = open();
        assertThat(messages(alone))
                .singleElement()
                .asString()
                .startsWith("key home /a/keys: epochs.slots is not there");
        assertThat(alone.erase(1, 9000)).isEqualTo(new Erasure(1, 1, 1, true));
        long number = alone.openEpoch("standard", 2000, 6).number();
        byte[] key = keyBytes(alone, number);
        alone.close();
        bringBack(A);

        EpochKeys both = open();
        assertThat(both.alarms()).isEmpty();
        both.close();
        loseHome(B);
        EpochKeys onlyA = open();

        assertThat(keyBytes(onlyA, number)).isEqualTo(key);
        assertThat(onlyA.streamKey(1, 1)).isEmpty();
        assertThat(onlyA.streamKey(2, 1)).isPresent();
    }

    @Test
    void openEpoch_homeBackWhileRunning_isBroughtUpToDate() throws IOException {
        loseHome(B);
        EpochKeys keys = open();
        long first = keys.openEpoch("standard", 1, 1).number();
        byte[] key = keyBytes(keys, first);
        bringBack(B);

        keys.openEpoch("standard", 2, 2);

        assertThat(keys.alarms()).isEmpty();
        keys.close();
        loseHome(A);
        assertThat(keyBytes(open(), first)).isEqualTo(key);
    }

    @Test
    void openEpoch_oneHomeMissing_usesNoErasedSlotAgainSoTheErasureReachesTheOther() throws IOException {
        EpochKeys keys = open();
        for (int i = 1; i <= KeyHome.GROWTH; i++) {
            keys.openEpoch("standard", i, i);
        }
        keys.close();
        loseHome(A);
        EpochKeys alone = open();
        alone.erase(1, 1);

        alone.openEpoch("standard", 99, 99);

        assertThat(slot(FILE_B, 0)).isInstanceOf(Slot.Erased.class);
        alone.close();
        bringBack(A);
        open();
        assertThat(slot(FILE_A, 0)).isEqualTo(slot(FILE_B, 0)).isInstanceOf(Slot.Erased.class);
    }

    @Test
    void open_twoLiveRootsForOneEpoch_isRefusedAndBothAreKept() throws IOException {
        loseHome(B);
        EpochKeys onlyA = open();
        onlyA.openEpoch("standard", 1, 1);
        onlyA.close();
        bringBack(B);
        loseHome(A);
        EpochKeys onlyB = open();
        onlyB.openEpoch("standard", 2, 2);
        onlyB.close();
        bringBack(A);
        byte[] a = disk.contents(FILE_A);
        byte[] b = disk.contents(FILE_B);

        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        KeyHomeException.class, e -> assertThat(e.next()).contains("which home to keep"))
                .hasMessageContaining("each opened epochs without the other");
        assertThat(disk.contents(FILE_A)).isEqualTo(a);
        assertThat(disk.contents(FILE_B)).isEqualTo(b);
    }

    @Test
    void openEpoch_contradictingHomeBackWhileRunning_isLeftOutWithAnAlarm() throws IOException {
        loseHome(B);
        EpochKeys onlyA = open();
        onlyA.openEpoch("standard", 1, 1);
        onlyA.close();
        bringBack(B);
        loseHome(A);
        EpochKeys onlyB = open();
        long number = onlyB.openEpoch("standard", 2, 2).number();
        bringBack(A);
        byte[] a = disk.contents(FILE_A);

        assertThat(onlyB.openEpoch("standard", 3, 3).number()).isEqualTo(number + 1);

        assertThat(messages(onlyB)).singleElement().asString().contains("each opened epochs without the other");
        assertThat(disk.contents(FILE_A)).isEqualTo(a);
        assertThat(onlyB.streamKey(number, 1)).isPresent();
    }

    @Test
    void open_oneHomeTwice_isRefused() throws IOException {
        copy(FILE_A, FILE_B);

        assertThatThrownBy(this::open).isInstanceOf(KeyHomeException.class).hasMessageContaining("one home twice");
    }

    @Test
    void open_homeOfAnotherStore_isRefused() throws IOException {
        EpochKeys.create(disk, Path.of("/c"), Path.of("/d"));

        assertThatThrownBy(() -> open(A, Path.of("/c")))
                .isInstanceOf(KeyHomeException.class)
                .hasMessageContaining("(expected: one store)");
    }

    @Test
    void open_newerFormat_isRefused() throws IOException {
        byte[] header = new byte[Disk.BLOCK];
        System.arraycopy(disk.contents(FILE_A), 0, header, 0, header.length);
        header[7] = 2;
        BlockSum.seal(ByteBuffer.wrap(header));
        disk.damage(FILE_A, 0, header);

        assertThatThrownBy(this::open)
                .isInstanceOf(KeyHomeException.class)
                .hasMessage("key home /a/keys: format version 2 (expected: 1)");
    }

    @Test
    void open_slotDamagedInOneHome_isMendedFromTheOtherWithAnAlarm() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1, 1);
        byte[] key = keyBytes(keys, 1);
        keys.close();
        disk.damage(FILE_A, slotAt(0) + 120, (byte) 1, (byte) 2);

        EpochKeys mended = open();

        assertThat(messages(mended)).singleElement().asString().contains("slot 0 was damaged and was written again");
        assertThat(keyBytes(mended, 1)).isEqualTo(key);
        mended.close();
        assertThat(open().alarms()).isEmpty();
        assertThat(disk.contents(FILE_A)[(int) slotAt(0) + 120])
                .isEqualTo(disk.contents(FILE_B)[(int) slotAt(0) + 120]);
    }

    @Test
    void open_slotDamagedInBothHomes_isKeptWithAnAlarmAndNeverUsedAgain() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1, 1);
        keys.openEpoch("standard", 2, 2);
        keys.close();
        for (Path file : List.of(FILE_A, FILE_B)) {
            disk.damage(file, slotAt(0) + 120, (byte) 1, (byte) 2);
        }
        byte[] before = block(FILE_A, 0);

        EpochKeys left = open();
        assertThat(messages(left)).singleElement().asString().contains("slot 0 is damaged and no copy explains it");
        assertThat(left.epochs()).extracting(Epoch::number).containsExactly(2L);
        assertThat(left.openEpoch("standard", 3, 3).number()).isEqualTo(3);
        assertThat(block(FILE_A, 0)).isEqualTo(before);
    }

    @Test
    void erase_epochThatADamagedSlotStillNames_overwritesTheDamagedSlot() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1, 1);
        keys.close();
        for (Path file : List.of(FILE_A, FILE_B)) {
            disk.damage(file, slotAt(0) + 508, (byte) 1, (byte) 2);
        }
        EpochKeys left = open();
        assertThat(left.epochs()).isEmpty();

        assertThat(left.erase(1, 77)).isEqualTo(new Erasure(1, 2, 0, true));

        Slot overwritten = slot(FILE_A, 0);
        assertThat(overwritten).isEqualTo(new Slot.Erased(0, new Slot.Opening(1, "standard", 1, 0), 77));
    }

    @Test
    void open_oneHeaderCopyDamaged_usesTheOtherAndMendsIt() throws IOException {
        open().openEpoch("standard", 1, 1);
        disk.damage(FILE_A, 20, (byte) 0xff, (byte) 0xff);

        assertThat(messages(open())).singleElement().asString().contains("one copy of its header was damaged");
        assertThat(open().alarms()).isEmpty();
    }

    @Test
    void open_bothHeaderCopiesDamaged_worksOnTheOtherHome() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1, 1);
        byte[] key = keyBytes(keys, 1);
        keys.close();
        disk.damage(FILE_A, 20, (byte) 0xff, (byte) 0xff);
        disk.damage(FILE_A, Disk.BLOCK + 20, (byte) 0xff, (byte) 0xff);
        byte[] before = disk.contents(FILE_A);

        EpochKeys alone = open();

        assertThat(messages(alone)).singleElement().asString().contains("cannot be read");
        assertThat(keyBytes(alone, 1)).isEqualTo(key);
        assertThat(disk.contents(FILE_A)).isEqualTo(before);
    }

    @Test
    void open_oneBadSector_doesNotTakeTheHome() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1, 1);
        keys.openEpoch("standard", 2, 2);
        keys.close();
        loseHome(B);
        disk.faults().failRange(FILE_A, slotAt(0), slotAt(1), Operation.READ);

        EpochKeys left = open();

        assertThat(messages(left)).anyMatch(message -> message.contains("slot 0 is damaged"));
        assertThat(left.streamKey(2, 1)).isPresent();
    }

    @Test
    void openEpoch_oneHomeFails_goesOnWithTheOtherAndComesBackWhenItIsHealed() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1, 1);
        disk.faults().failPath(A, EVERYTHING);

        Epoch alone = keys.openEpoch("standard", 2, 2);

        assertThat(alone.number()).isEqualTo(2);
        assertThat(messages(keys)).singleElement().asString().startsWith("key home /a/keys: failed and is left out");
        byte[] key = keyBytes(keys, 2);
        disk.faults().heal();
        keys.reunite();
        assertThat(keys.alarms()).isEmpty();
        keys.close();
        loseHome(B);
        assertThat(keyBytes(open(), 2)).isEqualTo(key);
    }

    @Test
    void openEpoch_bothHomesFail_throwsAndTakesTheNumber() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1, 1);
        disk.faults().failPath(A, EVERYTHING);
        disk.faults().failPath(B, EVERYTHING);

        assertThatThrownBy(() -> keys.openEpoch("standard", 2, 2))
                .isInstanceOf(KeyHomeException.class)
                .hasMessageStartingWith("no key home is left");
        assertThat(keys.streamKey(1, 1)).isPresent();
        disk.faults().heal();

        assertThat(keys.openEpoch("standard", 3, 3).number()).isEqualTo(3);
        assertThat(keys.alarms()).isEmpty();
    }

    /** A system that forgets what a failed sync could not write, and shows it to readers all the same. */
    @ParameterizedTest
    @CsvSource({"1, /a/keys", "1, /b/keys", "2, /a/keys", "2, /b/keys"})
    void openEpoch_syncFailsAndTheCacheLies_homeIsWrittenWholeBeforeItCounts(long failing, Path left)
            throws IOException {
        EpochKeys keys = open();
        disk.faults().failSync(failing, DirtyBlocks.MARKED_CLEAN);
        long number = keys.openEpoch("standard", 1, 1).number();
        byte[] key = keyBytes(keys, number);
        assertThat(keys.alarms()).hasSize(1);
        keys.reunite();
        assertThat(keys.alarms()).isEmpty();

        disk.powerCut(0);
        try (EpochKeys after = EpochKeys.open(disk.restart(), left, Path.of("/gone"), master)) {
            assertThat(keyBytes(after, number)).isEqualTo(key);
        }
    }

    @Test
    void erase_oneHomeFails_isOutstandingAndCleanedWhenItIsBack() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1, 1);
        disk.faults().failPath(B, EVERYTHING);

        assertThat(keys.erase(1, 5)).isEqualTo(new Erasure(1, 1, 1, true));
        disk.faults().heal();
        keys.reunite();

        assertThat(block(FILE_B, 0)).isEqualTo(block(FILE_A, 0));
        assertThat(slot(FILE_B, 0)).isInstanceOf(Slot.Erased.class);
    }

    @Test
    void erase_bothHomesFail_throwsButNoKeyIsHandedOutAnyMore() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1, 1);
        keyBytes(keys, 1);
        disk.faults().failPath(A, EVERYTHING);
        disk.faults().failPath(B, EVERYTHING);

        assertThatThrownBy(() -> keys.erase(1, 5)).isInstanceOf(IOException.class);
        assertThat(keys.streamKey(1, 1)).isEmpty();
        disk.faults().heal();

        assertThat(keys.erase(1, 6)).isEqualTo(new Erasure(1, 2, 0, true));
        assertThat(keys.epoch(1).map(Epoch::state)).contains(Epoch.State.ERASED);
    }

    /** The write is acknowledged, the sync too, and the medium keeps the root: only reading back finds it out. */
    @Test
    void erase_mediumKeepsTheOldBlock_isNotSaidToBeErasedThere() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1, 1);
        byte[] live = block(FILE_A, 0);
        disk.faults().before((operation, path) -> {
            if (operation == Operation.READ && path.equals(FILE_A.toAbsolutePath())) {
                try {
                    disk.damage(FILE_A, slotAt(0), live);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });

        Erasure erasure = keys.erase(1, 5);

        assertThat(erasure.homesOverwritten()).isEqualTo(1);
        assertThat(erasure.homesOutstanding()).isEqualTo(1);
        assertThat(messages(keys)).singleElement().asString().contains("read back");
    }

    @Test
    void erase_fileSystemWithoutDirectReads_saysThatItWasReadFromMemory() throws IOException {
        try (EpochKeys keys = EpochKeys.open(withoutDirectReads(), A, B, master)) {
            keys.openEpoch("standard", 1, 1);

            assertThat(keys.erase(1, 5)).isEqualTo(new Erasure(1, 2, 0, false));
        }
    }

    private Disk withoutDirectReads() {
        InvocationHandler handler = (proxy, method, arguments) -> {
            if (method.getName().equals("open") && arguments[1] == Disk.Mode.READ_DIRECT) {
                throw new DirectIoUnavailableException((Path) arguments[0], new IOException("EINVAL"));
            }
            return method.invoke(disk, arguments);
        };
        return (Disk) Proxy.newProxyInstance(Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, handler);
    }

    @Test
    void replaceHome_lostDisk_isFilledAtTheNextOpen() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1, 1);
        keys.openEpoch("standard", 2, 2);
        keys.erase(1, 3);
        byte[] key = keyBytes(keys, 2);
        keys.close();
        Path c = Path.of("/c/keys");

        EpochKeys.replaceHome(disk, A, c);
        open(A, c).close();

        EpochKeys onlyC = open(Path.of("/gone"), c);
        assertThat(keyBytes(onlyC, 2)).isEqualTo(key);
        assertThat(onlyC.epoch(1).map(Epoch::state)).contains(Epoch.State.ERASED);
        assertThatThrownBy(() -> EpochKeys.replaceHome(disk, A, B)).isInstanceOf(KeyHomeException.class);
    }

    @Test
    void open_oldCopyOfAHomePutInItsPlace_revivesNothing() throws IOException {
        EpochKeys keys = open();
        for (int i = 1; i <= KeyHome.GROWTH; i++) {
            keys.openEpoch("standard", i, i);
        }
        copy(FILE_B, Path.of("/b/old-copy"));
        keys.erase(1, 100);
        keys.erase(2, 100);
        keys.openEpoch("standard", 101, 1);
        keys.close();
        copy(Path.of("/b/old-copy"), FILE_B);

        EpochKeys again = open();

        assertThat(again.streamKey(1, 1)).isEmpty();
        assertThat(again.streamKey(2, 1)).isEmpty();
        assertThat(block(FILE_B, 0)).isEqualTo(block(FILE_A, 0));
        assertThat(block(FILE_B, 1)).isEqualTo(block(FILE_A, 1));
        assertThat(again.epochs()).hasSize(KeyHome.GROWTH);
    }

    @Test
    void close_then_nothingIsHandedOut() throws IOException {
        EpochKeys keys = open();
        keys.openEpoch("standard", 1, 1);
        keys.close();

        assertThat(keys.streamKey(1, 1)).isEmpty();
        assertThatThrownBy(() -> keys.openEpoch("standard", 1, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> keys.erase(1, 1)).isInstanceOf(IllegalStateException.class);
    }

    private Slot slot(Path file, int number) throws IOException {
        return SlotBlock.parse(ByteBuffer.wrap(block(file, number)), number);
    }

    private byte[] block(Path file, int slot) throws IOException {
        return Arrays.copyOfRange(disk.contents(file), (int) slotAt(slot), (int) slotAt(slot) + Disk.BLOCK);
    }

    private void copy(Path from, Path to) throws IOException {
        try (var file = disk.open(to, Disk.Mode.WRITE)) {
            file.write(ByteBuffer.wrap(disk.contents(from)), 0);
            file.sync();
        }
    }
}
