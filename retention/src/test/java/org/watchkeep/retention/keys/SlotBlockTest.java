// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.disk.Disk;

class SlotBlockTest {
    private static final String MASTER = "0123456789abcdef";

    @Provide
    Arbitrary<Slot> slots() {
        Arbitrary<Integer> numbers = Arbitraries.integers().between(0, HomeHeader.MAX_SLOTS - 1);
        Arbitrary<Slot.Opening> openings = Combinators.combine(
                        Arbitraries.longs().between(1, Long.MAX_VALUE),
                        Arbitraries.strings()
                                .withCharRange('a', 'z')
                                .ofMinLength(1)
                                .ofMaxLength(40),
                        Arbitraries.longs(),
                        Arbitraries.longs())
                .as(Slot.Opening::new);
        Arbitrary<byte[]> roots = Arbitraries.bytes().array(byte[].class).ofSize(WrappedRoot.BYTES);
        return Arbitraries.oneOf(
                numbers.map(Slot.Empty::new),
                Combinators.combine(numbers, openings, roots)
                        .as((n, opening, root) -> new Slot.Live(n, opening, new WrappedRoot(MASTER, root))),
                Combinators.combine(numbers, openings, Arbitraries.longs()).as(Slot.Erased::new));
    }

    @Property
    void parse_whatWasEncoded_isTheSame(@ForAll("slots") Slot slot) throws Exception {
        ByteBuffer block = SlotBlock.encode(slot);

        assertThat(block.remaining()).isEqualTo(Disk.BLOCK);
        assertThat(SlotBlock.parse(block, slot.number())).isEqualTo(slot);
    }

    @Property
    void parse_oneBitFlipped_isDamaged(@ForAll("slots") Slot slot, @ForAll @IntRange(max = 8 * 4096 - 1) int bit) {
        ByteBuffer block = SlotBlock.encode(slot);
        block.put(bit / 8, (byte) (block.get(bit / 8) ^ 1 << bit % 8));

        assertThatThrownBy(() -> SlotBlock.parse(block, slot.number())).isInstanceOf(DamagedBlockException.class);
        assertThat(SlotBlock.claim(block).epoch()).isNotNegative();
    }

    @Property
    void parse_cutShort_isDamaged(@ForAll("slots") Slot slot, @ForAll @IntRange(max = 4095) int length) {
        ByteBuffer block = SlotBlock.encode(slot).limit(length);

        assertThatThrownBy(() -> SlotBlock.parse(block, slot.number())).isInstanceOf(DamagedBlockException.class);
        assertThat(SlotBlock.claim(block).epoch()).isNotNegative();
    }

    @Property
    void parse_anotherSlotsBlock_isDamaged(@ForAll("slots") Slot slot) {
        assertThatThrownBy(() -> SlotBlock.parse(SlotBlock.encode(slot), slot.number() + 1))
                .isInstanceOf(DamagedBlockException.class)
                .hasMessageStartingWith("slot number: " + slot.number());
    }

    @Property
    void parse_randomBytes_areDamaged(@ForAll long seed, @ForAll boolean withGoodSum) {
        byte[] bytes = new byte[Disk.BLOCK];
        new Random(seed).nextBytes(bytes);
        ByteBuffer block = ByteBuffer.wrap(bytes);
        if (withGoodSum) {
            BlockSum.seal(block);
        }
        assertThatThrownBy(() -> SlotBlock.parse(block, 0)).isInstanceOf(DamagedBlockException.class);
        assertThatThrownBy(() -> HomeHeader.parse(block)).isInstanceOf(DamagedBlockException.class);
        assertThat(SlotBlock.claim(block).epoch()).isNotNegative();
    }

    /** Wrong bytes under a right sum: only a slot that says the same again, or damage, never another exception. */
    @Property
    void parse_bytesChangedAndSumMadeGood_isDamagedOrASlot(
            @ForAll("slots") Slot slot, @ForAll @IntRange(max = 155) int at, @ForAll byte value) throws Exception {
        ByteBuffer block = SlotBlock.encode(slot);
        block.put(at, value);
        BlockSum.seal(block);
        try {
            Slot read = SlotBlock.parse(block, slot.number());
            assertThat(SlotBlock.encode(read)).isEqualTo(block);
        } catch (DamagedBlockException e) {
            assertThat(e.getMessage()).contains("expected: as SlotBlock draws it");
        }
    }

    @Test
    void parse_twoSlotsMixedAtASector_isDamagedOrOneOfThem() throws Exception {
        Slot.Opening opening = new Slot.Opening(7, "standard", 1, 2);
        Slot live = new Slot.Live(3, opening, new WrappedRoot(MASTER, new byte[WrappedRoot.BYTES]));
        byte[] old = SlotBlock.encode(new Slot.Empty(3)).array();
        for (int sector = 0; sector <= Disk.BLOCK / 512; sector++) {
            byte[] mixed = SlotBlock.encode(live).array();
            System.arraycopy(old, 0, mixed, 0, sector * 512);
            assertThat(SlotBlock.parse(ByteBuffer.wrap(mixed), 3)).isIn(live, new Slot.Empty(3));
        }
    }

    @Test
    void encode_erased_holdsNothingOfTheRoot() {
        Slot.Live live = new RootCipher(TestMaster.random()).newRoot(3, new Slot.Opening(7, "standard", 1, 2));
        byte[] erased = SlotBlock.encode(live.erasedAt(9)).array();

        for (int i = 88; i < 508; i++) {
            assertThat(erased[i]).as("byte %s", i).isZero();
        }
    }

    @Test
    void encode_layout_isAsDrawn() {
        byte[] root = new byte[WrappedRoot.BYTES];
        Arrays.fill(root, (byte) 0xee);
        ByteBuffer block = SlotBlock.encode(new Slot.Live(
                0x01020304, new Slot.Opening(5, "cctv", 6, 7), new WrappedRoot("a0a1a2a3a4a5a6a7", root)));

        byte[] head = new byte[156];
        block.get(head);

        assertThat(HexFormat.of().formatHex(head))
                .isEqualTo("574b534c4f54" + "0001" + "01" + "04" + "0000" + "01020304"
                        + "0000000000000005" + "0000000000000006" + "0000000000000007" + "0000000000000000"
                        + "63637476" + "00".repeat(36)
                        + "a0a1a2a3a4a5a6a7" + "ee".repeat(60));
    }

    @Provide
    Arbitrary<HomeHeader> headers() {
        return Combinators.combine(
                        Arbitraries.longs().between(1, Long.MAX_VALUE),
                        Arbitraries.integers().between(1, HomeHeader.MAX_SLOTS),
                        Arbitraries.longs().between(0, Long.MAX_VALUE),
                        Arbitraries.of(true, false))
                .as((update, slots, highest, alone) -> new HomeHeader(
                        update,
                        new UUID(update, 1),
                        new UUID(2, highest),
                        slots,
                        highest,
                        alone ? highest / 2 : HomeHeader.NOT_ALONE));
    }

    @Property
    void headerParse_whatWasEncoded_isTheSame(@ForAll("headers") HomeHeader header) throws Exception {
        assertThat(HomeHeader.parse(header.encode())).isEqualTo(header);
    }

    @Property
    void headerParse_oneBitFlippedOrCut_isDamaged(
            @ForAll("headers") HomeHeader header,
            @ForAll @IntRange(max = 8 * 4096 - 1) int bit,
            @ForAll @IntRange(max = 4095) int length) {
        ByteBuffer block = header.encode();
        block.put(bit / 8, (byte) (block.get(bit / 8) ^ 1 << bit % 8));
        assertThatThrownBy(() -> HomeHeader.parse(block)).isInstanceOf(DamagedBlockException.class);
        assertThatThrownBy(() -> HomeHeader.parse(header.encode().limit(length)))
                .isInstanceOf(DamagedBlockException.class);
    }

    @Property
    void headerParse_bytesChangedAndSumMadeGood_isDamagedOrAHeader(
            @ForAll("headers") HomeHeader header, @ForAll @IntRange(max = 507) int at, @ForAll byte value)
            throws Exception {
        ByteBuffer block = header.encode();
        block.put(at, value);
        BlockSum.seal(block);
        try {
            assertThat(HomeHeader.parse(block).encode()).isEqualTo(block);
        } catch (DamagedBlockException e) {
            assertThat(e.getMessage()).contains("expected:");
        }
    }
}
