// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.Year;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.config.SiteConfigReader;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Answer;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.HoldActs;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.disk.RealDisk;
import org.watchkeep.retention.hold.Ground;
import org.watchkeep.retention.hold.HoldRules;
import org.watchkeep.retention.keys.TestMaster;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.FragmentFlags;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.RunStart;
import org.watchkeep.retention.store.Segment;
import org.watchkeep.retention.store.StreamAppender;
import org.watchkeep.retention.store.StreamId;
import org.watchkeep.retention.store.SystemStoreClock;

/** An installation with an evidence vault on the machine's own disk: what is held is copied by itself, and its key is backed up. */
@Tag("campaign")
class VaultIT {
    private static final StreamId GATE = StreamId.main("gate");

    @TempDir
    private Path folder;

    private final SystemStoreClock clock = new SystemStoreClock();

    private SiteConfig site() throws Exception {
        Files.writeString(folder.resolve("passphrase"), "a long enough passphrase\n");
        return SiteConfigReader.read(Files.writeString(folder.resolve("site.yaml"), """
            site: {name: Test Town, timeZone: Europe/London}
            volumes:
              - {id: v1, path: volumes/v1, size: 256MiB}
            vault: {path: volumes/vault, size: 256MiB}
            keys: {keystore: keys/m.p12, passphraseFile: passphrase, homes: [keys/a, homes/b]}
            classes:
              - {id: town, days: 31, reason: as the code of practice says}
            cameras:
              - {id: gate, number: 7, name: Gate, url: "rtsp://127.0.0.1:1/x", enabled: false}
            """));
    }

    /** Nobody waits for lines, and no file comes. */
    private static final class Silent implements Answer {
        @Override
        public void progress(String line) {
            // Nobody reads it.
        }

        @Override
        public void beginFile(int number, int count) {
            throw new AssertionError("a file was not asked for");
        }

        @Override
        public void write(ByteBuffer part) {
            throw new AssertionError("a file was not asked for");
        }

        @Override
        public void endFile() {
            throw new AssertionError("a file was not asked for");
        }
    }

    private static JsonNode run(ControlRoom room, String act, ObjectNode options) {
        try {
            return room.acts()
                    .run(new Acts.Request(act, options), System.getProperty("user.name", ""), new Silent())
                    .document();
        } catch (IOException | Refusal e) {
            throw new AssertionError(e);
        }
    }

    private static void await(String what, BooleanSupplier isSo) {
        for (int rounds = 0; !isSo.getAsBoolean(); rounds++) {
            assertThat(rounds).as(what).isLessThan(6_000);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private static List<Segment> segments(ControlRoom room) {
        try {
            return room.store().segments(GATE, Instant.MIN, Instant.MAX);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void record(ControlRoom room) throws Exception {
        ExecutorService loop = Executors.newSingleThreadExecutor();
        try {
            room.store().configure(Map.of(GATE, "town"));
            StreamAppender appender = room.store().loop(loop).stream(GATE);
            var unused = loop.submit(() -> {
                        long run = appender.beginRun(
                                new RunStart(ByteBuffer.wrap(new byte[] {1, 2, 3}), "avc1.640028", ""));
                        assertThat(run).isPositive();
                        appender.append(new Fragment(
                                List.of(ByteBuffer.wrap(new byte[10_000])),
                                clock.utcMicros() - 1_000_000,
                                clock.monoNanos() - 1_000_000_000L,
                                1_000_000,
                                FragmentFlags.KEY_PICTURE,
                                Fragment.OFFSET_UNKNOWN,
                                () -> {}));
                        return run;
                    })
                    .get();
            await("durable", () -> appender.status().acknowledgedFragments() == 1);
            loop.submit(() -> appender.close(GapCause.CONNECTION_LOST, "test")).get();
            await("sealed", () -> segments(room).get(0).state() == Segment.State.SEALED);
        } finally {
            loop.shutdown();
        }
    }

    @Test
    void held_isCopiedByItself_checked_andItsKeyBackedUpAndRestored() throws Exception {
        SiteConfig site = site();
        Path data = folder.resolve("data");
        Installation made = new Installation(
                Installation.Kind.SIMULATED, folder.resolve("site.yaml"), "tester", "2026-06-01T10:30:00Z");
        ControlRoom.init(data, site, made, clock, new RealDisk(), TestMaster::create);
        assertThat(folder.resolve("volumes/vault/volume.json")).exists();
        Path backup = folder.resolve("copy.p12");
        try (ControlRoom room = ControlRoom.open(data, site, clock, (s, r, q, d) -> {})) {
            record(room);
            Segment segment =
                    room.store().segments(GATE, Instant.MIN, Instant.MAX).get(0);
            run(
                    room,
                    HoldActs.PLACE,
                    Documents.part()
                            .put("cameras", "gate")
                            .put("from", segment.start().toString())
                            .put("to", segment.end().toString())
                            .put("ground", Ground.CRIME.code())
                            .put("review", segment.end().plus(HoldRules.REVIEW).toString()));
            await(
                    "copied",
                    () -> "copied"
                            .equals(run(room, HoldActs.LIST, Documents.part())
                                    .path("holds")
                                    .path(0)
                                    .path("state")
                                    .asText()));
            assertThat(run(
                                    room,
                                    KeyActs.BACKUP,
                                    Documents.part()
                                            .put("out", backup.toString())
                                            .put("medium", "disc 4"))
                            .path("caseKeys")
                            .asInt())
                    .isEqualTo(1);
        }
        for (String home : List.of("keys/a", "homes/b")) {
            Files.delete(folder.resolve(home).resolve("cases/H-" + Year.now(ZoneOffset.UTC) + "-000001.key"));
        }
        try (ControlRoom room = ControlRoom.open(data, site, clock, (s, r, q, d) -> {})) {
            assertThat(room.acts()).isNotNull();
            assertThat(room.store().check(true, Optional.empty()).findings())
                    .anyMatch(finding -> finding.contains("is not in the key homes"));
        }
        ControlRoom.restoreKeys(data, site, backup, clock);
        try (ControlRoom room = ControlRoom.open(data, site, clock, (s, r, q, d) -> {})) {
            assertThat(room.acts()).isNotNull();
            assertThat(room.store().check(true, Optional.empty()).findings()).isEmpty();
        }
    }
}
