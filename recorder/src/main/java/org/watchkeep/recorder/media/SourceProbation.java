// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * Packets of another source wait here until it is known whether that takes over or has only strayed in. What waits is copied:
 * a camera that restarts its stream under another SSRC begins with the key picture that is wanted.
 *
 * <p>Buffers are made when the first packet waits, used again and of the heap. Confined to its event loop.
 */
final class SourceProbation {
    /** So many in a row, none of the old source between: a stray comes alone, or in the gaps of what is recorded. */
    static final int PACKETS = 4;

    /** A source that has been silent for so long makes room at once. */
    static final long SILENT_NANOS = MediaTime.NANOS_PER_SECOND;

    private final Set<Tolerance> tolerances;
    private final @Nullable Waiting[] waiting = new Waiting[PACKETS - 1];
    private int count;
    private int ssrc;
    private long strays;

    /** One packet, and when it came. */
    static final class Waiting {
        private final ByteBuf bytes = Unpooled.buffer();
        private long monoNanos;
        private long utcMicros;

        ByteBuf bytes() {
            return bytes;
        }

        long monoNanos() {
            return monoNanos;
        }

        long utcMicros() {
            return utcMicros;
        }
    }

    SourceProbation(Set<Tolerance> tolerances) {
        this.tolerances = tolerances;
    }

    /** Packets that turned out to be nobody's. */
    long strays() {
        return strays;
    }

    /** The source recorded goes on, or the track ends: what waits has strayed in. */
    void dismiss() {
        if (count > 0) {
            strays += count;
            count = 0;
            tolerances.add(Tolerance.STRAY_SOURCE);
        }
    }

    /** Whether a packet of another source is the one that decides: then those that wait come before it. */
    boolean isDecidedBy(int source, boolean isRoom) {
        if (count > 0 && source != ssrc) {
            dismiss();
        }
        return isRoom || count == PACKETS - 1;
    }

    /** Keeps a packet that does not decide. */
    void add(int source, ByteBuf packet, long monoNanos, long utcMicros) {
        ssrc = source;
        Waiting next = waiting[count];
        if (next == null) {
            next = new Waiting();
            waiting[count] = next;
        }
        next.bytes.clear().writeBytes(packet, packet.readerIndex(), packet.readableBytes());
        next.monoNanos = monoNanos;
        next.utcMicros = utcMicros;
        count++;
    }

    /** One more stray, which there is no waiting for. */
    void refuse() {
        dismiss();
        strays++;
        tolerances.add(Tolerance.STRAY_SOURCE);
    }

    int count() {
        return count;
    }

    Waiting waiting(int index) {
        return Objects.requireNonNull(waiting[index]);
    }

    /** All that waited has been taken. */
    void clear() {
        count = 0;
    }
}
