// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.disk.Disk;

/**
 * Shows each new checkpoint to those outside who witness the trail, once a minute, and keeps what they signed: in the
 * checkpoint while it is the newest, and in {@code trail/witnessed} until a later one is signed. One that contradicts, or is
 * silent for long, is an alarm and an entry. Nobody waits for it: a thread of its own asks them one after the other.
 *
 * <p>{@link #round} is confined to that thread, in tests to the test's; {@link #troubles} from any.
 */
public final class Witnesses implements Closeable {
    /** In the trail's folder: the newest checkpoint that a witness has signed, with what all of them signed under it. */
    public static final String FILE = "witnessed";

    private static final long EVERY_SECONDS = 60;

    /** Misses in a row before it is an alarm: a network that is away for some minutes is none. */
    static final int MISSES_BEFORE_ALARM = 5;

    /** A little longer than one answer is waited for. */
    private static final long CLOSE_SECONDS = 12;

    private static final Logger log = LoggerFactory.getLogger(Witnesses.class);

    private final Trail trail;
    private final TrailFiles files;
    private final List<Asked> asked = new ArrayList<>();
    private final ScheduledExecutorService clockwork =
            Executors.newSingleThreadScheduledExecutor(work -> daemon(work, "trail-witness"));
    private volatile boolean stopping;

    /** One of them, and how it went. */
    private static final class Asked {
        final WitnessClient client;
        int misses;
        volatile Optional<String> trouble = Optional.empty();
        long signedSize = -1;
        String entered = "";

        Asked(WitnessClient client) {
            this.client = client;
        }
    }

    /** @param folder the trail's */
    public Witnesses(Trail trail, Disk disk, Path folder, List<WitnessClient> clients) {
        this.trail = trail;
        this.files = new TrailFiles(disk, folder);
        clients.forEach(client -> asked.add(new Asked(client)));
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Begins to ask. Once. */
    public void start() {
        var rounds = clockwork.scheduleWithFixedDelay(this::attempt, 0, EVERY_SECONDS, TimeUnit.SECONDS);
        log.debug("witnesses are asked: {}", rounds);
    }

    private void attempt() {
        try {
            round();
        } catch (IOException | RuntimeException e) {
            log.error("ALARM audit trail: witnesses could not be asked, it is tried again: {}", e.toString());
        }
    }

    /** Asks each that has not signed the newest checkpoint. */
    void round() throws IOException {
        Checkpoint newest = trail.lastCheckpoint();
        Checkpoint signed = newest;
        for (Asked witness : asked) {
            if (!stopping && witness.signedSize < newest.size()) {
                signed = ask(witness, signed);
            }
        }
        if (!signed.toString().equals(newest.toString())) {
            files.write(files.folder().resolve(FILE), merged(signed).toBytes());
        }
    }

    /** With what others had signed under the same tree in a round before. */
    private Checkpoint merged(Checkpoint signed) throws IOException {
        Checkpoint before = kept();
        return before != null && before.head().equals(signed.head())
                ? signed.with(before.note().signatures())
                : signed;
    }

    private @Nullable Checkpoint kept() throws IOException {
        Path path = files.folder().resolve(FILE);
        if (!files.disk().exists(path)) {
            return null;
        }
        try {
            return Checkpoint.parse(files.read(path, SignedNote.MAX_BYTES));
        } catch (DamagedTrailException e) {
            log.warn("{} is written anew: {}", path, e.getMessage());
            return null;
        }
    }

    private Checkpoint ask(Asked witness, Checkpoint checkpoint) {
        String name = witness.client.key().name();
        try {
            Checkpoint signed = trail.witness(checkpoint, witness.client);
            witness.signedSize = checkpoint.size();
            if (witness.trouble.isPresent()) {
                log.warn("witness {} has signed again", name);
            }
            witness.misses = 0;
            witness.entered = "";
            witness.trouble = Optional.empty();
            return signed;
        } catch (WitnessContradictionException e) {
            failed(witness, e, "witness-contradicts", true);
        } catch (IOException | RuntimeException e) {
            // What it sends is foreign: whatever it makes of it, the others are asked.
            failed(witness, e, "witness-silent", witness.misses + 1 >= MISSES_BEFORE_ALARM);
        }
        return checkpoint;
    }

    private void failed(Asked witness, Exception why, String code, boolean isAlarm) {
        witness.misses++;
        String text = "witness " + witness.client.key().name() + " has not signed: " + why.getMessage();
        if (!isAlarm) {
            log.warn("audit trail: {}", text);
            return;
        }
        witness.trouble = Optional.of(text);
        if (witness.entered.equals(code)) {
            return;
        }
        log.error("ALARM audit trail: {}", text);
        try {
            trail.append(NewEntry.byMachine(Act.TRAIL_ALARM, Fields.NONE.with("code", code)));
            witness.entered = code;
        } catch (TrailException e) {
            log.error("ALARM audit trail: {} is not entered yet: {}", code, e.getMessage());
        }
    }

    /** A sentence for each that contradicts, or has been silent for long. */
    public List<String> troubles() {
        return asked.stream().flatMap(witness -> witness.trouble.stream()).toList();
    }

    /** When each key has signed this checkpoint; for whoever reads {@link #FILE}. */
    public static Optional<Instant> signedAt(Checkpoint checkpoint, VerifierKey key) {
        return checkpoint.witnessedBy(key).map(Instant::ofEpochSecond);
    }

    /** Before the trail is closed; an answer that is being waited for is waited for. */
    @Override
    public void close() {
        stopping = true;
        clockwork.shutdown();
        try {
            if (!clockwork.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                log.warn("audit trail: a witness is still being asked at the stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
