// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.FakeDisk;

class RegisterFoldTest {
    /** Counts what it was shown, so that a test sees whether a snapshot was used. */
    private static final class Epochs implements Register<List<Long>> {
        int applied;

        @Override
        public String name() {
            return "epoch";
        }

        @Override
        public int version() {
            return 1;
        }

        @Override
        public List<Long> empty() {
            return List.of();
        }

        @Override
        public List<Long> apply(List<Long> state, Entry entry) {
            applied++;
            List<Long> more = new ArrayList<>(state);
            more.add(entry.data().number("epoch"));
            return more;
        }

        @Override
        public byte[] toBytes(List<Long> state) {
            return state.toString().getBytes(US_ASCII);
        }

        @Override
        public List<Long> parse(byte[] bytes) {
            List<Long> state = new ArrayList<>();
            for (String word :
                    new String(bytes, US_ASCII).replaceAll("[\\[\\] ]", "").split(",", -1)) {
                state.add(Long.parseLong(word));
            }
            return state;
        }
    }

    @Test
    void current_afterRestart_goesOnFromTheSnapshotOnlyWhileItIsOfThisTrail() throws IOException {
        FakeDisk disk = TrailRig.disk();
        TrailRig rig = new TrailRig();
        try (Trail trail = rig.open(disk)) {
            TrailRig.append(trail, 0, 300);
            new RegisterFold<>(disk, TrailRig.FOLDER, trail, new Epochs()).snapshot();
            TrailRig.append(trail, 300, 310);
        }
        Epochs second = new Epochs();
        try (Trail trail = rig.open(disk)) {
            assertThat(new RegisterFold<>(disk, TrailRig.FOLDER, trail, second).current())
                    .hasSize(310);
            assertThat(second.applied).isEqualTo(10);
        }
        byte[] snapshot = disk.contents(TrailRig.FOLDER.resolve("snapshots/epoch"));
        disk.damage(TrailRig.FOLDER.resolve("snapshots/epoch"), snapshot.length - 3, (byte) '7');
        Epochs third = new Epochs();
        try (Trail trail = rig.open(disk)) {
            assertThat(new RegisterFold<>(disk, TrailRig.FOLDER, trail, third).current())
                    .hasSize(310);
            assertThat(third.applied).isEqualTo(310);
        }
    }

    @Test
    void current_actOfTheRegisterThatIsNotKnown_saysNothing() throws IOException {
        FakeDisk disk = TrailRig.disk();
        TrailRig rig = new TrailRig();
        rig.open(disk).close();
        TrailFiles files = new TrailFiles(disk, TrailRig.FOLDER);
        List<byte[]> entries = new ArrayList<>(Journal.read(files, 0).entries());
        Entry begun = Entry.parse(entries.get(0));
        Entry strange = new Entry(
                1,
                "epoch.melted",
                Actor.MACHINE,
                Optional.empty(),
                begun.entered(),
                begun.entered(),
                Fields.NONE,
                Merkle.leaf(entries.get(0)));
        entries.add(strange.toBytes());
        Journal.write(files, 0, Hash.ZERO, entries).close();
        try (Trail trail = rig.open(disk)) {
            RegisterFold<List<Long>> fold = new RegisterFold<>(disk, TrailRig.FOLDER, trail, new Epochs());
            assertThatThrownBy(fold::current)
                    .isInstanceOf(DamagedTrailException.class)
                    .hasMessageContaining("epoch.melted");
        }
    }
}
