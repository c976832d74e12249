// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.watchkeep.controlroom.control.Wire.WireException;

/** Whatever comes over the socket is a JSON object, a {@link WireException} or the end. */
class WireFuzzTest {
    private static final byte[] GOOD =
            ("{\"schema\":\"watchkeep/control/1\",\"act\":\"store-ls\",\"options\":{\"camera\":\"a\"}}\n"
                            + "{\"data\":3}\nabc{\"fileEnd\":true}\n{\"result\":{},\"exit\":0}\n")
                    .getBytes(StandardCharsets.UTF_8);
    private static final int MAX_LINE = 200;

    private static void readAll(byte[] bytes, int step) {
        Wire wire = new Wire(new Bytes(bytes, step));
        try {
            while (true) {
                int data = wire.receive(MAX_LINE).path("data").asInt(-1);
                if (data >= 0) {
                    assertThat(wire.receiveData(data).remaining()).isEqualTo(data);
                }
            }
        } catch (EOFException | WireException e) {
            assertThat(e).hasMessageMatching("(?s).{1,1000}");
        } catch (IOException e) {
            throw new AssertionError("another exception", e);
        }
    }

    @Property
    void receive_flippedCutOrDoubled_isObjectOrTypedError(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 64) int step) {
        Random random = new Random(seed);
        byte[] bytes = new byte[random.nextInt(2 * GOOD.length)];
        int shift = random.nextInt(GOOD.length);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = GOOD[(i + shift) % GOOD.length];
        }
        for (int flips = random.nextInt(5); flips > 0 && bytes.length > 0; flips--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        readAll(bytes, step);
    }

    @Property
    void receive_nonsense_isTypedError(@ForAll byte[] bytes, @ForAll @IntRange(min = 1, max = 64) int step) {
        readAll(bytes, step);
    }

    /** Bytes that come a few at a time. */
    private static final class Bytes implements ByteChannel {
        private final ByteBuffer bytes;
        private final int step;

        Bytes(byte[] bytes, int step) {
            this.bytes = ByteBuffer.wrap(bytes);
            this.step = step;
        }

        @Override
        public int read(ByteBuffer target) {
            if (!bytes.hasRemaining()) {
                return -1;
            }
            int count = Math.min(step, bytes.remaining());
            target.put(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
            return count;
        }

        @Override
        public int write(ByteBuffer source) {
            throw new AssertionError("not written to");
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
