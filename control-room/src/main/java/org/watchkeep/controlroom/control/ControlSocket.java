// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owner's side of {@code DATA/control.sock}: mode 0600, one act a connection, its actor the OS user the kernel names.
 * A client that sends nonsense, nothing, or does not read what it asked for loses its connection; the others and the
 * recording do not notice.
 *
 * <p>One thread accepts, one a connection runs the act, one looks after those that stall. The caller has made sure that
 * nobody else owns the folder: a socket file that is there is left over and replaced.
 */
public final class ControlSocket implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
    /** How often stalled connections are looked for: far below any patience, and no load. */
    private static final int WATCH_MILLIS = 100;
    /** How long close waits for acts under way before it cuts them. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    /**
     * @param connections at once: people and scripts of one machine, each holding at most a fragment and a line
     * @param request how long a client may take to say what it wants
     * @param stall how long a client may leave an answer unread
     */
    public record Limits(int connections, Duration request, Duration stall) {
        public static final Limits USUAL = new Limits(16, Duration.ofSeconds(10), Duration.ofSeconds(30));
    }

    private final Acts acts;
    private final Limits limits;
    private final LongSupplier nanoTime;
    private final ControlAddress address;
    private final Path socketFile;
    private final ServerSocketChannel server;
    private final String ownUser;
    private final Map<SocketChannel, Deadline> connections = new ConcurrentHashMap<>();
    private final ExecutorService actThreads = Executors.newCachedThreadPool(daemon("control-act"));
    private final ExecutorService watch = Executors.newSingleThreadExecutor(daemon("control-watch"));
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread acceptor;

    private ControlSocket(
            Path folder,
            Acts acts,
            Limits limits,
            LongSupplier nanoTime,
            ControlAddress address,
            ServerSocketChannel server) {
        this.acts = acts;
        this.limits = limits;
        this.nanoTime = nanoTime;
        this.address = address;
        this.socketFile = folder.resolve(ControlAddress.NAME);
        this.server = server;
        this.ownUser = System.getProperty("user.name", "");
        this.acceptor = daemon("control-accept").newThread(this::accept);
    }

    /** Opens the socket in a folder that the caller owns. */
    public static ControlSocket open(Path folder, Acts acts, Limits limits, LongSupplier nanoTime) throws IOException {
        Path file = folder.resolve(ControlAddress.NAME);
        Files.deleteIfExists(file);
        ControlAddress address = ControlAddress.of(folder);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(address.address());
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException | RuntimeException e) {
            server.close();
            address.close();
            throw e;
        }
        ControlSocket socket = new ControlSocket(folder, acts, limits, nanoTime, address, server);
        socket.acceptor.start();
        socket.watch.execute(socket::watch);
        return socket;
    }

    private static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                if (connections.size() >= limits.connections) {
                    actThreads.execute(() -> sendAway(channel));
                    continue;
                }
                Deadline deadline = new Deadline();
                deadline.begin(limits.request);
                connections.put(channel, deadline);
                actThreads.execute(() -> serve(channel, deadline));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.warn("control socket: cannot accept: {}", e.getMessage());
                if (pause()) {
                    return;
                }
            }
        }
    }

    /** Too many open files, say: that passes, and must not fill the log meanwhile. True when closing. */
    private boolean pause() {
        try {
            return closing.await(WATCH_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** One line, which the socket's own buffer takes: it cannot block. */
    private void sendAway(SocketChannel channel) {
        try (channel) {
            String message = "the recorder is answering " + limits.connections + " commands already";
            sendError(new Wire(channel), Refusal.environment("busy", message, "Try again."));
        } catch (IOException e) {
            LOG.debug("control socket: {}", e.getMessage());
        }
    }

    private void serve(SocketChannel channel, Deadline deadline) {
        try (channel) {
            Wire wire = new Wire(new Watched(channel, deadline));
            try {
                String actor = actor(channel);
                Acts.Request request = request(wire.receive(Wire.MAX_REQUEST_BYTES));
                deadline.onAsked();
                Acts.Result result = acts.run(request, actor, new SocketAnswer(wire));
                wire.send(Wire.object()
                        .<ObjectNode>set("result", result.document())
                        .put("exit", result.exit()));
            } catch (Refusal e) {
                sendError(wire, e);
            } catch (Wire.WireException e) {
                sendError(
                        wire,
                        Refusal.badInput(
                                "bad-request",
                                String.valueOf(e.getMessage()),
                                "Use the command line of this version."));
            }
        } catch (EOFException e) {
            LOG.debug("control socket: {}", e.getMessage());
        } catch (IOException e) {
            LOG.warn("control socket: connection ended: {}", e.toString());
        } catch (RuntimeException e) {
            LOG.error("control socket: an act failed", e);
        } finally {
            connections.remove(channel);
        }
    }

    private static void sendError(Wire wire, Refusal refusal) throws IOException {
        ObjectNode error = Wire.object()
                .put("code", refusal.code())
                .put("message", refusal.getMessage())
                .put("next", refusal.next());
        wire.send(Wire.object().<ObjectNode>set("error", error).put("exit", refusal.exit()));
    }

    /** Who the kernel says is at the other end; mode 0600 leaves our own user and root, asked again here. */
    private String actor(SocketChannel channel) throws IOException, Refusal {
        UnixDomainPrincipal peer;
        try {
            peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
        } catch (UnsupportedOperationException e) {
            throw Refusal.environment(
                    "no-peer", "this system does not tell who is at the other end of a socket", "Stop serve first.");
        }
        String user = peer.user().getName();
        if (!user.equals(ownUser) && !user.equals("root")) {
            throw Refusal.environment(
                    "not-owner", "the recorder runs as " + ownUser + ", not as " + user, "Run it as " + ownUser + ".");
        }
        return user;
    }

    private static Acts.Request request(ObjectNode line) throws Wire.WireException {
        if (!Wire.SCHEMA.equals(line.path("schema").textValue())) {
            throw new Wire.WireException("schema: " + line.path("schema") + " (expected: " + Wire.SCHEMA + ")");
        }
        String act = line.path("act").textValue();
        if (act == null || !(line.path("options") instanceof ObjectNode options)) {
            throw new Wire.WireException("a request without act and options");
        }
        return new Acts.Request(act, options);
    }

    private void watch() {
        try {
            while (!closing.await(WATCH_MILLIS, TimeUnit.MILLISECONDS)) {
                cutStalled();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void cutStalled() {
        connections.forEach((channel, deadline) -> {
            if (deadline.isPast()) {
                LOG.warn("control socket: a client neither asked nor read in time; its connection is closed");
                closeQuietly(channel);
            }
        });
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("control socket: close: {}", e.getMessage());
        }
    }

    /** No new acts; those under way get a few seconds to end. */
    @Override
    public void close() throws IOException {
        server.close();
        actThreads.shutdown();
        connections.forEach((channel, deadline) -> {
            if (!deadline.isAsked()) {
                closeQuietly(channel);
            }
        });
        try {
            if (!actThreads.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                connections.keySet().forEach(ControlSocket::closeQuietly);
                actThreads.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            }
            acceptor.join(CLOSE_PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connections.keySet().forEach(ControlSocket::closeQuietly);
        closing.countDown();
        watch.shutdown();
        Files.deleteIfExists(socketFile);
        address.close();
    }

    /** Until when the other side must have done something; no limit while an act computes. Any thread. */
    private final class Deadline {
        private volatile long untilNanos;
        private volatile boolean running;
        private volatile boolean asked;

        void begin(Duration patience) {
            untilNanos = nanoTime.getAsLong() + patience.toNanos();
            running = true;
        }

        void end() {
            running = false;
        }

        void onAsked() {
            asked = true;
            end();
        }

        boolean isAsked() {
            return asked;
        }

        boolean isPast() {
            return running && nanoTime.getAsLong() - untilNanos > 0;
        }
    }

    /** A channel whose writes are given only so long: a blocking write ends when the watch closes the channel. */
    private final class Watched implements ByteChannel {
        private final SocketChannel channel;
        private final Deadline deadline;

        Watched(SocketChannel channel, Deadline deadline) {
            this.channel = channel;
            this.deadline = deadline;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return channel.read(target);
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            deadline.begin(limits.stall);
            try {
                return channel.write(source);
            } finally {
                deadline.end();
            }
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** Sends what an act says. */
    private record SocketAnswer(Wire wire) implements Answer {
        @Override
        public void progress(String line) throws IOException {
            wire.send(Wire.object().put("progress", line));
        }

        @Override
        public void beginFile(int number, int count) throws IOException {
            ObjectNode file = Wire.object().put("number", number).put("count", count);
            wire.send(Wire.object().set("file", file));
        }

        @Override
        public void write(ByteBuffer part) throws IOException {
            wire.sendData(part);
        }

        @Override
        public void endFile() throws IOException {
            wire.send(Wire.object().put("fileEnd", true));
        }
    }
}
