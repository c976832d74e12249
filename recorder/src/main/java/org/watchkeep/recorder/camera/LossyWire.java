// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import io.netty.buffer.ByteBuf;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A network that loses packets, swaps them and brings them twice, chosen by seeds: what stands between a simulated camera
 * and one of its clients. Confined to the connection's event loop.
 */
public final class LossyWire {
    /** A swapped packet comes behind at most so many of those after it. */
    static final int MAX_DISPLACEMENT = 8;

    /** One way of spoiling, and how often. */
    private record Chance(double probability, SplittableRandom random) {
        static final Chance NEVER = new Chance(0, new SplittableRandom(0));

        boolean hits() {
            return probability > 0 && random.nextDouble() < probability;
        }
    }

    private final Consumer<ByteBuf> out;
    private Chance lose = Chance.NEVER;
    private Chance reorder = Chance.NEVER;
    private Chance duplicate = Chance.NEVER;
    private WireTally tally = new WireTally();
    private @Nullable ByteBuf delayed;
    private int behind;
    private boolean isOvertaken;

    /** @param out takes ownership of what comes through */
    public LossyWire(Consumer<ByteBuf> out) {
        this.out = out;
    }

    /** From now on; other faults than those of a wire are passed over. */
    public void spoil(Fault fault, WireTally counts) {
        tally = counts;
        if (fault instanceof Fault.Lose how) {
            lose = new Chance(how.probability(), new SplittableRandom(how.seed()));
        } else if (fault instanceof Fault.Reorder how) {
            reorder = new Chance(how.probability(), new SplittableRandom(how.seed()));
        } else if (fault instanceof Fault.Duplicate how) {
            duplicate = new Chance(how.probability(), new SplittableRandom(how.seed()));
        }
    }

    /** Takes ownership. */
    public void send(ByteBuf packet) {
        if (lose.hits()) {
            tally.lost.increment();
            packet.release();
        } else if (delayed == null && reorder.hits()) {
            delayed = packet;
            isOvertaken = false;
            behind = 1 + reorder.random().nextInt(MAX_DISPLACEMENT);
            return;
        } else {
            boolean isTwice = duplicate.hits();
            ByteBuf again = isTwice ? packet.copy() : null;
            out.accept(packet);
            isOvertaken = true;
            if (again != null) {
                tally.duplicated.increment();
                out.accept(again);
            }
        }
        if (delayed != null && --behind <= 0) {
            flush();
        }
    }

    /** Sends what was held back: networks swap what leaves together, not what leaves with the next picture. */
    public void flush() {
        ByteBuf last = delayed;
        if (last != null) {
            delayed = null;
            if (isOvertaken) {
                tally.reordered.increment();
            }
            out.accept(last);
        }
    }
}
