// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.control.Acts.Request;
import org.watchkeep.controlroom.control.Acts.Result;
import org.watchkeep.controlroom.control.ControlSocket.Limits;

/** The socket as a good client, a bad client and a slow client see it. */
@Timeout(60)
class ControlSocketIT {
    private static final Limits LIMITS = new Limits(3, Duration.ofSeconds(10), Duration.ofSeconds(20));

    @TempDir
    private Path folder;

    private final CountDownLatch hold = new CountDownLatch(1);
    private final CountDownLatch cut = new CountDownLatch(1);
    /** Moved by hand, so that only a test that means to runs out of time. */
    private final AtomicLong nanos = new AtomicLong();

    private ControlSocket socket;

    @BeforeEach
    void open() throws IOException {
        socket = ControlSocket.open(folder, this::act, LIMITS, nanos::get);
    }

    @AfterEach
    void close() throws IOException {
        hold.countDown();
        socket.close();
    }

    private Result act(Request request, String actor, Answer answer) throws Refusal, IOException {
        switch (request.act()) {
            case "echo" -> answer.progress("working");
            case "refuse" -> throw Refusal.badInput("no", "not this", "Do that.");
            case "fail" -> throw new IllegalStateException("a fault of ours");
            case "files" -> {
                for (int n = 1; n <= 2; n++) {
                    answer.beginFile(n, 2);
                    answer.write(ByteBuffer.wrap(bytes(n, 3 << 20)));
                    answer.endFile();
                }
            }
            case "endless" -> writeUntilCut(answer);
            case "hold" -> await(hold);
            default -> throw Refusal.badInput("act-unknown", "no act " + request.act(), "");
        }
        return new Result(request.options().put("actor", actor), Refusal.FOUND);
    }

    private void writeUntilCut(Answer answer) throws IOException, Refusal {
        answer.beginFile(1, 1);
        try {
            while (true) {
                answer.write(ByteBuffer.allocate(1 << 20));
            }
        } catch (IOException e) {
            cut.countDown();
            throw e;
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(50, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private Result ask(String act, Answer answer) throws IOException, Refusal {
        Optional<ControlClient> client = ControlClient.connect(folder);
        assertThat(client).isPresent();
        try (ControlClient open = client.get()) {
            return open.run(new Request(act, Wire.object().put("word", "hello")), answer);
        }
    }

    private SocketChannel raw() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(folder.resolve(ControlAddress.NAME)));
        return channel;
    }

    private static ObjectNode answerTo(SocketChannel channel, byte[] sent) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(sent);
        while (out.hasRemaining()) {
            channel.write(out);
        }
        return new Wire(channel).receive(Wire.MAX_ANSWER_BYTES);
    }

    @Test
    void open_always_isForItsOwnerOnly() throws IOException {
        assertThat(Files.getPosixFilePermissions(folder.resolve(ControlAddress.NAME)))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void run_goodRequest_hasProgressResultAndTheUserTheKernelNames() throws Exception {
        Recorded recorded = new Recorded();
        Result result = ask("echo", recorded);
        assertThat(recorded.progress).containsExactly("working");
        assertThat(result.exit()).isEqualTo(Refusal.FOUND);
        assertThat(result.document().path("word").asText()).isEqualTo("hello");
        assertThat(result.document().path("actor").asText()).isEqualTo(System.getProperty("user.name"));
    }

    @Test
    void run_files_arriveByteForByte() throws Exception {
        Recorded recorded = new Recorded();
        ask("files", recorded);
        assertThat(recorded.files).hasSize(2);
        assertThat(recorded.files.get(0)).isEqualTo(bytes(1, 3 << 20));
        assertThat(recorded.files.get(1)).isEqualTo(bytes(2, 3 << 20));
    }

    @Test
    void run_refused_keepsCodeMessageNextAndExit() {
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> ask("refuse", new Recorded()));
        assertThat(refusal).hasMessage("not this");
        assertThat(refusal.code()).isEqualTo("no");
        assertThat(refusal.next()).isEqualTo("Do that.");
        assertThat(refusal.exit()).isEqualTo(Refusal.BAD_INPUT);
    }

    @Test
    void run_actThatFails_endsThisConnectionOnly() throws Exception {
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> ask("fail", new Recorded()));
        assertThat(refusal.exit()).isEqualTo(Refusal.ENVIRONMENT);
        assertThat(ask("echo", new Recorded()).exit()).isEqualTo(Refusal.FOUND);
    }

    @Test
    void serve_nonsense_isAnsweredAndTheNextClientServed() throws Exception {
        String[] bad = {
            "{}",
            "[]",
            "null",
            "{\"schema\":\"watchkeep/control/1\"}",
            "{\"schema\":\"watchkeep/control/2\",\"act\":\"echo\",\"options\":{}}",
            "{\"schema\":\"watchkeep/control/1\",\"act\":\"echo\",\"options\":[]}",
            "{\"schema\":\"watchkeep/control/1\",\"act\":\"echo\",\"act\":\"x\",\"options\":{}}",
            "{\"a\":".repeat(10_000),
            "GET / HTTP/1.1",
            "{} {}"
        };
        for (String line : bad) {
            try (SocketChannel channel = raw()) {
                ObjectNode answer = answerTo(channel, (line + "\n").getBytes(StandardCharsets.UTF_8));
                assertThat(answer.path("error").path("code").asText()).as(line).isEqualTo("bad-request");
                assertThat(answer.path("exit").asInt()).isEqualTo(Refusal.BAD_INPUT);
            }
        }
        assertThat(ask("echo", new Recorded()).exit()).isEqualTo(Refusal.FOUND);
    }

    @Test
    void serve_lineOverTheLimit_isRefusedUnread() throws Exception {
        try (SocketChannel channel = raw()) {
            byte[] line = new byte[Wire.MAX_REQUEST_BYTES + 1];
            assertThat(answerTo(channel, line).path("error").path("message").asText())
                    .contains("longer than " + Wire.MAX_REQUEST_BYTES);
        }
    }

    @Test
    void serve_clientThatSaysNothing_losesItsConnection() throws Exception {
        try (SocketChannel channel = raw()) {
            channel.configureBlocking(false);
            int read;
            do {
                nanos.addAndGet(LIMITS.request().toNanos() + 1);
                read = channel.read(ByteBuffer.allocate(1));
            } while (read == 0);
            assertThat(read).isEqualTo(-1);
        }
        assertThat(ask("echo", new Recorded()).exit()).isEqualTo(Refusal.FOUND);
    }

    @Test
    void serve_clientThatDoesNotRead_losesItsConnection() throws Exception {
        try (SocketChannel channel = raw()) {
            new Wire(channel)
                    .send(Wire.object()
                            .put("schema", Wire.SCHEMA)
                            .put("act", "endless")
                            .set("options", Wire.object()));
            while (cut.getCount() > 0) {
                nanos.addAndGet(LIMITS.stall().toNanos() + 1);
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void serve_moreClientsThanAllowed_areToldToTryAgain() throws Exception {
        List<SocketChannel> holders = new ArrayList<>();
        for (int i = 0; i < LIMITS.connections(); i++) {
            SocketChannel channel = raw();
            holders.add(channel);
            new Wire(channel)
                    .send(Wire.object()
                            .put("schema", Wire.SCHEMA)
                            .put("act", "hold")
                            .set("options", Wire.object()));
        }
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> ask("echo", new Recorded()));
        assertThat(refusal.code()).isEqualTo("busy");
        hold.countDown();
        for (SocketChannel channel : holders) {
            assertThat(new Wire(channel).receive(Wire.MAX_ANSWER_BYTES).has("result"))
                    .isTrue();
            channel.close();
        }
    }

    @Test
    void connect_nobodyListens_isEmpty() throws IOException {
        socket.close();
        assertThat(ControlClient.connect(folder)).isEmpty();
        Files.createFile(folder.resolve(ControlAddress.NAME));
        assertThat(ControlClient.connect(folder)).isEmpty();
    }

    @Test
    void open_overASocketThatWasLeft_replacesIt() throws Exception {
        socket.close();
        Files.createFile(folder.resolve(ControlAddress.NAME));
        socket = ControlSocket.open(folder, this::act, LIMITS, nanos::get);
        assertThat(ask("echo", new Recorded()).exit()).isEqualTo(Refusal.FOUND);
    }

    @Test
    void open_folderWithALongName_isReachedAllTheSame() throws Exception {
        Path deep = Files.createDirectories(folder.resolve("d".repeat(100)).resolve("e".repeat(100)));
        try (ControlSocket other = ControlSocket.open(deep, this::act, LIMITS, nanos::get)) {
            Optional<ControlClient> client = ControlClient.connect(deep);
            assertThat(client).isPresent();
            try (ControlClient open = client.get()) {
                assertThat(open.run(new Request("echo", Wire.object()), new Recorded())
                                .exit())
                        .isEqualTo(Refusal.FOUND);
            }
            assertThat(other).isNotNull();
        }
    }

    /** What a client was told. */
    private static final class Recorded implements Answer {
        final List<String> progress = new ArrayList<>();
        final List<byte[]> files = new ArrayList<>();
        private ByteArrayOutputStream open = new ByteArrayOutputStream();

        @Override
        public void progress(String line) {
            progress.add(line);
        }

        @Override
        public void beginFile(int number, int count) {
            assertThat(number).isEqualTo(files.size() + 1);
            open = new ByteArrayOutputStream();
        }

        @Override
        public void write(ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            open.writeBytes(copy);
        }

        @Override
        public void endFile() {
            files.add(open.toByteArray());
        }
    }
}
