// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** Things that were opened one after the other, closed in the opposite order, each whatever the others say. */
final class Closing implements Closeable {
    private final Deque<Closeable> opened = new ArrayDeque<>();

    <T extends Closeable> T add(T thing) {
        opened.push(thing);
        return thing;
    }

    /** Closes what was opened so far because of {@code why}, which is then thrown. */
    void closeAfter(Throwable why) {
        try {
            close();
        } catch (IOException | RuntimeException e) {
            why.addSuppressed(e);
        }
    }

    /** Throws what the first of them said; the others' words are suppressed in it. */
    @Override
    public void close() throws IOException {
        if (opened.isEmpty()) {
            return;
        }
        Closeable last = opened.pop();
        try (this) {
            last.close();
        }
    }
}
