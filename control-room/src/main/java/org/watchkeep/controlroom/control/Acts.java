// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** What the owner of a data folder does when asked. Any thread, several at once. */
public interface Acts {
    /**
     * One act, asked for.
     *
     * @param act {@code store-ls}
     * @param options as the act knows them; unknown ones are refused by it
     */
    record Request(String act, ObjectNode options) {}

    /**
     * One act, done.
     *
     * @param document what {@code --json} prints
     * @param exit the command's exit code
     */
    record Result(ObjectNode document, int exit) {}

    /** @param actor the OS user who asks */
    Result run(Request request, String actor, Answer answer) throws Refusal, IOException;
}
