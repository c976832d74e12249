// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.floor;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.watchkeep.bench.ChildProcess;

/** Runs the floor program and tells what a GB cost it. */
public final class Floor {
    /** JIT compilers are done by then: the crypto is warm after about 3 s of processor time. */
    private static final long WARM_UP_BYTES = 4_000_000_000L;

    private static final long MEASURED_BYTES = 4_000_000_000L;
    private static final int SEND_BYTES = 64 << 10;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private Floor() {}

    /** Processor seconds per 10^9 bytes. */
    public static double cpuSecondsPerGb(Path folder) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            List<String> arguments = List.of(
                    "floor",
                    "--port",
                    Integer.toString(port),
                    "--file",
                    folder.resolve("floor.bin").toString(),
                    "--warm-up",
                    Long.toString(WARM_UP_BYTES));
            try (ChildProcess floor = ChildProcess.ofBench(List.of("-Xmx256m"), arguments)) {
                try (SocketChannel to = server.accept()) {
                    send(to);
                }
                JsonNode warm = floor.read(PATIENCE);
                JsonNode end = floor.read(PATIENCE);
                double seconds = end.get("cpuSeconds").asDouble()
                        - warm.get("cpuSeconds").asDouble();
                return seconds / ((end.get("bytes").asLong() - warm.get("bytes").asLong()) / 1e9);
            }
        }
    }

    private static void send(SocketChannel to) throws IOException {
        byte[] noise = new byte[SEND_BYTES];
        new SplittableRandom(1).nextBytes(noise);
        ByteBuffer buffer = ByteBuffer.allocateDirect(SEND_BYTES).put(noise).flip();
        for (long sent = 0; sent < WARM_UP_BYTES + MEASURED_BYTES; ) {
            buffer.rewind();
            while (buffer.hasRemaining()) {
                sent += to.write(buffer);
            }
        }
    }
}
