// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.List;

/** Changes what one viewer is sent. Confined to its event loop. */
interface PacketShaper {
    PacketShaper PLAIN = new PacketShaper() {};

    /**
     * The packets of one picture, in order; may be changed in place, kept for later, or multiplied.
     *
     * @param packets at least one: of a picture that another shaper kept back nothing is heard
     */
    default List<OddPacket> onPicture(List<OddPacket> packets) {
        return packets;
    }

    /** How many numbers before those packets that it has let through were given to packets that it has not. */
    default int leftOut() {
        return 0;
    }

    /** One RTCP compound packet. */
    default List<byte[]> onReport(byte[] report) {
        return List.of(report);
    }

    /** The viewer has reported on what it receives. */
    default void onReceiverReport() {}
}
