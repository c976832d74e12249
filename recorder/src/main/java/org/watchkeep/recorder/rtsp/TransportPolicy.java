// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

/**
 * Which transport one session asks for: what is configured, or, where the choice is ours, interleaved, unless the device is
 * known to refuse that or its family to prefer UDP. Confined to the session's event loop.
 */
final class TransportPolicy {
    private final TransportChoice choice;
    private final SessionMemory memory;
    private final CameraHabits habits;
    private boolean isTls;
    private boolean asksUdp;
    private boolean hasSwitched;

    TransportPolicy(TransportChoice choice, SessionMemory memory, CameraHabits habits) {
        this.choice = choice;
        this.memory = memory;
        this.habits = habits;
    }

    /** A connection is about to be made. Inside TLS media are interleaved, whatever is configured. */
    void onDial(RtspUrl to) {
        isTls = to.isTls();
        asksUdp = !isTls
                && switch (choice) {
                    case TCP -> false;
                    case UDP -> true;
                    case AUTO -> memory.isUdpPreferred(habits.isUdpPreferred());
                };
    }

    boolean asksUdp() {
        return asksUdp;
    }

    /** What a track is said to come by. */
    String label(boolean udp) {
        return (udp ? MediaTransport.UDP : isTls ? MediaTransport.RTSPS : MediaTransport.TCP).label();
    }

    /**
     * The camera will not send by the transport we asked for. Once a session: one that refuses both is refusing us.
     *
     * @return whether to dial again, and ask for the other
     */
    boolean onRefused() {
        if (choice != TransportChoice.AUTO || isTls || hasSwitched) {
            return false;
        }
        hasSwitched = true;
        memory.preferUdp(!asksUdp);
        return true;
    }

    /**
     * UDP was granted and nothing has come.
     *
     * @return whether the next session is to ask for the other; a configured transport is left to the media watchdog
     */
    boolean onSilence() {
        memory.preferUdp(false);
        return choice == TransportChoice.AUTO;
    }
}
