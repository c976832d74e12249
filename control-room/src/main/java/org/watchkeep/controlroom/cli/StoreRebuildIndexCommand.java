// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.watchkeep.controlroom.ControlRoom;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.ControlClient;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.controlroom.control.StoreActs;
import org.watchkeep.retention.store.AcknowledgementListener;
import org.watchkeep.retention.store.StoreClock;
import org.watchkeep.retention.store.StoreTotals;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "rebuild-index",
        description = "Builds the index anew from reels and ledger; serve must not be running.")
final class StoreRebuildIndexCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private StoreOptions common = new StoreOptions();

    StoreRebuildIndexCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, Refusal, ConfigException {
        Optional<ControlClient> owner = ControlClient.connect(common.dataFolder());
        if (owner.isPresent()) {
            try (ControlClient client = owner.get()) {
                common.refuseBesideARecorder();
                Acts.Request request = new Acts.Request(StoreActs.REBUILD_INDEX, Documents.part());
                return client.run(request, new Notes(shell)).exit();
            }
        }
        SiteConfig site = OwnerCall.site(common);
        StoreClock clock = common.clock(shell);
        ControlRoom.deleteIndex(common.dataFolder(), site);
        shell.note("reading reels and ledger");
        try (ControlRoom room = ControlRoom.open(common.dataFolder(), site, clock, AcknowledgementListener.NONE)) {
            report(room.store().totals());
        }
        return Refusal.GOOD;
    }

    private void report(StoreTotals totals) {
        if (!common.json) {
            shell.say("The index is built: " + totals.fragments() + " fragments in " + totals.reels() + " reels.");
            return;
        }
        ObjectNode document = Documents.of("store-rebuild-index");
        document.put("reels", totals.reels())
                .put("fragments", totals.fragments())
                .put("bytes", totals.bytes());
        shell.printJson(document);
    }
}
