// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.watchkeep.retention.store.Digest;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.FragmentFlags;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.RunStart;
import org.watchkeep.retention.store.StreamAppender;

/**
 * One camera being recorded. Its methods run on the loop's thread but for {@link #settle} and {@link #acknowledged}; the two
 * threads never act at the same time.
 */
final class Feed {
    /** Enough that each fragment differs; a week of twenty cameras is thirty megabytes. */
    private static final int PAYLOAD_BYTES = 600;

    final CameraTruth truth;
    private final SimulatedTime time;
    private final Map<CameraTruth.Name, Recorded> waiting = new LinkedHashMap<>();
    private final Set<CameraTruth.Name> acknowledged = ConcurrentHashMap.newKeySet();
    private @Nullable StreamAppender appender;
    private long run;
    private long sequence;
    private boolean isRunning;
    private long endTrueMicros;
    private long droppedBefore;

    /** How much of the next fragment the camera sends and nobody records or tells of. */
    private long losesMicros;

    Feed(CameraTruth truth, SimulatedTime time) {
        this.truth = truth;
        this.time = time;
    }

    /** The store has started. */
    void into(StreamAppender next) {
        appender = next;
        isRunning = false;
        droppedBefore = 0;
        truth.silent(time.trueMicros(), GapCause.CONNECTING);
    }

    private StreamAppender appender() {
        StreamAppender into = appender;
        if (into == null) {
            throw new IllegalStateException("no store takes " + truth.stream);
        }
        return into;
    }

    boolean isRunning() {
        return isRunning;
    }

    void begin() {
        run = appender().beginRun(new RunStart(bytes("INIT " + truth.stream), "avc1.640028", ""));
        sequence = 0;
        isRunning = true;
        endTrueMicros = time.trueMicros();
    }

    /** What came since the last one, or since the run began. */
    void fragment() {
        long from = endTrueMicros;
        long micros = time.trueMicros() - from - losesMicros;
        losesMicros = 0;
        endTrueMicros = time.trueMicros();
        byte[] payload = payload();
        long ago = time.trueMicros() - from;
        Recorded sent = new Recorded(from, from + micros, time.utcMicros() - ago, sha256(payload));
        waiting.put(new CameraTruth.Name(run, sequence++), sent);
        appender()
                .append(new Fragment(
                        List.of(ByteBuffer.wrap(payload)),
                        sent.fromUtcMicros,
                        time.monoNanos() - ago * 1_000,
                        micros,
                        FragmentFlags.KEY_PICTURE,
                        Fragment.OFFSET_UNKNOWN,
                        () -> {}));
    }

    void end(GapCause cause) {
        appender().endRun(cause, "simulated");
        truth.silent(time.trueMicros(), cause);
        isRunning = false;
    }

    /** The store stops. */
    void close(GapCause cause) {
        appender().close(cause, "simulated");
        truth.silent(time.trueMicros(), cause);
        isRunning = false;
    }

    /** Of its next fragment so much is lost without a word. */
    void loseOfNext(long micros) {
        losesMicros = micros;
    }

    // ---- what became of it ----------------------------------------------------------------------------------------

    /** On the writer's thread. */
    void acknowledged(long ofRun, long number) {
        acknowledged.add(new CameraTruth.Name(ofRun, number));
    }

    boolean isSettled() {
        return acknowledged.size() + appender().status().droppedFragments() - droppedBefore >= waiting.size();
    }

    /** What was acknowledged since the last time is true from now on; the rest the store has said to be lost. */
    void settle() {
        droppedBefore = appender().status().droppedFragments();
        waiting.forEach((name, sent) -> {
            if (acknowledged.contains(name)) {
                truth.acknowledged(name, sent);
            }
        });
        waiting.clear();
        acknowledged.clear();
    }

    private byte[] payload() {
        byte[] payload = new byte[PAYLOAD_BYTES];
        byte[] mark = (truth.stream + " " + run + " " + sequence + " " + time.trueMicros() + " ").getBytes(US_ASCII);
        for (int i = 0; i < payload.length; i++) {
            payload[i] = mark[i % mark.length];
        }
        return payload;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(US_ASCII));
    }

    /** Taken by the harness itself, of what it sends and of what it reads. */
    static Digest sha256(byte[] bytes) {
        try {
            return Digest.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
