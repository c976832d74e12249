// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReorderBufferTest {
    private static final int SOURCE = 0x1234;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
    private final List<Integer> seen = new ArrayList<>();
    private final ReceptionStatistics reception = new ReceptionStatistics(90_000);
    private ReorderBuffer buffer = new ReorderBuffer(allocator, reception, p -> seen.add(p.getUnsignedShort(2)));
    private long now;

    @AfterEach
    void nothingLeft() {
        buffer.close();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private static ByteBuf packet(int source, int number, int bytes) {
        return packet(source, number, number * 3_600, bytes);
    }

    private static ByteBuf packet(int source, int number, int timestamp, int bytes) {
        ByteBuf packet = Unpooled.buffer(bytes);
        packet.writeByte(0x80)
                .writeByte(96)
                .writeShort(number)
                .writeInt(timestamp)
                .writeInt(source);
        return packet.writeZero(bytes - 12);
    }

    /** Of a camera that sends ten packets a picture: timestamps are those of the numbers, not more. */
    private boolean offerPicture(int number, int timestamp) {
        ByteBuf packet = packet(SOURCE, number & 0xffff, timestamp, 20);
        try {
            long before = reception.received();
            buffer.offer(packet, now);
            return reception.received() != before;
        } catch (IOException e) {
            throw new AssertionError(e);
        } finally {
            packet.release();
        }
    }

    private void offerPictures(int from, int to) {
        for (int number = from; number < to; number++) {
            offerPicture(number, number / 10 * 3_600);
        }
    }

    private void offer(int... numbers) {
        offerOf(SOURCE, numbers);
    }

    private void offerOf(int source, int... numbers) {
        for (int number : numbers) {
            ByteBuf packet = packet(source, number & 0xffff, 20);
            try {
                buffer.offer(packet, now);
            } catch (IOException e) {
                throw new AssertionError(e);
            } finally {
                packet.release();
            }
        }
    }

    /** Of other pictures than those that bore these numbers before. */
    private void offerAnew(int... numbers) {
        for (int number : numbers) {
            offerPicture(number, 0x7000_0000 + number * 3_600);
        }
    }

    private static int[] range(int from, int to) {
        return IntStream.range(from, to).toArray();
    }

    private static Integer[] numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(n -> n & 0xffff).toArray(Integer[]::new);
    }

    @Test
    void offer_inOrder_goesThroughAtOnce() {
        offer(65534, 65535, 0, 1);
        assertThat(seen).containsExactly(65534, 65535, 0, 1);
        assertThat(buffer.isWaiting()).isFalse();
    }

    @Test
    void offer_swapped_comesOutInOrder() {
        offer(10, 12, 11, 15, 14, 13, 16);
        assertThat(seen).containsExactly(10, 11, 12, 13, 14, 15, 16);
        assertThat(buffer.statistics().reordered()).isEqualTo(3);
    }

    /** Each that came after a higher number, and none that came in its turn while others were awaited. */
    @Test
    void offer_aGapIsFilledBackwards_countsEachThatCameAfterALaterOne() {
        offer(10, 15, 12, 13, 11, 14, 16, 18, 19, 17);
        assertThat(seen).containsExactly(numbers(10, 20));
        assertThat(buffer.statistics().reordered()).isEqualTo(5);
        offer(30, 25, 25);
        assertThat(buffer.statistics().reordered()).isEqualTo(6);
        assertThat(buffer.statistics().duplicates()).isOne();
    }

    /** Nothing was given up for it, and nothing is missing of what was recorded. */
    @Test
    void offer_firstTwoSwapped_theEarlierIsNoLatePacket() {
        offer(65_535, 65_534, 0, 2, 1, 65_533, 65_535);
        assertThat(seen).containsExactly(65_535, 0, 1, 2);
        assertThat(buffer.statistics()).isEqualTo(new ReorderBuffer.Statistics(1, 1, 0, 2, 0));
    }

    @Test
    void offer_again_isADuplicate() {
        offer(10, 10, 12, 12, 11, 11, 12);
        assertThat(seen).containsExactly(10, 11, 12);
        assertThat(buffer.statistics().duplicates()).isEqualTo(4);
    }

    @Test
    void onTime_missing_isGivenUpAfterItsTimeAndLateThen() throws IOException {
        offer(10, 12);
        now += ReorderBuffer.MAX_HOLD_NANOS / 2;
        offer(14);
        assertThat(buffer.deadlineNanos()).isEqualTo(ReorderBuffer.MAX_HOLD_NANOS);
        now = ReorderBuffer.MAX_HOLD_NANOS - 1;
        buffer.onTime(now);
        assertThat(seen).containsExactly(10);
        buffer.onTime(++now);
        assertThat(seen).containsExactly(10, 12);
        assertThat(buffer.deadlineNanos()).isEqualTo(ReorderBuffer.MAX_HOLD_NANOS * 3 / 2);
        offer(11, 13);
        assertThat(seen).containsExactly(10, 12, 13, 14);
        assertThat(buffer.statistics().late()).isOne();
    }

    @Test
    void offer_manyAheadOfAGap_waitsForNoMoreThanItsRoom() {
        offer(0);
        offer(IntStream.rangeClosed(2, ReorderBuffer.MAX_PACKETS).toArray());
        assertThat(seen).containsExactly(0);
        offer(ReorderBuffer.MAX_PACKETS + 1);
        assertThat(seen).hasSize(1 + ReorderBuffer.MAX_PACKETS).endsWith(ReorderBuffer.MAX_PACKETS + 1);
    }

    @Test
    void offer_longPacketsAheadOfAGap_holdsNoMoreThanItsBytes() throws IOException {
        offer(0);
        for (int number = 2; number < 40; number++) {
            ByteBuf packet = packet(SOURCE, number, 0xffff);
            buffer.offer(packet, 0);
            packet.release();
            assertThat(buffer.heldBytes()).isLessThanOrEqualTo(ReorderBuffer.MAX_BYTES);
        }
        assertThat(seen).hasSizeGreaterThan(10);
    }

    /** The gap is a thousand packets wide: nothing more can belong before what came behind it. */
    @Test
    void offer_wideGap_goesOnAtOnce() {
        offer(0, 2, 1_000, 1_001);
        assertThat(seen).containsExactly(0, 2, 1_000, 1_001);
        offer(1_000, 2);
        assertThat(buffer.statistics().duplicates()).isEqualTo(2);
        assertThat(seen).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({"5000, 40000", "40000, 5", "100, 20000"})
    void offer_numberedAnew_goesOnWithTheSecondPacket(int before, int after) {
        offer(before, before + 1, before + 3);
        offer(after);
        assertThat(seen).containsExactly(before, before + 1);
        offer(after + 1);
        assertThat(seen).containsExactly(before, before + 1, before + 3, after, after + 1);
        assertThat(buffer.statistics().restarts()).isOne();
    }

    /** As it happens in truth: the copies come among what the camera sends meanwhile. */
    @Test
    void offer_aStretchAgainAmongTheStream_isLeftOut() {
        offer(range(65_000, 65_536));
        for (int i = 0; i < 400; i++) {
            offer(65_100 + i, i);
        }
        assertThat(seen).containsExactly(numbers(65_000, 65_536 + 400));
        assertThat(buffer.statistics()).isEqualTo(new ReorderBuffer.Statistics(0, 400, 0, 0, 0));
    }

    /** An end of the earlier numbering, or of the earlier source, comes again after the new beginning. */
    @Test
    void offer_theEarlierNumberingAgain_isLeftOut() {
        offer(range(5_000, 5_300));
        offerAnew(range(30_000, 30_200));
        offerOf(7, range(100, 300));
        offer(range(5_100, 5_300));
        offerAnew(range(30_000, 30_100));
        offerOf(7, range(300, 310));
        assertThat(seen).hasSize(300 + 200 + 210).endsWith(308, 309);
        assertThat(buffer.statistics().restarts()).isEqualTo(2);
        assertThat(buffer.statistics().duplicates()).isEqualTo(300);
    }

    /** The camera's new numbers happen to lie where its old ones were: other pictures, so they are its own. */
    @ParameterizedTest
    @CsvSource({"100", "500", "850", "-300"})
    void offer_numberedAnewAmongThoseHandedOn_goesOnWithTheSecondPacket(int after) {
        offer(range(0, 1_000));
        offerAnew(range(after, after + 50));
        assertThat(seen).hasSize(1_050).endsWith(numbers(after, after + 50));
        assertThat(buffer.statistics()).isEqualTo(new ReorderBuffer.Statistics(0, 0, 0, 0, 1));
    }

    @Test
    void offer_anotherSource_goesOnWithTheSecondPacketInItsOrder() {
        offer(10, 11);
        offerOf(7, 12, 11, 13);
        assertThat(seen).containsExactly(10, 11, 11, 12, 13);
    }

    @Test
    void offer_oneStrayOfAnotherSource_isLeftOut() {
        offer(10);
        offerOf(7, 500);
        offer(11);
        offerOf(7, 501);
        offer(12);
        assertThat(seen).containsExactly(10, 11, 12);
        assertThat(buffer.statistics().strays()).isEqualTo(2);
    }

    @Test
    void offer_steppedBackALittle_goesOnAfterAHundred() {
        offer(90);
        offer(IntStream.range(1, 300).toArray());
        assertThat(seen).endsWith(299).doesNotHaveDuplicates();
        assertThat(seen.size()).isGreaterThan(200);
    }

    @Test
    void offer_frozenNumber_stillBringsPackets() {
        for (int i = 0; i < 1_000; i++) {
            offerPicture(5, i * 3_600);
        }
        assertThat(seen.size()).isBetween(9, 11);
    }

    /** It cannot be told from one packet that is repeated and repeated; but it must not stay silent for good. */
    @Test
    void offer_everythingFrozen_bringsPacketsSeldom() {
        for (int i = 0; i < 10 * ReorderBuffer.REMEMBERED; i++) {
            offer(5);
        }
        assertThat(seen.size()).isBetween(8, 12);
    }

    /** A switch that finds its way again has sent two seconds of a stream to both ends. */
    @ParameterizedTest
    @CsvSource({"0, 900", "600, 900", "870, 900", "100, 320"})
    void offer_aStretchOfTheStreamAgain_isLeftOutAndTheStreamGoesOn(int from, int to) {
        offerPictures(0, 1_000);
        offerPictures(from, to);
        offerPictures(1_000, 1_100);
        assertThat(seen).containsExactly(numbers(0, 1_100));
        assertThat(buffer.statistics()).isEqualTo(new ReorderBuffer.Statistics(0, to - from, 0, 0, 0));
    }

    @Test
    void offer_aStretchThatWasGivenUpComesAfterAll_isLateAndTheStreamGoesOn() {
        offerPictures(0, 300);
        offerPictures(600, 1_000);
        offerPictures(300, 600);
        offerPictures(1_000, 1_100);
        assertThat(seen).doesNotHaveDuplicates().endsWith(1_099).hasSize(800);
        assertThat(buffer.statistics()).isEqualTo(new ReorderBuffer.Statistics(0, 0, 300, 0, 0));
    }

    /** Its numbers step back, its pictures do not. */
    @ParameterizedTest
    @ValueSource(ints = {120, 500, 1_000})
    void offer_numbersStepBackWhilePicturesGoOn_isANewBeginning(int back) {
        offerPictures(0, 1_000);
        for (int i = 0; i < 100; i++) {
            offerPicture(1_000 - back + i, (1_000 + i) / 10 * 3_600);
        }
        assertThat(seen).hasSize(1_100).endsWith(1_099 - back);
        assertThat(buffer.statistics().restarts()).isOne();
    }

    /** A recording that begins again with both: what it loses until then is bounded. */
    @Test
    void offer_numbersAndTimestampsStepBack_goesOnInTheEnd() {
        offerPictures(0, 1_000);
        offerPictures(10, 1_500);
        assertThat(seen).endsWith(1_499);
    }

    @Test
    void offer_whatIsOfTheStream_isToldFromWhatIsNot() {
        assertThat(offerPicture(1, 0)).isTrue();
        for (int number = 2; number < 400; number++) {
            assertThat(offerPicture(number, number * 360)).isTrue();
        }
        assertThat(offerPicture(401, 401 * 360)).as("too soon").isTrue();
        assertThat(offerPicture(399, 399 * 360)).as("twice").isTrue();
        assertThat(offerPicture(100, 100 * 360)).as("a copy from long before").isFalse();
        assertThat(offerPicture(30_000, 7)).as("a stray").isFalse();
        assertThat(offerPicture(400, 400 * 360)).isTrue();
        assertThat(offerPicture(20_000, 7))
                .as("a first sign of a new beginning")
                .isFalse();
        assertThat(offerPicture(20_001, 7)).as("a new beginning").isTrue();
    }

    @Test
    void offer_noRtp_goesThroughForTheReceiverToJudge() throws IOException {
        List<Integer> lengths = new ArrayList<>();
        buffer = new ReorderBuffer(allocator, new ReceptionStatistics(90_000), p -> lengths.add(p.readableBytes()));
        for (byte[] bytes : List.of(new byte[0], new byte[11], new byte[40])) {
            buffer.offer(Unpooled.wrappedBuffer(bytes), 0);
        }
        assertThat(lengths).containsExactly(0, 11, 40);
    }

    @Test
    void offer_sinkThatFails_keepsItsCounts() {
        buffer = new ReorderBuffer(allocator, new ReceptionStatistics(90_000), p -> {
            throw new IOException("bad " + p.getUnsignedShort(2));
        });
        assertThatThrownBy(() -> buffer.offer(packet(SOURCE, 1, 20), 0)).hasMessage("bad 1");
        offer(3, 4);
        assertThatThrownBy(() -> buffer.offer(packet(SOURCE, 2, 20), 0)).hasMessage("bad 2");
        assertThatThrownBy(() -> buffer.flush()).hasMessage("bad 3");
        assertThatThrownBy(() -> buffer.flush()).hasMessage("bad 4");
        assertThat(buffer.isWaiting()).isFalse();
    }

    @Test
    void close_withinTheSink_endsThere() throws IOException {
        buffer = new ReorderBuffer(allocator, new ReceptionStatistics(90_000), p -> {
            seen.add(p.getUnsignedShort(2));
            if (p.getUnsignedShort(2) == 2) {
                buffer.close();
            }
        });
        offer(1, 4, 3, 2, 5);
        buffer.flush();
        assertThat(seen).containsExactly(1, 2);
    }

    /** What arrives is displaced by less than the room: everything that was not lost comes out once and in order. */
    @Property(tries = 200)
    void offer_lossReorderAndDuplicates_givesWhatArrivedInOrder(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 200) int displacement,
            @ForAll @IntRange(max = 300) int mille) {
        Random random = new Random(seed);
        int count = 1_500;
        int first = random.nextInt(65_536);
        List<int[]> arrivals = new ArrayList<>();
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (i == 0 || random.nextInt(1_000) >= mille) {
                expected.add((first + i) & 0xffff);
                arrivals.add(new int[] {i, i == 0 ? -displacement : i + random.nextInt(displacement)});
                if (random.nextInt(1_000) < mille) {
                    arrivals.add(new int[] {i, i + random.nextInt(displacement)});
                }
            }
        }
        arrivals.sort(Comparator.comparingInt(a -> a[1]));
        seen.clear();
        buffer = new ReorderBuffer(allocator, new ReceptionStatistics(90_000), p -> seen.add(p.getUnsignedShort(2)));
        arrivals.forEach(a -> offer(first + a[0]));
        try {
            buffer.flush();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertThat(seen).isEqualTo(expected);
        assertThat(buffer.statistics().late()).isZero();
        assertThat(buffer.statistics().duplicates()).isEqualTo(arrivals.size() - expected.size());
        buffer.close();
    }

    /** Losses, and stretches that the network repeats, with what was lost before among them: the stream goes on as it was. */
    @Property(tries = 100)
    void offer_stretchesAgain_losesNothingAndRepeatsNothing(@ForAll long seed, @ForAll @IntRange(max = 400) int mille) {
        Random random = new Random(seed);
        int first = random.nextInt(65_536);
        List<Integer> arrived = new ArrayList<>();
        seen.clear();
        buffer = new ReorderBuffer(allocator, new ReceptionStatistics(90_000), p -> seen.add(p.getUnsignedShort(2)));
        for (int i = 0; i < 5_000; i++) {
            if (i == 0 || random.nextInt(1_000) >= mille) {
                arrived.add((first + i) & 0xffff);
                offerPicture(first + i, i / 20 * 3_600);
            }
            if (random.nextInt(1_000) == 0) {
                int from = i - random.nextInt(Math.min(i, 4_000) + 1);
                for (int again = from; again < i - random.nextInt(100); again++) {
                    offerPicture(first + again, again / 20 * 3_600);
                }
            }
        }
        try {
            buffer.flush();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertThat(seen).doesNotHaveDuplicates().containsSubsequence(arrived);
        assertThat(buffer.statistics().restarts()).isZero();
        assertThat(buffer.statistics().strays()).isZero();
        buffer.close();
    }

    /** Whatever comes: no packet twice within one numbering, bounded memory, and the newest numbering always gets through. */
    @Property(tries = 200)
    void offer_anything_isBoundedAndNeverStuck(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        seen.clear();
        buffer = new ReorderBuffer(
                allocator,
                new ReceptionStatistics(90_000),
                p -> seen.add(p.readableBytes() < 12 ? -1 : p.getUnsignedShort(2)));
        int number = random.nextInt(65_536);
        int source = SOURCE;
        for (int i = 0; i < 2_000; i++) {
            switch (random.nextInt(100)) {
                case 0 -> number = random.nextInt(65_536);
                case 1 -> source = random.nextInt(3);
                case 2 -> number -= random.nextInt(400);
                case 3 -> number += random.nextInt(4_000);
                default -> number++;
            }
            ByteBuf packet = packet(source, number & 0xffff, 12 + random.nextInt(3_000));
            packet.writerIndex(random.nextInt(50) == 0 ? random.nextInt(12) : packet.writerIndex());
            buffer.offer(packet, now);
            packet.release();
            now += random.nextInt(3_000_000);
            buffer.onTime(now);
            assertThat(buffer.heldBytes()).isLessThanOrEqualTo(ReorderBuffer.MAX_BYTES);
            assertThat(!buffer.isWaiting() || buffer.deadlineNanos() > now).isTrue();
        }
        seen.clear();
        offerOf(99, IntStream.range(0, 200).toArray());
        assertThat(seen).containsSubsequence(Arrays.asList(numbers(0, 200)));
        buffer.close();
    }
}
