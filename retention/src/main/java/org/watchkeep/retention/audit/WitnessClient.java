// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

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
    private volatile long lastSize;

    /**
     * @param prefix the witness's submission prefix
     * @param key the witness's, of type 4
     */
    public WitnessClient(HttpClient http, URI prefix, VerifierKey key) {
        if (key.type() != VerifierKey.COSIGNATURE) {
            throw new IllegalArgumentException("witness key type: " + key.type() + " (expected: 4, a cosignature's)");
        }
        this.http = http;
        this.prefix = prefix;
        this.key = key;
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
        return good;
    }

    private boolean isGood(Checkpoint checkpoint, SignedNote.Signature signature) {
        Optional<Long> time = Cosignature.time(new SignedNote(checkpoint.note().text(), List.of(signature)), key);
        return time.isPresent();
    }

    private static long size(String body) throws IOException {
        try {
            return Long.parseLong(body.strip());
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
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.ofString(body.toString(), UTF_8))
                .build();
        try {
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                return new Answer(response.statusCode(), new String(in.readNBytes(SignedNote.MAX_BYTES), UTF_8));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking witness " + key.name(), e);
        }
    }
}
