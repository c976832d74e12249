// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

/**
 * How a mount of the {@link RtspServer} bears itself towards one client: plainly, unless it is a simulated camera that is to
 * be as odd as some real one. Each request passes through {@link #answer} on its way to the server, each answer on its way
 * back; either may be changed, and an answer may be given without asking the server. One for each connection, confined to
 * its event loop.
 */
@FunctionalInterface
public interface Manners {
    /** As the standards have it. */
    Manners PLAIN = (request, server) -> server.answer(request);

    /** @param server answers as the standards have it; ask it once or not at all */
    Reply answer(RtspRequest request, Server server);

    /** What stands behind: the server itself, or further manners. */
    @FunctionalInterface
    interface Server {
        Reply answer(RtspRequest request);
    }

    /**
     * What goes out for one request. Immutable.
     *
     * @param bytes one character a byte (ISO 8859-1), so that it may hold anything; empty for silence
     * @param delayMillis written so much later; media do not wait for it
     * @param closes whether the connection is closed behind it
     */
    record Reply(String bytes, int delayMillis, boolean closes) {
        public Reply {
            if (delayMillis < 0) {
                throw new IllegalArgumentException("delayMillis: " + delayMillis + " (expected: >= 0)");
            }
        }

        /** At once, and the connection stays. */
        public static Reply of(String bytes) {
            return new Reply(bytes, 0, false);
        }

        public Reply withBytes(String other) {
            return new Reply(other, delayMillis, closes);
        }
    }
}
