// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.control.Acts;
import org.watchkeep.controlroom.control.Answer;
import org.watchkeep.controlroom.control.Documents;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.keys.CaseKeys;
import org.watchkeep.retention.keys.EpochKeys;
import org.watchkeep.retention.keys.HeldKeys;
import org.watchkeep.retention.keys.MasterKeystore;
import org.watchkeep.retention.keys.MasterRotation;
import org.watchkeep.retention.store.RetentionActs;

/** What the owner does with the site's keys; everything else goes on to the next. Any thread; one rotation at a time. */
public final class KeyActs implements Acts {
    private static final Logger LOG = LoggerFactory.getLogger(KeyActs.class);

    public static final String ROTATE = "keys-rotate-master";
    public static final String BACKUP = "keys-backup";

    private final Acts next;
    private final Disk disk;
    private final SiteConfig.Keys settings;
    private final EpochKeys keys;
    private final HeldKeys held;
    private final CaseKeys cases;
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
            CaseKeys cases,
            RetentionActs entries,
            Requirement trail) {
        this.held = held;
        this.cases = cases;
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
            MasterRotation.Rotated rotated = rotate(disk, settings, passphrase, keys, held, cases);
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
            Disk disk, SiteConfig.Keys settings, char[] passphrase, EpochKeys keys, HeldKeys held, CaseKeys cases)
            throws IOException {
        return MasterRotation.run(disk, settings.keystore(), passphrase, keys, held, cases);
    }

    /** A rotation that a stop broke off. With a key home away it waits, and both masters stay. */
    static void goOnRotating(
            Disk disk,
            SiteConfig.Keys settings,
            char[] passphrase,
            EpochKeys keys,
            HeldKeys held,
            CaseKeys cases,
            TrailKeeper trail) {
        try {
            MasterRotation.Rotated rotated = rotate(disk, settings, passphrase, keys, held, cases);
            LOG.warn("the rotation to master {} had been broken off and is now done", rotated.toMasterId());
            trail.note(
                    Act.KEYS_ROTATED,
                    Fields.NONE.with("master", rotated.toMasterId()).with("old", rotated.fromMasterId()));
        } catch (IOException e) {
            LOG.error("the rotation of the master key is not done, it goes on at the next start: {}", e.toString());
        }
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
        if (disk.exists(VaultKeeper.besides(to))) {
            throw Refusal.badInput(
                    "bad-option",
                    VaultKeeper.besides(to) + " is there already (expected: none)",
                    "Name another file, or move it away.");
        }
        char[] passphrase = ControlRoom.passphrase(settings);
        try {
            MasterKeystore master = MasterKeystore.open(disk, settings.keystore(), passphrase);
            entries.keysBackedUp(master.masterId(), medium, actor);
            MasterKeystore.copy(disk, settings.keystore(), to, passphrase);
            int ofCases = cases.cases().isEmpty() ? 0 : cases.backup(VaultKeeper.besides(to));
            ObjectNode document = Documents.of("keys-backup")
                    .put("master", master.masterId())
                    .put("file", to.toString())
                    .put("medium", medium)
                    .put("caseKeys", ofCases);
            return new Result(document, Refusal.GOOD);
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }
}
