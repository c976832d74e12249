// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.watchkeep.bench.Questions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bench fleet}: the cameras, in a process of their own. Answers {@code start PLAN}, {@code figures},
 * {@code cameras} (what each has sent), {@code break SECONDS} and {@code end}, on its standard input or, with {@code --listen}, to one bench after another over TCP.
 */
@Command(name = "fleet", description = "Serves the cameras of a bench, here or for a bench on another machine.")
public final class FleetCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Where a bench on another machine asks for its cameras. */
    public static final int CONTROL_PORT = 9750;

    private final PrintStream out;
    private final PrintStream err;
    private final LongSupplier monoNanos;
    private final Clock clock;
    private @Nullable Fleet fleet;

    @Option(
            names = "--listen",
            arity = "0..1",
            fallbackValue = "0.0.0.0",
            paramLabel = "ADDRESS",
            description = "Wait for benches on other machines, on this address (all). Nobody is asked for a password.")
    @Nullable
    private String listen;

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    boolean help;

    public FleetCommand(PrintStream out, PrintStream err, LongSupplier monoNanos, Clock clock) {
        this.out = out;
        this.err = err;
        this.monoNanos = monoNanos;
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException {
        if (listen == null) {
            try {
                new Questions(out).answerAll(question -> answer(question, InetAddress.getLoopbackAddress()));
            } finally {
                closeFleet();
            }
            return 0;
        }
        InetAddress address = InetAddress.getByName(listen);
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress(address, CONTROL_PORT));
            err.println("waiting for benches on " + address.getHostAddress() + ":" + CONTROL_PORT);
            while (true) {
                try (Socket bench = server.accept()) {
                    serve(bench, address);
                } catch (IOException e) {
                    err.println("a bench went away: " + e.getMessage());
                } finally {
                    closeFleet();
                }
            }
        }
    }

    private void serve(Socket bench, InetAddress address) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(bench.getInputStream(), StandardCharsets.UTF_8));
        BufferedWriter answers =
                new BufferedWriter(new OutputStreamWriter(bench.getOutputStream(), StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            answers.write(JSON.writeValueAsString(answer(line, address)));
            answers.newLine();
            answers.flush();
        }
    }

    private JsonNode answer(String question, InetAddress address) throws IOException {
        String[] words = question.split(" ", 2);
        if (words[0].equals("start") && words.length == 2) {
            return start(words[1], address);
        }
        Fleet running = fleet;
        if (running == null) {
            throw new IOException("asked for '" + question + "' before the fleet was started");
        }
        switch (words[0]) {
            case "end" -> running.endStreams();
            case "break" -> breakFor(running, Integer.parseInt(words[1]));
            case "cameras" -> {
                return JSON.createObjectNode().set("cameras", JSON.valueToTree(running.sentByCamera()));
            }
            default -> {}
        }
        return figures(running.figures());
    }

    private JsonNode start(String plan, InetAddress address) throws IOException {
        closeFleet();
        FleetPlan read;
        try {
            read = FleetPlan.fromJson(JSON.readTree(plan));
        } catch (IllegalArgumentException e) {
            throw new IOException("a plan that is none: " + e.getMessage(), e);
        }
        Fleet started = new Fleet(new InetSocketAddress(address, 0), read, monoNanos, clock);
        fleet = started;
        ObjectNode answer = JSON.createObjectNode();
        started.ports().forEach(answer.putArray("ports")::add);
        started.certificateSha256().ifPresent(pin -> answer.put("certificateSha256", pin));
        return answer;
    }

    private static void breakFor(Fleet running, int seconds) throws IOException {
        try {
            running.breakFor(seconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the fleet was away", e);
        }
    }

    private static ObjectNode figures(FleetFigures figures) {
        ObjectNode node = JSON.valueToTree(figures);
        double cpu = ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .map(java.time.Duration::toNanos)
                        .orElse(0L)
                / 1e9;
        return node.put("cpuSeconds", cpu);
    }

    private void closeFleet() {
        if (fleet != null) {
            fleet.close();
            fleet = null;
        }
    }
}
