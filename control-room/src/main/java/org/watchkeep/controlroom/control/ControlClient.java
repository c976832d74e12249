// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The command's side of {@code DATA/control.sock}: one connection, one act. Confined to the command's thread. */
public final class ControlClient implements Closeable {
    private final SocketChannel channel;
    private final Wire wire;

    private ControlClient(SocketChannel channel) {
        this.channel = channel;
        this.wire = new Wire(channel);
    }

    /** A connection to the folder's owner; empty when nobody listens there. */
    public static Optional<ControlClient> connect(Path dataFolder) throws IOException {
        if (!Files.exists(dataFolder.resolve(ControlAddress.NAME))) {
            return Optional.empty();
        }
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try (ControlAddress address = ControlAddress.of(dataFolder)) {
            channel.connect(address.address());
            return Optional.of(new ControlClient(channel));
        } catch (IOException e) {
            // Left over from an owner that was killed: nobody listens.
            channel.close();
            return Optional.empty();
        }
    }

    /** Asks for one act and passes on what it says. */
    public Acts.Result run(Acts.Request request, Answer answer) throws Refusal, IOException {
        ObjectNode line = Wire.object().put("schema", Wire.SCHEMA).put("act", request.act());
        wire.send(line.set("options", request.options()));
        try {
            while (true) {
                ObjectNode next = wire.receive(Wire.MAX_ANSWER_BYTES);
                if (next.has("result") || next.has("error")) {
                    return end(next);
                }
                passOn(next, answer);
            }
        } catch (EOFException e) {
            throw Refusal.environment(
                    "owner-gone",
                    "the recorder ended before it had answered",
                    "See its log, then run the command again.");
        }
    }

    private void passOn(ObjectNode line, Answer answer) throws Refusal, IOException {
        if (line.has("progress")) {
            answer.progress(line.path("progress").asText());
        } else if (line.has("file")) {
            JsonNode file = line.path("file");
            answer.beginFile(file.path("number").asInt(), file.path("count").asInt());
        } else if (line.has("data")) {
            answer.write(wire.receiveData(line.path("data").asInt(-1)));
        } else if (line.has("fileEnd")) {
            answer.endFile();
        } else {
            throw new Wire.WireException("a line this version does not know");
        }
    }

    private static Acts.Result end(ObjectNode line) throws Refusal, IOException {
        int exit = line.path("exit").asInt(Refusal.ENVIRONMENT);
        if (line.path("error") instanceof ObjectNode error) {
            throw new Refusal(
                    exit,
                    error.path("code").asText(),
                    error.path("message").asText(),
                    error.path("next").asText());
        }
        if (line.path("result") instanceof ObjectNode document) {
            return new Acts.Result(document, exit);
        }
        throw new Wire.WireException("a result that is no object");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
