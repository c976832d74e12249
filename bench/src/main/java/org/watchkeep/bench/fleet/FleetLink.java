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
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.watchkeep.bench.ChildProcess;

/** A bench's hold on its cameras, on this machine or another. Confined to one thread. */
public final class FleetLink implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<String> JVM_FLAGS = List.of("-Xmx512m", "-XX:MaxDirectMemorySize=2g");

    /** Asks one question. */
    private interface Line extends AutoCloseable {
        JsonNode ask(String question) throws IOException;

        @Override
        void close() throws IOException;
    }

    private final Line line;
    private final String host;

    private FleetLink(Line line, String host) {
        this.line = line;
        this.host = host;
    }

    /** A fleet on another machine where one is named, else a process of its own here. */
    public static FleetLink open(Optional<String> otherHost) throws IOException {
        if (otherHost.isPresent()) {
            return new FleetLink(overTcp(otherHost.get()), otherHost.get());
        }
        ChildProcess child = ChildProcess.ofBench(JVM_FLAGS, List.of("fleet"));
        return new FleetLink(
                new Line() {
                    @Override
                    public JsonNode ask(String question) throws IOException {
                        return child.ask(question, PATIENCE);
                    }

                    @Override
                    public void close() throws IOException {
                        child.close();
                    }
                },
                "127.0.0.1");
    }

    private static Line overTcp(String host) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(host, FleetCommand.CONTROL_PORT), (int) PATIENCE.toMillis());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        BufferedWriter out =
                new BufferedWriter(new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8));
        return new Line() {
            @Override
            public JsonNode ask(String question) throws IOException {
                out.write(question);
                out.newLine();
                out.flush();
                String answer = in.readLine();
                if (answer == null) {
                    throw new IOException("the fleet on " + host + " went away");
                }
                return JSON.readTree(answer);
            }

            @Override
            public void close() throws IOException {
                socket.close();
            }
        };
    }

    /** Starts the cameras. */
    public List<FleetCamera> start(FleetPlan plan) throws IOException {
        JsonNode started = line.ask("start " + plan.toJson());
        JsonNode ports = started.path("ports");
        if (ports.isEmpty()) {
            throw new IOException("the fleet on " + host + " is of another version: " + started);
        }
        Optional<String> pin =
                Optional.ofNullable(started.path("certificateSha256").asText(null));
        List<FleetCamera> cameras = new ArrayList<>();
        for (CameraGroup group : plan.groupOfEach()) {
            String end = host + ":" + ports.get(cameras.size() % ports.size()).asInt();
            cameras.add(FleetCamera.of(cameras.size() + 1, end, group, pin));
        }
        return cameras;
    }

    /** What has been sent so far, and what it has cost. */
    public record Reading(FleetFigures sent, double cpuSeconds) {}

    public Reading read() throws IOException {
        return reading(line.ask("figures"));
    }

    /** Ends all streams. */
    public Reading end() throws IOException {
        return reading(line.ask("end"));
    }

    /** All connections break, and the cameras are away for a time; returns when they are back. */
    public Reading breakFor(int seconds) throws IOException {
        return reading(line.ask("break " + seconds));
    }

    /** What each camera's main stream has sent. */
    public List<SentByCamera> sentByCamera() throws IOException {
        List<SentByCamera> sent = new ArrayList<>();
        for (JsonNode one : line.ask("cameras").path("cameras")) {
            sent.add(JSON.treeToValue(one, SentByCamera.class));
        }
        return sent;
    }

    private static Reading reading(JsonNode node) throws IOException {
        ObjectNode figures = (ObjectNode) node;
        double cpuSeconds = figures.remove("cpuSeconds").asDouble();
        return new Reading(JSON.treeToValue(figures, FleetFigures.class), cpuSeconds);
    }

    @Override
    public void close() throws IOException {
        line.close();
    }
}
