// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.hold;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.store.FootageInReach;
import org.watchkeep.retention.store.StreamId;

class AdmissionTest {
    private static final long MB = 1_000_000;

    private static FootageInReach.OnReel reel(long serial, long megabytes, long secondsUntilHead) {
        return new FootageInReach.OnReel("v1", serial, megabytes * MB, Duration.ofSeconds(secondsUntilHead));
    }

    @Test
    void check_reelNearTheHeadThatCannotBeCopiedInTime_refusedWithBothNumbers() {
        Admission.VaultRoom room = new Admission.VaultRoom(1_000_000 * MB, 10 * MB);
        List<FootageInReach.OnReel> waiting = List.of(reel(1, 500, 60));
        assertThat(Admission.check(waiting, List.of(reel(2, 490, 100)), room)).isEmpty();
        Refusal refusal =
                Admission.check(waiting, List.of(reel(2, 600, 100)), room).orElseThrow();
        assertThat(refusal.cause()).isEqualTo(Refusal.Cause.TOO_SLOW);
        assertThat(refusal.needed()).hasValue(110);
        assertThat(refusal.available()).hasValue(100);
        assertThat(refusal.message()).contains("safe in 110 s").contains("overwritten in 100 s");
    }

    @Test
    void check_reelThatWasLateBefore_doesNotRefuseAHoldFarFromTheHead() {
        Admission.VaultRoom room = new Admission.VaultRoom(1_000_000 * MB, 10 * MB);
        List<FootageInReach.OnReel> waiting = List.of(reel(1, 1_000, 60));
        assertThat(Admission.check(waiting, List.of(reel(9, 100, 10_000)), room))
                .isEmpty();
    }

    /** Against the plain reading: copy in order of the head; each must be done before the head comes. */
    @Property(tries = 500)
    void check_agreesWithCopyingOneByOne(
            @ForAll @Size(max = 8) List<@IntRange(min = 1, max = 900) Integer> megabytes,
            @ForAll @LongRange(min = 1, max = 50) long speed,
            @ForAll @IntRange(min = 1, max = 300) int gapSeconds) {
        List<FootageInReach.OnReel> reels = new ArrayList<>();
        for (int i = 0; i < megabytes.size(); i++) {
            reels.add(reel(i, megabytes.get(i), (long) gapSeconds * (i + 1)));
        }
        Admission.VaultRoom room = new Admission.VaultRoom(Long.MAX_VALUE, speed * MB);
        boolean inTime = true;
        double seconds = 0;
        for (FootageInReach.OnReel each : reels) {
            seconds += each.bytesToCopy() / (double) (speed * MB);
            inTime &= seconds <= each.untilHead().toSeconds();
        }
        List<FootageInReach.OnReel> shuffled = new ArrayList<>(reels);
        shuffled.sort(Comparator.comparing(FootageInReach.OnReel::bytesToCopy));
        assertThat(Admission.check(List.of(), shuffled, room).isEmpty()).isEqualTo(inTime);
    }

    @Test
    void automaticCaps_eachIsKept_andADayLaterTheAddressMayAskAgain() {
        AutomaticCaps caps = new AutomaticCaps();
        Instant now = HoldRig.START;
        HeldSpan span = HeldSpan.of(HoldRig.STREAMS, now, now.plus(Duration.ofHours(16)));
        HeldSpan longer = HeldSpan.of(HoldRig.STREAMS, now, now.plus(Duration.ofHours(17)));
        AutomaticCaps.Share room = new AutomaticCaps.Share(0, 100 * MB, 1_000 * MB);
        assertThat(caps.ask("a", longer, room, now))
                .hasValueSatisfying(why -> assertThat(why).contains("51 camera-hours in one request (at most 48"));
        assertThat(caps.ask("a", span, new AutomaticCaps.Share(150 * MB, 51 * MB, 1_000 * MB), now))
                .hasValueSatisfying(why -> assertThat(why).contains("201 MB in all automatic holds (at most 200"));
        for (int i = 0; i < AutomaticCaps.REQUESTS_A_DAY; i++) {
            assertThat(caps.ask("a", span, room, now)).isEmpty();
        }
        assertThat(caps.ask("a", span, room, now)).isPresent();
        assertThat(caps.ask("b", span, room, now)).isEmpty();
        assertThat(caps.ask("a", span, room, now.plus(Duration.ofDays(1)))).isEmpty();
    }

    @Test
    void automaticCaps_moreAddressesThanAreRemembered_goToAPerson() {
        AutomaticCaps caps = new AutomaticCaps();
        HeldSpan span = HeldSpan.of(List.of(StreamId.main("a")), HoldRig.START, HoldRig.START.plusSeconds(1));
        AutomaticCaps.Share room = new AutomaticCaps.Share(0, 1, 1_000);
        for (int i = 0; i < AutomaticCaps.MAX_ADDRESSES; i++) {
            caps.ask("address " + i, span, room, HoldRig.START);
        }
        Optional<String> one = caps.ask("one more", span, room, HoldRig.START);
        assertThat(one).hasValueSatisfying(why -> assertThat(why).contains("addresses in a day"));
        assertThat(caps.ask("address 5", span, room, HoldRig.START)).isEmpty();
    }
}
