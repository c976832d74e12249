// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.watchkeep.bench.Questions;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.FootageStore;
import org.watchkeep.retention.store.StoreLoop;
import org.watchkeep.retention.store.SystemStoreClock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code bench store-writer}: records every camera, each second a fragment, until it is killed. Answers whatever it is asked
 * with how much has been acknowledged.
 */
@Command(name = "store-writer", hidden = true, description = "Records until it is killed; started by bench store.")
public final class StoreWriterCommand implements Callable<Integer> {
    private static final int LOOPS = 2;

    private final PrintStream out;

    @Mixin
    private StoreFolderOptions folder = new StoreFolderOptions();

    @Option(names = "--cameras", required = true, description = "How many.")
    private int cameras;

    @Option(names = "--second-bytes", required = true, description = "Bytes of a camera's fragment of a second.")
    private int secondBytes;

    public StoreWriterCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        SystemStoreClock clock = new SystemStoreClock();
        StoreFolder of = folder.folder();
        EpochKeys keys = of.openKeys();
        FootageStore store = FootageStore.open(of.settings(), of.disk(), keys, clock, AcknowledgementListener.NONE);
        store.configure(StoreFolder.streams(cameras));
        List<Feed> feeds = new ArrayList<>();
        ByteBuffer payload = Feed.noise(secondBytes);
        for (int loop = 0; loop < LOOPS; loop++) {
            ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "bench-loop");
                thread.setDaemon(true);
                return thread;
            });
            StoreLoop storeLoop = store.loop(executor);
            for (int camera = 1 + loop; camera <= cameras; camera += LOOPS) {
                Feed feed = new Feed(storeLoop, camera, clock, payload);
                feeds.add(feed);
                long phaseMicros = TimeUnit.SECONDS.toMicros(1) * camera / cameras;
                // A feed that fails would end in silence: its acknowledged count then stands still, which is asked for.
                var unused = executor.scheduleAtFixedRate(
                        feed::second, phaseMicros, TimeUnit.SECONDS.toMicros(1), TimeUnit.MICROSECONDS);
            }
        }
        new Questions(out).answerAll(question -> figures(feeds));
        // Whoever asked is gone. It ends as it would have been ended: nothing is closed.
        return 0;
    }

    private static ObjectNode figures(List<Feed> feeds) {
        return new ObjectMapper()
                .createObjectNode()
                .put(
                        "acknowledgedFragments",
                        feeds.stream()
                                .mapToLong(feed -> feed.status().acknowledgedFragments())
                                .sum())
                .put(
                        "droppedFragments",
                        feeds.stream()
                                .mapToLong(feed -> feed.status().droppedFragments())
                                .sum());
    }
}
