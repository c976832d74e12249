// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.FakeDisk;
import org.watchkeep.retention.disk.FakeFaults.Operation;

class EpochKeysThreadsTest {
    private static final Path A = Path.of("/a/keys");
    private static final Path B = Path.of("/b/keys");

    private final FakeDisk disk = new FakeDisk();

    private EpochKeys open() throws Exception {
        EpochKeys.create(disk, A, B);
        return EpochKeys.open(disk, A, B, TestMaster.random());
    }

    @Test
    void streamKey_whileEpochsAreErased_isNeverHandedOutAfterwards() throws Exception {
        ExecutorService readers = Executors.newFixedThreadPool(3);
        try (EpochKeys keys = open()) {
            AtomicInteger erased = new AtomicInteger();
            AtomicBoolean done = new AtomicBoolean();
            List<Future<?>> running = new ArrayList<>();
            for (int reader = 0; reader < 3; reader++) {
                int stream = reader;
                running.add(readers.submit(() -> {
                    while (!done.get()) {
                        int before = erased.get();
                        for (int epoch = 1; epoch <= before; epoch++) {
                            assertThat(keys.streamKey(epoch, stream)).isEmpty();
                        }
                        keys.streamKey(before + 1, stream);
                    }
                    return null;
                }));
            }
            for (int epoch = 1; epoch <= 60; epoch++) {
                keys.openEpoch("standard", epoch, epoch);
                keys.erase(epoch, epoch);
                erased.set(epoch);
            }
            done.set(true);
            for (Future<?> each : running) {
                each.get(60, TimeUnit.SECONDS);
            }
        } finally {
            readers.shutdownNow();
        }
    }

    /** A disk that hangs must not be felt by an event loop that asks for a key. */
    @Test
    void streamKey_whileADiskHangsInOpenEpoch_answersAtOnce() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        CountDownLatch hanging = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (EpochKeys keys = open()) {
            keys.openEpoch("standard", 1, 1);
            disk.faults().before((operation, path) -> {
                if (operation == Operation.SYNC) {
                    hanging.countDown();
                    awaitQuietly(goOn);
                }
            });
            Future<Epoch> opening = other.submit(() -> keys.openEpoch("standard", 2, 2));
            assertThat(hanging.await(60, TimeUnit.SECONDS)).isTrue();

            assertThat(keys.streamKey(1, 1)).isPresent();
            assertThat(keys.epochs()).hasSize(1);
            assertThat(keys.epoch(2)).isEmpty();
            assertThat(keys.alarms()).isEmpty();
            assertThat(opening.isDone()).isFalse();

            goOn.countDown();
            assertThat(opening.get(60, TimeUnit.SECONDS).number()).isEqualTo(2);
        } finally {
            goOn.countDown();
            other.shutdownNow();
        }
    }

    /** From the first moment of an erasure, before its disks have answered, the key is refused. */
    @Test
    void streamKey_whileADiskHangsInErase_isRefused() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        CountDownLatch hanging = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (EpochKeys keys = open()) {
            keys.openEpoch("standard", 1, 1);
            assertThat(keys.streamKey(1, 1)).isPresent();
            disk.faults().before((operation, path) -> {
                if (operation == Operation.WRITE) {
                    hanging.countDown();
                    awaitQuietly(goOn);
                }
            });
            Future<Erasure> erasing = other.submit(() -> keys.erase(1, 2));
            assertThat(hanging.await(60, TimeUnit.SECONDS)).isTrue();

            assertThat(keys.streamKey(1, 1)).isEmpty();

            goOn.countDown();
            assertThat(erasing.get(60, TimeUnit.SECONDS).homesOverwritten()).isEqualTo(2);
        } finally {
            goOn.countDown();
            other.shutdownNow();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
