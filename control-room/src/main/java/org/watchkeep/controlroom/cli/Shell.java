// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.time.Clock;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What a command has around it: where it prints, its clock, and the signal to stop. With {@code --json} standard output
 * gets exactly one document, everything else goes to standard error.
 *
 * @param nanoTime monotonic, for lengths of time
 * @param screen size of the terminal standard output is; empty where it is a file or pipe
 */
record Shell(
        PrintStream out,
        PrintStream err,
        Clock clock,
        LongSupplier nanoTime,
        StopSignal stop,
        Optional<Screen> screen) {
    private static final ObjectMapper JSON = new ObjectMapper();

    record Screen(int rows, int columns) {}

    void printJson(JsonNode document) {
        try {
            out.println(JSON.writeValueAsString(document));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of nodes always has a text", e);
        }
        out.flush();
    }

    void say(String line) {
        out.println(line);
        out.flush();
    }

    /** Progress and warnings: standard error, so that standard output stays what was asked for. */
    void note(String line) {
        err.println(line);
        err.flush();
    }
}
