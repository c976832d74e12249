// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.store;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** A {@link StoreFolder} as one process names it to another. Filled in by picocli; confined to one thread. */
final class StoreFolderOptions {
    @Option(names = "--folder", required = true, description = "Folder that bench store made.")
    @SuppressWarnings("NullAway.Init") // picocli fills it in
    private Path path;

    @Option(names = "--volume-bytes", required = true, description = "Size of its volume.")
    private long volumeBytes;

    @Option(names = "--sparse", description = "Its reels claim no blocks.")
    private boolean sparse;

    StoreFolder folder() {
        return new StoreFolder(path, volumeBytes, sparse);
    }

    /** The options that name this folder. */
    static List<String> of(StoreFolder folder) {
        List<String> options = new java.util.ArrayList<>(
                List.of("--folder", folder.path().toString(), "--volume-bytes", Long.toString(folder.volumeBytes())));
        if (folder.isSparse()) {
            options.add("--sparse");
        }
        return options;
    }
}
