// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The other end of a {@link ChildProcess}: a line comes in, a line of JSON goes out, until the input ends. */
public final class Questions {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;

    public Questions(PrintStream out) {
        this.out = out;
    }

    /** Answers one question. */
    @FunctionalInterface
    public interface Answerer {
        JsonNode answer(String question) throws IOException;
    }

    public void say(JsonNode line) {
        try {
            out.println(JSON.writeValueAsString(line));
            out.flush();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of nodes always has a text", e);
        }
    }

    /** Returns when the asking process has closed its end, or has ended. */
    public void answerAll(Answerer answerer) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            say(answerer.answer(line));
        }
    }
}
