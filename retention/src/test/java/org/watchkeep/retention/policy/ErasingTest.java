// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.keys.Epoch;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.MasterKeystore;

/** Each step of an erasure, in its order; and that a step that fails lets none behind it happen. */
class ErasingTest {
    private static final int HELD = 7;

    private final FakeDisk disk = new FakeDisk();
    private final List<String> steps = new ArrayList<>();
    private String fails = "";
    private List<Integer> held = List.of(HELD);
    private EpochKeys keys;
    private Epoch epoch;
    private Erasing erasing;

    @BeforeEach
    void open() throws IOException {
        char[] passphrase = "correct horse".toCharArray();
        MasterKeystore master = MasterKeystore.create(disk, Path.of("/k/master.p12"), passphrase);
        EpochKeys.create(disk, Path.of("/a"), Path.of("/b"));
        keys = EpochKeys.open(disk, Path.of("/a"), Path.of("/b"), master);
        epoch = keys.openEpoch("town", 1_000, 2_000);
        erasing = new Erasing(keys, new Trail(), new Holds(), new Shown(), "in place: ext4", new ReentrantLock());
    }

    @AfterEach
    void close() throws IOException {
        keys.close();
    }

    /** A step, and whether the epoch could still be read then. */
    private void step(String what) throws IOException {
        steps.add(what + (keys.isReadable(epoch.number()) ? "" : " unreadable"));
        if (fails.equals(what)) {
            throw new IOException("scripted: " + what);
        }
        assertThat(erasing.lock().isHeldByCurrentThread()).isTrue();
    }

    private final class Trail implements Erasing.Trail {
        @Override
        public void due(Erasing.Due entry) throws IOException {
            assertThat(entry.keptStreams()).containsExactly(HELD);
            step("due");
        }

        @Override
        public void erased(Erasing.Erased entry) throws IOException {
            assertThat(entry.homes()).isEqualTo(2);
            assertThat(entry.medium()).isEqualTo("in place: ext4");
            step("erased");
        }
    }

    private final class Holds implements Erasing.Holds {
        @Override
        public List<Integer> heldStreams(long number) {
            return held;
        }

        @Override
        public void keepKeys(long number, List<Integer> streams) throws IOException {
            assertThat(streams).isEqualTo(held);
            step("keep");
        }
    }

    private final class Shown implements Erasing.Shown {
        @Override
        public void end(long number) {
            steps.add("end");
        }

        @Override
        public void forget(long number) {
            steps.add("forget");
        }
    }

    private Erasing.Erased erase() throws IOException {
        return erasing.erase(epoch, Erasing.Rule.LIMIT, 31, Erasing.Counts.NONE, 9_000);
    }

    @Test
    void steps_areInTheirOrder() throws IOException {
        erase();
        assertThat(steps).containsExactly("due", "keep", "end", "forget", "erased unreadable");
        assertThat(erasing.lock().isLocked()).isFalse();
    }

    @Test
    void holdThatHasEndedSinceTheEntry_keepsNothingWhenItIsDoneAgain() throws IOException {
        fails = "keep";
        assertThatThrownBy(this::erase).hasMessageContaining("scripted: keep");
        fails = "";
        held = List.of();
        Erasing.Due entered = new Erasing.Due(epoch.number(), "town", Erasing.Rule.LIMIT, 31, List.of(HELD));
        erasing.again(entered, Erasing.Counts.NONE, 10_000);
        assertThat(steps).containsExactly("due", "keep", "keep", "end", "forget", "erased unreadable");
    }

    @Test
    void entryThatCannotBeWritten_touchesNothing() {
        fails = "due";
        assertThatThrownBy(this::erase).hasMessageContaining("scripted: due");
        assertThat(steps).containsExactly("due");
        assertThat(keys.isReadable(epoch.number())).isTrue();
        assertThat(erasing.lock().isLocked()).isFalse();
    }

    @Test
    void heldKeysThatCannotBeKept_keepTheRoot() throws IOException {
        fails = "keep";
        assertThatThrownBy(this::erase).hasMessageContaining("scripted: keep");
        assertThat(keys.isReadable(epoch.number())).isTrue();
        fails = "";
        steps.clear();
        erasing.again(
                new Erasing.Due(epoch.number(), "town", Erasing.Rule.LIMIT, 31, List.of(HELD)),
                Erasing.Counts.NONE,
                9_000);
        assertThat(steps).containsExactly("keep", "end", "forget", "erased unreadable");
    }

    @Test
    void lastEntryThatCannotBeWritten_isMadeGoodByDoingItAgain() throws IOException {
        fails = "erased";
        assertThatThrownBy(this::erase).hasMessageContaining("scripted: erased");
        assertThat(keys.isReadable(epoch.number())).isFalse();
        fails = "";
        steps.clear();
        erasing.again(
                new Erasing.Due(epoch.number(), "town", Erasing.Rule.LIMIT, 31, List.of(HELD)),
                Erasing.Counts.NONE,
                9_000);
        assertThat(steps).as("what is gone has no key to keep").containsExactly("end", "forget", "erased unreadable");
    }
}
