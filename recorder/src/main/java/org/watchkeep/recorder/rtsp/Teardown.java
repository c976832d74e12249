// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.function.Consumer;

/**
 * Asks a camera to end a session, and waits for its answer, but not for long: what we want of it is done either way. Used
 * once. Confined to the session's event loop.
 */
final class Teardown {
    /** A camera that answers at all answers TEARDOWN at once; stopping must not wait for one that does not. */
    static final long TIMEOUT_NANOS = 1_000_000_000L;

    /** Over UDP a TEARDOWN that is lost leaves the stream flowing: it is sent once more. */
    static final int SENDINGS_OVER_UDP = 2;

    private final ClientConnection connection;
    private final Timers timers;
    private final RtspRequest request;
    private final Consumer<Boolean> onDone;
    private Timers.Timer timer = Timers.Timer.NONE;

    /** @param onDone called once, unless cancelled: whether the camera answered */
    Teardown(ClientConnection connection, Timers timers, RtspRequest request, Consumer<Boolean> onDone) {
        this.connection = connection;
        this.timers = timers;
        this.request = request;
        this.onDone = onDone;
    }

    void send(int sendings) {
        connection.send(request, TIMEOUT_NANOS, reply -> {
            if (reply.isPresent()) {
                cancel();
                onDone.accept(true);
            }
        });
        // Its own timer: on a connection that is gone nothing is sent, and nobody says so.
        timer = timers.after(TIMEOUT_NANOS, () -> {
            if (sendings > 1) {
                send(sendings - 1);
            } else {
                onDone.accept(false);
            }
        });
    }

    void cancel() {
        timer.cancel();
    }
}
