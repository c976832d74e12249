// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.function.Supplier;
import org.watchkeep.recorder.rtsp.Manners;
import org.watchkeep.recorder.rtsp.MountAccess;

/**
 * How one simulated camera is odd, at the three places where a camera can be: who may enter, what it answers, what it sends.
 * One for each quirk and camera, so that it may remember across connections. Any thread; what it makes is confined to its
 * connection's event loop.
 */
interface Oddity {
    /** Its manners towards a new connection. */
    default Manners manners() {
        return Manners.PLAIN;
    }

    /** What becomes of a new viewer's packets. */
    default PacketShaper packets() {
        return PacketShaper.PLAIN;
    }

    /** Who may enter, given what was asked for. */
    default MountAccess access(MountAccess asked) {
        return asked;
    }

    /** The same manners towards everybody: for those that remember nothing. */
    static Oddity of(Manners manners) {
        return mannersOf(() -> manners);
    }

    /** New manners for each connection. */
    static Oddity mannersOf(Supplier<Manners> forConnection) {
        return new Oddity() {
            @Override
            public Manners manners() {
                return forConnection.get();
            }
        };
    }

    /** A new shaper for each viewer. */
    static Oddity packetsOf(Supplier<PacketShaper> forViewer) {
        return new Oddity() {
            @Override
            public PacketShaper packets() {
                return forViewer.get();
            }
        };
    }

    /** Both. */
    static Oddity of(Manners manners, Supplier<PacketShaper> forViewer) {
        return new Oddity() {
            @Override
            public Manners manners() {
                return manners;
            }

            @Override
            public PacketShaper packets() {
                return forViewer.get();
            }
        };
    }
}
