// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What an act has to say before it is done: progress, and files for the one who asked. Confined to the act's thread. */
public interface Answer {
    /** One line for a person who waits. */
    void progress(String line) throws IOException;

    /**
     * A file begins; the one before has ended.
     *
     * @param number from 1
     * @param count how many there will be
     */
    void beginFile(int number, int count) throws IOException, Refusal;

    /**
     * The next part of the file, whole: first a run's init segment, then its fragments in order.
     *
     * @param part between position and limit; taken before the call returns
     */
    void write(ByteBuffer part) throws IOException;

    /** The file is whole. One that never ends is thrown away by the receiver. */
    void endFile() throws IOException, Refusal;
}
