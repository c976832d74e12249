// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.config.SiteConfigReader;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;
import org.watchkeep.retention.disk.RealDisk;
import org.watchkeep.retention.keys.TestMaster;
import org.watchkeep.retention.store.StreamId;
import org.watchkeep.retention.store.SystemStoreClock;

/** An installation is made whole or not at all, for its owner only; and what its switched-off cameras say. */
class InitIT {
    /** Every third step is made to fail: all kinds come by, and the keystore takes its time each time. */
    private static final int STRIDE = 3;

    /** Kinds of steps come by at other places than with the stride above; each init makes a keystore, which takes time. */
    private static final int KILL_STRIDE = 5;

    /** No handler of ours catches it, so nothing is tidied up. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    @TempDir
    private Path folder;

    private Path data;
    private Installation installation;

    @BeforeEach
    void makeSite() throws IOException {
        data = folder.resolve("data");
        Files.writeString(folder.resolve("passphrase"), "a long enough passphrase\n");
        Files.writeString(Files.createDirectory(folder.resolve("keys")).resolve("notes"), "ours since long\n");
        installation = new Installation(
                Installation.Kind.SIMULATED, folder.resolve("site.yaml"), "tester", "2026-06-01T10:30:00Z");
    }

    private SiteConfig site(boolean enabled) throws Exception {
        Path file = Files.writeString(folder.resolve("site.yaml"), """
            site: {name: Test Town, timeZone: Europe/London}
            volumes:
              - {id: v1, path: volumes/v1, size: 256MiB}
              - {id: v2, path: volumes/v2, size: 256MiB}
            keys: {keystore: keys/m.p12, passphraseFile: passphrase, homes: [keys/a, homes/b]}
            classes:
              - {id: town, days: 31, reason: Requests reach us within that time}
            cameras:
              - {id: high-street, number: 7, name: High Street, url: "rtsp://127.0.0.1:1/x", enabled: %s}
            """.formatted(enabled));
        return SiteConfigReader.read(file);
    }

    /** The machine's disk, whose reels are sparse to be made at once, and whose n-th change fails. */
    private static final class Failing implements Disk {
        private final Disk disk = new RealDisk();
        private long left;
        private boolean dies;

        Failing(long nth) {
            left = nth;
        }

        private void step(String what) throws IOException {
            left--;
            if (dies && left <= 0) {
                throw new Killed(); // nor does it do anything more
            }
            if (left == 0) {
                throw new IOException("Input/output error: " + what);
            }
        }

        boolean hasFailed() {
            return left <= 0;
        }

        @Override
        public DiskFile open(Path path, Mode mode) throws IOException {
            if (mode == Mode.WRITE) {
                step("open " + path);
            }
            DiskFile file = disk.open(path, mode);
            return new DiskFile() {
                @Override
                public void write(ByteBuffer bytes, long position) throws IOException {
                    step("write " + path);
                    file.write(bytes, position);
                }

                @Override
                public int read(ByteBuffer bytes, long position) throws IOException {
                    return file.read(bytes, position);
                }

                @Override
                public void sync() throws IOException {
                    step("sync " + path);
                    file.sync();
                }

                @Override
                public long size() throws IOException {
                    return file.size();
                }

                @Override
                public void close() throws IOException {
                    file.close();
                }
            };
        }

        @Override
        public void allocate(Path path, long sizeBytes) throws IOException {
            disk.open(path, Mode.WRITE).close();
            step("allocate " + path);
            if (dies) {
                // What this makes is opened in the end, and a reel without its blocks is refused.
                disk.delete(path);
                disk.allocate(path, sizeBytes);
                return;
            }
            try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
                file.setLength(sizeBytes);
            }
        }

        @Override
        public boolean exists(Path path) throws IOException {
            return disk.exists(path);
        }

        @Override
        public List<String> list(Path in) throws IOException {
            return disk.list(in);
        }

        @Override
        public void createFolders(Path path) throws IOException {
            step("create " + path);
            disk.createFolders(path);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            step("rename " + from);
            disk.rename(from, to);
        }

        @Override
        public void delete(Path path) throws IOException {
            if (dies && left <= 0) {
                throw new Killed();
            }
            disk.delete(path);
        }

        @Override
        public void syncFolder(Path path) throws IOException {
            step("sync " + path);
            disk.syncFolder(path);
        }
    }

    private List<Path> everything() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.sorted().toList();
        }
    }

    @Test
    void init_failsAtAnyStep_leavesWhatWasThereAndWorksTheNextTime() throws Exception {
        SiteConfig site = site(true);
        List<Path> before = everything();
        List<String> failures = new ArrayList<>();
        for (long step = 1; ; step += STRIDE) {
            Failing disk = new Failing(step);
            try {
                ControlRoom.init(data, site, installation, new SystemStoreClock(), disk, TestMaster::create);
            } catch (IOException e) {
                assertThat(disk.hasFailed()).isTrue();
                failures.add(e.getMessage());
                assertThat(everything()).as("after step %d: %s", step, e).isEqualTo(before);
                continue;
            }
            break;
        }
        assertThat(failures).hasSizeGreaterThan(10);
        assertThat(Installation.find(data)).isPresent();
        assertThatThrownBy(() -> ControlRoom.init(
                        data, site, installation, new SystemStoreClock(), new Failing(0), TestMaster::create))
                .isInstanceOf(Refusal.class);
        assertThat(Installation.find(data)).isPresent();
    }

    @Test
    void init_keystoreWasThereBefore_isRefusedAndLeft() throws Exception {
        Path keystore = Files.writeString(folder.resolve("keys/m.p12"), "somebody's keys");
        SiteConfig site = site(true);
        List<Path> before = everything();
        assertThatThrownBy(() -> ControlRoom.init(
                        data, site, installation, new SystemStoreClock(), new Failing(0), TestMaster::create))
                .isInstanceOf(IOException.class);
        assertThat(everything()).isEqualTo(before);
        assertThat(keystore).hasContent("somebody's keys");
    }

    /** The process is gone in the middle of a step: nothing is taken back by itself. */
    @Test
    void init_killedAtAnyStep_nextOneRemovesWhatIsLeftAndSucceeds() throws Exception {
        SiteConfig site = site(true);
        Set<Path> before = Set.copyOf(everything());
        int killed = 0;
        for (long step = 1; ; step += KILL_STRIDE) {
            Failing disk = new Failing(step);
            disk.dies = true;
            try {
                ControlRoom.init(data, site, installation, new SystemStoreClock(), disk, TestMaster::create);
                break;
            } catch (Killed e) {
                killed++;
            }
        }
        assertThat(killed).isGreaterThan(5);
        assertThat(Installation.find(data)).isPresent();
        assertThat(data.resolve("init.unfinished")).doesNotExist();
        assertThat(everything()).containsAll(before);
        try (ControlRoom room = ControlRoom.open(data, site, new SystemStoreClock(), (s, r, q, d) -> {})) {
            assertThat(room.store().volumeStatuses()).hasSize(2);
        }
    }

    private void assertOwnerOnly(Path top) throws IOException {
        Set<PosixFilePermission> owners = EnumSet.of(
                PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);
        try (Stream<Path> all = Files.walk(top)) {
            for (Path path : all.toList()) {
                // What lies in the index's folder RocksDB makes itself; nobody else can enter the folder.
                if (!path.startsWith(data.resolve("index")) || path.endsWith("index")) {
                    assertThat(owners)
                            .as("%s", path)
                            .containsAll(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
                }
            }
        }
    }

    @Test
    void init_realDisk_everythingIsForItsOwnerOnly() throws Exception {
        SiteConfig site = site(true);
        ControlRoom.init(data, site, installation, new SystemStoreClock());
        try (ControlRoom room = ControlRoom.open(data, site, new SystemStoreClock(), (s, r, q, d) -> {})) {
            room.listen(System::nanoTime);
            assertThat(data.resolve("index")).exists();
            for (String top : List.of("data", "volumes", "homes", "keys/a", "keys/m.p12")) {
                assertOwnerOnly(folder.resolve(top));
            }
        }
    }

    @Test
    void record_cameraSwitchedOff_hasAGapThatSaysSo() throws Exception {
        SiteConfig on = site(true);
        ControlRoom.init(data, on, installation, new SystemStoreClock(), new RealDisk(), TestMaster::create);
        try (ControlRoom room = ControlRoom.open(data, on, new SystemStoreClock(), (s, r, q, d) -> {})) {
            room.record(new AlarmLog());
        }
        SiteConfig off = site(false);
        try (ControlRoom room = ControlRoom.open(data, off, new SystemStoreClock(), (s, r, q, d) -> {})) {
            room.record(new AlarmLog());
            assertThat(causes(room)).endsWith("disabled").contains("recorder-stopped");
            assertThat(room.store().check(false, java.util.Optional.empty()).findings())
                    .isEmpty();
        }
        try (ControlRoom room = ControlRoom.open(data, on, new SystemStoreClock(), (s, r, q, d) -> {})) {
            room.record(new AlarmLog());
            assertThat(causes(room)).containsOnlyOnce("disabled").last().isNotEqualTo("disabled");
        }
    }

    private static List<String> causes(ControlRoom room) {
        return room.store().gaps(StreamId.main("high-street"), java.time.Instant.MIN, java.time.Instant.MAX).stream()
                .map(gap -> gap.cause().code())
                .toList();
    }
}
