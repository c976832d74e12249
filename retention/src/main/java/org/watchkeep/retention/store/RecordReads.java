// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Reads several records at a time: half of the time of reading one is waiting for the disk. Threads of its own, daemons, as a
 * disk that hangs must not keep the process from ending. Any thread.
 */
final class RecordReads {
    private final ExecutorService threads;

    RecordReads(String name, int atOnce) {
        threads = Executors.newFixedThreadPool(atOnce, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    <T> Future<T> submit(Callable<T> task) {
        return threads.submit(task);
    }

    /** The answers in the order of the tasks; the first failure, when all have come to their end. */
    <T> List<T> all(List<? extends Callable<T>> tasks) throws IOException {
        List<T> answers = new ArrayList<>();
        try {
            for (Future<T> answer : threads.invokeAll(tasks)) {
                answers.add(answer.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("reading records").initCause(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
        return answers;
    }

    /** Waits for what was begun, and takes no more. */
    void end() throws InterruptedException {
        threads.shutdown();
        boolean isOver = false;
        while (!isOver) {
            isOver = threads.awaitTermination(1, TimeUnit.MINUTES);
        }
    }
}
