// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.watchkeep.controlroom.control.Answer;

/** The answer of an act that has no files: its progress goes to standard error. Confined to the command's thread. */
record Notes(Shell shell) implements Answer {
    @Override
    public void progress(String line) {
        shell.note(line);
    }

    @Override
    public void beginFile(int number, int count) throws IOException {
        throw new IOException("a file came that was not asked for");
    }

    @Override
    public void write(ByteBuffer part) throws IOException {
        throw new IOException("a file came that was not asked for");
    }

    @Override
    public void endFile() throws IOException {
        throw new IOException("a file came that was not asked for");
    }

    /** "1 gap", "2 gaps". */
    static String counted(long count, String one) {
        return counted(count, one, one + "s");
    }

    static String counted(long count, String one, String many) {
        return count + " " + (count == 1 ? one : many);
    }

    /** A gap as one line for people. */
    static String gap(JsonNode gap) {
        String detail = gap.path("detail").asText();
        return gap.path("start").asText() + "  " + gap.path("end").asText("(open)") + "  GAP "
                + gap.path("cause").asText() + (detail.isEmpty() ? "" : ": " + detail);
    }
}
