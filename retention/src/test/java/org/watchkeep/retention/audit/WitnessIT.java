// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.FakeDisk;

/** The client against a witness that keeps to C2SP tlog-witness. */
class WitnessIT {
    private static final String NAME = "witness.example/w1";
    private static final long SEEN_AT = 1_763_800_000L;

    private final TrailKey witnessKey = TrailKey.random();
    private final VerifierKey witness = VerifierKey.of(
            NAME, VerifierKey.COSIGNATURE, witnessKey.verifier(NAME).publicKey().toBytes());
    private final TrailRig rig = new TrailRig();
    private HttpServer server;
    private final AtomicReference<@Nullable Checkpoint> known = new AtomicReference<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicBoolean refuses = new AtomicBoolean();
    private final AtomicReference<@Nullable String> size = new AtomicReference<>();
    private final AtomicBoolean stalls = new AtomicBoolean();

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/add-checkpoint", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private WitnessClient client() {
        URI prefix = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        return new WitnessClient(HttpClient.newHttpClient(), prefix, witness);
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.incrementAndGet();
        if (refuses.get()) {
            send(exchange, 503, "");
            return;
        }
        if (stalls.get()) {
            exchange.sendResponseHeaders(200, 0); // a body is announced and never comes
            exchange.getResponseBody().flush();
            return;
        }
        if (size.get() != null) {
            send(exchange, 409, size.get() + "\n");
            return;
        }
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        int empty = body.indexOf("\n\n");
        String[] lines = body.substring(0, empty).split("\n", -1);
        long old = Long.parseLong(lines[0].substring("old ".length()));
        List<Hash> path = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            path.add(TlogProof.hash(lines[i]));
        }
        Checkpoint checkpoint = Checkpoint.parse(body.substring(empty + 2).getBytes(UTF_8));
        Checkpoint before = known.get();
        long size = before == null ? 0 : before.size();
        Hash root = before == null ? Hash.ZERO : before.root();
        if (!checkpoint.isSignedBy(TrailRig.KEY.verifier(checkpoint.origin()))) {
            send(exchange, 403, "");
        } else if (old != size) {
            send(exchange, 409, size + "\n");
        } else if (!Merkle.isConsistent(old, root, checkpoint.size(), checkpoint.root(), path)) {
            send(exchange, 422, "");
        } else {
            known.set(checkpoint);
            send(
                    exchange,
                    200,
                    Cosignature.sign(checkpoint.note().text(), NAME, witnessKey, SEEN_AT)
                            .line());
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Test
    void witness_trailThatGrows_isCosignedAndTheProofCarriesIt() throws IOException {
        FakeDisk disk = TrailRig.disk();
        try (Trail trail = rig.open(disk)) {
            WitnessClient client = client();
            for (int round = 0; round < 3; round++) {
                TrailRig.append(trail, round * 100L, round * 100L + 100);
                rig.pass(1_000);
                trail.checkpoint();
                assertThat(trail.witness(client).witnessedBy(witness)).contains(SEEN_AT);
            }
            assertThat(asked.get()).isEqualTo(3);
            assertThat(trail.prove(5).checkpoint().witnessedBy(witness)).contains(SEEN_AT);
        }
        try (Trail trail = rig.open(disk)) {
            TrailRig.append(trail, 0, 5);
            rig.pass(1_000);
            trail.checkpoint();
            // A client that has forgotten what the witness knows is told, and asks once more.
            assertThat(trail.witness(client()).witnessedBy(witness)).contains(SEEN_AT);
            assertThat(asked.get()).isEqualTo(5);
        }
    }

    private Witnesses witnesses(FakeDisk disk, Trail trail) {
        return new Witnesses(trail, disk, TrailRig.FOLDER, List.of(client()));
    }

    private static List<Entry> alarms(Trail trail) throws IOException {
        List<Entry> found = new ArrayList<>();
        trail.read(0, trail.size(), (index, bytes) -> {
            Entry entry = Entry.parse(bytes);
            if (entry.act().equals(Act.TRAIL_ALARM.code())) {
                found.add(entry);
            }
        });
        return found;
    }

    private Checkpoint kept(FakeDisk disk) throws IOException {
        return Checkpoint.parse(disk.contents(TrailRig.FOLDER.resolve(Witnesses.FILE)));
    }

    @Test
    void rounds_keepWhatWasSignedLast_alsoWhereALaterCheckpointIsNot() throws IOException {
        FakeDisk disk = TrailRig.disk();
        try (Trail trail = rig.open(disk);
                Witnesses witnesses = witnesses(disk, trail)) {
            TrailRig.append(trail, 0, 10);
            Checkpoint first = trail.checkpoint();
            witnesses.round();
            witnesses.round();
            assertThat(asked.get()).as("nothing new, nothing asked").isEqualTo(1);
            TrailRig.append(trail, 10, 20);
            rig.pass(1_000);
            trail.checkpoint();
            assertThat(kept(disk).size()).isEqualTo(first.size());
            assertThat(kept(disk).witnessedBy(witness)).contains(SEEN_AT);
            witnesses.round();
            assertThat(kept(disk).size()).isEqualTo(trail.size());
            assertThat(witnesses.troubles()).isEmpty();
            assertThat(alarms(trail)).isEmpty();
        }
        try (Trail trail = rig.open(disk)) {
            assertThat(trail.lastCheckpoint().witnessedBy(witness)).contains(SEEN_AT);
        }
    }

    @Test
    void witnessThatIsSilent_isAnAlarmAfterSomeRounds_enteredOnce_andOverWhenItSigns() throws IOException {
        FakeDisk disk = TrailRig.disk();
        try (Trail trail = rig.open(disk);
                Witnesses witnesses = witnesses(disk, trail)) {
            trail.checkpoint();
            refuses.set(true);
            for (int i = 1; i < Witnesses.MISSES_BEFORE_ALARM; i++) {
                witnesses.round();
            }
            assertThat(witnesses.troubles()).isEmpty();
            witnesses.round();
            witnesses.round();
            assertThat(witnesses.troubles()).singleElement().asString().contains(NAME, "HTTP 503");
            assertThat(alarms(trail))
                    .singleElement()
                    .matches(entry -> entry.data().text("code").equals("witness-silent"));
            refuses.set(false);
            witnesses.round();
            assertThat(witnesses.troubles()).isEmpty();
            assertThat(kept(disk).witnessedBy(witness)).contains(SEEN_AT);
        }
    }

    @Test
    void witnessThatHasSeenMore_isAnAlarmAtOnce() throws IOException {
        FakeDisk disk = TrailRig.disk();
        try (Trail trail = rig.open(disk);
                Witnesses witnesses = witnesses(disk, trail)) {
            known.set(Checkpoint.sign(new TreeHead(1_000, Hash.ofAll(new byte[1])), trail.verifierKey(), TrailRig.KEY));
            trail.checkpoint();
            witnesses.round();
            assertThat(witnesses.troubles()).singleElement().asString().contains("has seen 1000 entries");
            assertThat(alarms(trail))
                    .singleElement()
                    .matches(entry -> entry.data().text("code").equals("witness-contradicts"));
        }
    }

    @Test
    void witnessThatContradictsAfterASilence_isAnotherAlarm() throws IOException {
        FakeDisk disk = TrailRig.disk();
        try (Trail trail = rig.open(disk);
                Witnesses witnesses = witnesses(disk, trail)) {
            trail.checkpoint();
            refuses.set(true);
            for (int i = 0; i < Witnesses.MISSES_BEFORE_ALARM; i++) {
                witnesses.round();
            }
            refuses.set(false);
            known.set(Checkpoint.sign(new TreeHead(1_000, Hash.ofAll(new byte[1])), trail.verifierKey(), TrailRig.KEY));
            witnesses.round();
            assertThat(alarms(trail))
                    .extracting(entry -> entry.data().text("code"))
                    .containsExactly("witness-silent", "witness-contradicts");
        }
    }

    @Test
    void witnessThatAnswersNonsense_countsAsSilent_andTheRoundGoesOn() throws IOException {
        FakeDisk disk = TrailRig.disk();
        try (Trail trail = rig.open(disk);
                Witnesses witnesses = witnesses(disk, trail)) {
            trail.checkpoint();
            for (String nonsense : List.of("-5", "", "9223372036854775808", "NaN", "-9223372036854775808")) {
                size.set(nonsense);
                witnesses.round();
            }
            assertThat(witnesses.troubles()).hasSize(1);
            assertThat(alarms(trail))
                    .extracting(entry -> entry.data().text("code"))
                    .containsExactly("witness-silent");
        }
    }

    @Test
    void witnessWhoseAnswerNeverEnds_isGivenUp() throws IOException {
        stalls.set(true);
        try (Trail trail = rig.open(TrailRig.disk())) {
            trail.checkpoint();
            URI prefix = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
            WitnessClient impatient =
                    new WitnessClient(HttpClient.newHttpClient(), prefix, witness, Duration.ofMillis(300));
            assertThatThrownBy(() -> trail.witness(impatient))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("has not answered within");
        }
    }

    @Test
    void witness_thatKnowsAnotherTrail_doesNotSign() throws IOException {
        try (Trail trail = rig.open(TrailRig.disk())) {
            TrailRig.append(trail, 0, 20);
            known.set(Checkpoint.sign(new TreeHead(10, Hash.ofAll(new byte[1])), trail.verifierKey(), TrailRig.KEY));
            trail.checkpoint();
            assertThatThrownBy(() -> trail.witness(client()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("HTTP 422");
        }
    }

    @Test
    void witness_whoseSignatureIsAnothers_isNotKept() throws IOException {
        try (Trail trail = rig.open(TrailRig.disk())) {
            trail.checkpoint();
            VerifierKey other = VerifierKey.of(
                    NAME,
                    VerifierKey.COSIGNATURE,
                    TrailKey.random().verifier(NAME).publicKey().toBytes());
            URI prefix = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
            assertThatThrownBy(() -> trail.witness(new WitnessClient(HttpClient.newHttpClient(), prefix, other)))
                    .hasMessageContaining("no good cosignature");
        }
    }
}
