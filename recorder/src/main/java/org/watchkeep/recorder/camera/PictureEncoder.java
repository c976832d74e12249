// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.Closeable;
import java.io.IOException;

/** Codes drawn pictures: one in, one out. Confined to one thread at a time; native memory is freed by {@link #close}. */
interface PictureEncoder extends Closeable {
    /** What the session description says of the stream. */
    ParameterSets parameterSets();

    /** Codes one picture. {@code key} asks for a key picture out of turn. */
    Picture encode(Planes planes, boolean key) throws IOException;

    @Override
    void close();
}
