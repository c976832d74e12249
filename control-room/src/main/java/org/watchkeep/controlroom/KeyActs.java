// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Answer;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.HeldKeys;
import org.watchkeep.retention.keys.MasterKeystore;
import org.watchkeep.retention.keys.MasterRotation;
import org.watchkeep.retention.store.RetentionActs;

/** What the owner does with the site's keys; everything else goes on to the next. Any thread; one rotation at a time. */
public final class KeyActs implements Acts {
    public static final String ROTATE = "keys-rotate-master";
    public static final String BACKUP = "keys-backup";

    private final Acts next;
    private final Disk disk;
    private final SiteConfig.Keys settings;
    private final EpochKeys keys;
    private final HeldKeys held;
    private final RetentionActs entries;

    /** What must be so before keys are touched. */
    interface Requirement {
        void require() throws IOException;
    }

    private final Requirement trail;

    /** @param trail throws where what is done could not be entered */
    KeyActs(
            Acts next,
            Disk disk,
            SiteConfig.Keys settings,
            EpochKeys keys,
            HeldKeys held,
            RetentionActs entries,
            Requirement trail) {
        this.held = held;
        this.trail = trail;
        this.next = next;
        this.disk = disk;
        this.settings = settings;
        this.keys = keys;
        this.entries = entries;
    }

    @Override
    public Result run(Request request, String actor, Answer answer) throws Refusal, IOException {
        if (request.act().equals(ROTATE)) {
            return rotate(actor);
        }
        return request.act().equals(BACKUP) ? backup(request, actor) : next.run(request, actor, answer);
    }

    private synchronized Result rotate(String actor) throws Refusal, IOException {
        trail.require(); // its entry comes last: a rotation that a stop broke off goes on by itself
        char[] passphrase = ControlRoom.passphrase(settings);
        try {
            MasterRotation.Rotated rotated = rotate(disk, settings, passphrase, keys, held);
            List<String> media = entries.masterRotated(rotated.fromMasterId(), rotated.toMasterId(), actor);
            ObjectNode document = Documents.of("keys-rotate-master")
                    .put("from", rotated.fromMasterId())
                    .put("to", rotated.toMasterId());
            ArrayNode destroy = document.putArray("destroy");
            media.forEach(destroy::add);
            return new Result(document, Refusal.GOOD);
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }

    static MasterRotation.Rotated rotate(
            Disk disk, SiteConfig.Keys settings, char[] passphrase, EpochKeys keys, HeldKeys held) throws IOException {
        return MasterRotation.run(disk, settings.keystore(), passphrase, keys, held);
    }

    private synchronized Result backup(Request request, String actor) throws Refusal, IOException {
        Path to = Path.of(request.options().path("out").asText());
        String medium = request.options().path("medium").asText();
        if (!to.isAbsolute() || medium.isBlank()) {
            throw Refusal.badInput(
                    "bad-option",
                    "out: " + to + ", medium: '" + medium + "' (expected: a file, and what it is on)",
                    "See --help of the command.");
        }
        char[] passphrase = ControlRoom.passphrase(settings);
        try {
            MasterKeystore master = MasterKeystore.open(disk, settings.keystore(), passphrase);
            entries.keysBackedUp(master.masterId(), medium, actor);
            MasterKeystore.copy(disk, settings.keystore(), to, passphrase);
            ObjectNode document = Documents.of("keys-backup")
                    .put("master", master.masterId())
                    .put("file", to.toString())
                    .put("medium", medium);
            return new Result(document, Refusal.GOOD);
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }
}
