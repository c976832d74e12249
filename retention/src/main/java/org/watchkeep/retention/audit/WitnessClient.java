// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks somebody outside to sign that they have seen a checkpoint, and that it continues the last one they saw (C2SP
 * tlog-witness, add-checkpoint). Any thread; waits for the network.
 */
public final class WitnessClient {
    /** A witness that takes longer is asked again a minute later. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int OK = 200;
    private static final int CONFLICT = 409;

    /** tlog-witness: the consistency proof does not hold. */
    private static final int UNPROCESSABLE = 422;

    private final HttpClient http;
    private final URI prefix;
    private final VerifierKey key;
    private final Duration patience;
    private volatile long lastSize;

    /**
     * @param prefix the witness's submission prefix
     * @param key the witness's, of type 4
     */
    public WitnessClient(HttpClient http, URI prefix, VerifierKey key) {
        this(http, prefix, key, PATIENCE);
    }

    /** @param patience for a whole answer; a test's is shorter */
    WitnessClient(HttpClient http, URI prefix, VerifierKey key, Duration patience) {
        if (key.type() != VerifierKey.COSIGNATURE) {
            throw new IllegalArgumentException("witness key type: " + key.type() + " (expected: 4, a cosignature's)");
        }
        this.http = http;
        this.prefix = prefix;
        this.key = key;
        this.patience = patience;
    }

    public VerifierKey key() {
        return key;
    }

    /** The witness's good cosignatures on this checkpoint. */
    List<SignedNote.Signature> cosign(Checkpoint checkpoint, Merkle.Nodes nodes) throws IOException {
        Answer answer = ask(checkpoint, nodes, Math.min(lastSize, checkpoint.size()));
        if (answer.status() == CONFLICT) {
            long known = size(answer.body());
            if (known > checkpoint.size()) {
                throw new WitnessContradictionException("witness " + key.name() + " has seen " + known
                        + " entries of this trail (expected: at most " + checkpoint.size() + ")");
            }
            answer = ask(checkpoint, nodes, known);
            if (answer.status() == CONFLICT && known == checkpoint.size()) {
                throw new WitnessContradictionException(
                        "witness " + key.name() + " has seen another tree of " + known + " entries");
            }
        }
        if (answer.status() == UNPROCESSABLE) {
            throw new WitnessContradictionException("witness " + key.name()
                    + ": HTTP 422 (expected: 200), this trail does not continue what it has seen");
        }
        if (answer.status() != OK) {
            throw new IOException("witness " + key.name() + ": HTTP " + answer.status() + " (expected: 200) "
                    + answer.body().strip());
        }
        List<SignedNote.Signature> good = SignedNote.signatures(answer.body()).stream()
                .filter(each -> isGood(checkpoint, each))
                .toList();
        if (good.isEmpty()) {
            throw new IOException("witness " + key.name() + ": no good cosignature in its answer");
        }
        lastSize = checkpoint.size();
        // One that sends many would fill the checkpoint with them.
        return List.of(good.get(good.size() - 1));
    }

    private boolean isGood(Checkpoint checkpoint, SignedNote.Signature signature) {
        Optional<Long> time = Cosignature.time(new SignedNote(checkpoint.note().text(), List.of(signature)), key);
        return time.isPresent();
    }

    private static long size(String body) throws IOException {
        try {
            long size = Long.parseLong(body.strip());
            if (size < 0) {
                throw new IOException("witness answered: " + size + " (expected: a size)");
            }
            return size;
        } catch (NumberFormatException e) {
            throw new IOException("witness answered: " + body.strip() + " (expected: a size)", e);
        }
    }

    /** What came back, its body cut at the largest that can mean anything. */
    private record Answer(int status, String body) {}

    private Answer ask(Checkpoint checkpoint, Merkle.Nodes nodes, long oldSize) throws IOException {
        StringBuilder body = new StringBuilder("old ").append(oldSize).append('\n');
        Merkle.consistency(nodes, oldSize, checkpoint.size())
                .forEach(hash -> body.append(hash.toBase64()).append('\n'));
        body.append('\n').append(checkpoint);
        HttpRequest request = HttpRequest.newBuilder(URI.create(prefix + "/add-checkpoint"))
                .timeout(patience)
                .POST(HttpRequest.BodyPublishers.ofString(body.toString(), UTF_8))
                .build();
        CompletableFuture<HttpResponse<byte[]>> asked =
                http.sendAsync(request, status -> new CutBody(SignedNote.MAX_BYTES));
        try {
            // The request's own limit ends with the head of the answer.
            HttpResponse<byte[]> response = asked.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return new Answer(response.statusCode(), new String(response.body(), UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking witness " + key.name(), e);
        } catch (TimeoutException e) {
            throw new IOException("witness " + key.name() + " has not answered within " + patience, e);
        } catch (ExecutionException e) {
            throw new IOException("witness " + key.name() + " cannot be asked: " + e.getCause(), e);
        } finally {
            asked.cancel(true);
        }
    }
}
