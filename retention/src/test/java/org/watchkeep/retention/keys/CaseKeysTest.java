// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.PowerCut;

/** Keys of the vault's cases: no copy is ever left without the key it was made under, and what was erased stays so. */
class CaseKeysTest {
    private static final Path A = Path.of("/keys/a");
    private static final Path B = Path.of("/keys/b");
    private static final Path KEYSTORE = Path.of("/keys/master.p12");
    private static final String CASE = "H-2026-000001";
    private static final String OTHER = "H-2026-000002";

    private FakeDisk disk = new FakeDisk();
    private MasterKeystore master = TestMaster.random();

    @BeforeEach
    void homes() throws IOException {
        EpochKeys.create(disk, A, B);
        disk.settle();
    }

    private CaseKeys open() {
        return CaseKeys.open(disk, A, B, master);
    }

    private static Path file(Path home, String caseId) {
        return home.resolve("cases").resolve(caseId + ".key");
    }

    private void put(Path path, byte[] bytes) throws IOException {
        try (DiskFile file = disk.open(path, Disk.Mode.WRITE)) {
            file.write(java.nio.ByteBuffer.wrap(bytes), 0);
            file.sync();
        }
        disk.syncFolder(path.resolveSibling("."));
    }

    @Test
    void make_isTheSameKeyAfterAStart_andAnotherForEachCaseAndStream() throws IOException {
        CaseKeys keys = open();
        keys.make(CASE);
        keys.make(OTHER);
        assertThat(open().streamKey(CASE, 1)).isEqualTo(keys.streamKey(CASE, 1)).isPresent();
        assertThat(keys.streamKey(CASE, 1)).isNotEqualTo(keys.streamKey(CASE, 2));
        assertThat(keys.streamKey(CASE, 1)).isNotEqualTo(keys.streamKey(OTHER, 1));
        assertThat(keys.streamKey("H-2026-000003", 1)).isEmpty();
    }

    @Test
    void make_aCaseThatHasOrHadAKey_isRefused() throws IOException {
        CaseKeys keys = open();
        keys.make(CASE);
        assertThatThrownBy(() -> keys.make(CASE)).hasMessageContaining("it has one");
        keys.erase(CASE);
        assertThatThrownBy(() -> keys.make(CASE)).hasMessageContaining("was erased");
    }

    /** The home that is away may have the key that the copies are under. */
    @Test
    void make_whileAHomeIsAway_isRefused() throws IOException {
        disk.rename(B.resolve(KeyHome.FILE), B.resolve("elsewhere"));
        CaseKeys keys = open();
        assertThatThrownBy(() -> keys.make(CASE)).hasMessageContaining("is away");
        assertThat(keys.alarms()).hasSize(1);
    }

    @Test
    void oneHomeLost_theKeyIsCarriedToTheNewOne() throws IOException {
        CaseKeys keys = open();
        keys.make(CASE);
        disk.delete(file(A, CASE));
        CaseKeys again = open();
        assertThat(again.streamKey(CASE, 7)).isEqualTo(keys.streamKey(CASE, 7));
        assertThat(disk.contents(file(A, CASE))).isEqualTo(disk.contents(file(B, CASE)));
    }

    @Test
    void damagedInOneHome_isMendedFromTheOther_inBothIsAnAlarmAndNeverMadeAnew() throws IOException {
        open().make(CASE);
        disk.damage(file(A, CASE), 100, (byte) 1, (byte) 2);
        assertThat(open().isLive(CASE)).isTrue();
        assertThat(disk.contents(file(A, CASE))).isEqualTo(disk.contents(file(B, CASE)));
        disk.damage(file(A, CASE), 100, (byte) 1, (byte) 2);
        disk.damage(file(B, CASE), 100, (byte) 1, (byte) 2);
        CaseKeys keys = open();
        assertThat(keys.isLive(CASE)).isFalse();
        assertThat(keys.alarms()).anyMatch(alarm -> alarm.message().contains("damaged in every home"));
        assertThatThrownBy(() -> keys.make(CASE)).isInstanceOf(KeyHomeException.class);
    }

    @Test
    void twoDifferentKeysOfACase_areBothKept_andNeitherIsUsed() throws IOException {
        open().make(CASE);
        byte[] first = disk.contents(file(A, CASE));
        disk.delete(file(A, CASE));
        disk.delete(file(B, CASE));
        open().make(CASE);
        byte[] second = disk.contents(file(B, CASE));
        put(file(A, CASE), first);
        CaseKeys keys = open();
        assertThat(keys.streamKey(CASE, 1)).isEmpty();
        assertThat(keys.alarms()).anyMatch(alarm -> alarm.message().contains("different keys"));
        assertThatThrownBy(() -> keys.make(CASE)).isInstanceOf(KeyHomeException.class);
        assertThat(disk.contents(file(A, CASE))).isEqualTo(first);
        assertThat(disk.contents(file(B, CASE))).isEqualTo(second);
        disk.delete(file(A, CASE));
        assertThat(open().isLive(CASE)).isTrue();
    }

    @Test
    void erasedWhileAHomeWasAway_isErasedThereWhenItIsBack() throws IOException {
        CaseKeys keys = open();
        keys.make(CASE);
        byte[] old = disk.contents(file(B, CASE));
        disk.rename(B.resolve(KeyHome.FILE), B.resolve("elsewhere"));
        keys.erase(CASE);
        assertThat(keys.streamKey(CASE, 1)).isEmpty();
        assertThat(disk.contents(file(B, CASE))).isEqualTo(old);
        disk.rename(B.resolve("elsewhere"), B.resolve(KeyHome.FILE));
        CaseKeys again = open();
        assertThat(again.isErased(CASE)).isTrue();
        assertThat(disk.contents(file(B, CASE))).isNotEqualTo(old);
    }

    @Test
    void backup_bringsKeysBackIntoNewHomes_butNoneThatWasErased() throws IOException {
        CaseKeys keys = open();
        keys.make(CASE);
        keys.make(OTHER);
        Path backup = Path.of("/medium/cases");
        disk.createFolders(Path.of("/medium"));
        assertThat(keys.backup(backup)).isEqualTo(2);
        assertThatThrownBy(() -> keys.backup(backup)).hasMessageContaining("is there already");
        keys.erase(OTHER);
        for (Path home : java.util.List.of(A, B)) {
            disk.delete(file(home, CASE));
        }
        CaseKeys anew = open();
        assertThat(anew.isLive(CASE)).isFalse();
        assertThat(anew.restore(backup)).isEqualTo(1);
        assertThat(anew.streamKey(CASE, 3)).isEqualTo(keys.streamKey(CASE, 3)).isPresent();
        assertThat(anew.isLive(OTHER)).isFalse();
        assertThat(open().streamKey(CASE, 3)).isEqualTo(keys.streamKey(CASE, 3)).isPresent();
    }

    @Test
    void restore_underAnotherMaster_isRefusedAndWritesNothing() throws IOException {
        open().make(CASE);
        Path backup = Path.of("/keys/backup");
        open().backup(backup);
        disk.delete(file(A, CASE));
        disk.delete(file(B, CASE));
        CaseKeys other = CaseKeys.open(disk, A, B, TestMaster.random());
        assertThatThrownBy(() -> other.restore(backup)).isInstanceOf(KeyHomeException.class);
        assertThat(disk.exists(file(A, CASE))).isFalse();
    }

    @Test
    void rotation_cutAtEveryStep_theKeyOpensUnderTheMasterThatIsLeft() throws IOException {
        boolean isCut = true;
        for (long step = 1; isCut; step++) {
            disk = new FakeDisk();
            homes();
            char[] passphrase = "some".toCharArray();
            master = TestMaster.create(disk, KEYSTORE, passphrase);
            CaseKeys cases = open();
            cases.make(CASE);
            Object before = cases.streamKey(CASE, 1);
            isCut = false;
            try (EpochKeys epochs = EpochKeys.open(disk, A, B, master);
                    HeldKeys held = HeldKeys.open(disk, A, B, master)) {
                disk.settle().cutAt(step, step);
                MasterRotation.run(disk, KEYSTORE, passphrase, epochs, held, Optional.of(cases), 1_000);
                disk.powerCut(0);
            } catch (PowerCut e) {
                isCut = true;
            }
            disk = disk.restart();
            master = MasterKeystore.open(disk, KEYSTORE, passphrase);
            assertThat(open().streamKey(CASE, 1)).as("step " + step).isEqualTo(before);
        }
    }

    @Test
    void makingAndErasing_cutAtEveryStep_isDoneOrNot() throws IOException {
        boolean isCut = true;
        for (long step = 1; isCut; step++) {
            disk = new FakeDisk().tearSectors();
            homes();
            CaseKeys keys = open();
            Optional<?> made = Optional.empty();
            boolean isErased = false;
            disk.cutAt(step, step);
            isCut = false;
            try {
                keys.make(CASE);
                made = keys.streamKey(CASE, 1);
                keys.erase(CASE);
                isErased = true;
                disk.powerCut(2);
            } catch (PowerCut e) {
                isCut = true;
            }
            disk = disk.restart();
            CaseKeys again = open();
            if (isErased) {
                assertThat(again.isErased(CASE)).isTrue();
            } else if (made.isPresent() && !again.isErased(CASE)) {
                assertThat(again.streamKey(CASE, 1)).as("step " + step).isEqualTo(made);
            } else if (made.isEmpty() && !again.isLive(CASE)) {
                again.make(CASE);
            }
            assertThat(again.alarms()).isEmpty();
        }
    }
}
