// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
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

    /** Starts the cameras; they are at {@code rtsp://HOST:PORT/cam1} and so on. */
    public String start(int cameras, StreamPattern pattern, Arrival arrival) throws IOException {
        JsonNode started = line.ask(String.join(
                " ",
                "start",
                Integer.toString(cameras),
                Long.toString(pattern.bitsPerSecond()),
                Integer.toString(pattern.picturesPerSecond()),
                Integer.toString(pattern.groupPictures()),
                arrival.name().toLowerCase(Locale.ROOT)));
        return "rtsp://" + host + ":" + started.get("port").asInt();
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

    private static Reading reading(JsonNode node) {
        return new Reading(
                new FleetFigures(
                        node.get("playing").asInt(),
                        node.get("pictures").asLong(),
                        node.get("packets").asLong(),
                        node.get("bytes").asLong(),
                        node.get("overrunPictures").asLong(),
                        node.get("overrunPackets").asLong()),
                node.get("cpuSeconds").asDouble());
    }

    @Override
    public void close() throws IOException {
        line.close();
    }
}
