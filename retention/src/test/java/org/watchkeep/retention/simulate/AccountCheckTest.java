// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.store.Digest;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.SimulatedStore;
import org.watchkeep.retention.store.StreamId;

/** A minute of a camera: ten seconds of nothing yet, twenty of footage, thirty without the camera. */
class AccountCheckTest {
    private final SimulatedTime time = new SimulatedTime();
    private final long begin = time.trueMicros();
    private final CameraTruth camera = new CameraTruth(StreamId.main("camera-001"), "brief", 2);
    private final List<SimulatedStore.OwnGap> told = new ArrayList<>();
    private final Counters counters = new Counters(text -> {});
    private final Recorded fragment = new Recorded(at(10), at(30), at(10), Digest.ZERO);

    private long at(long second) {
        return begin + TimeUnit.SECONDS.toMicros(second);
    }

    private void tell(GapCause cause, long from, long to) {
        told.add(new SimulatedStore.OwnGap(cause, own(from), Optional.of(own(to))));
    }

    /** Five seconds after the boot the days begin. */
    private SimulatedStore.OwnTime own(long second) {
        return new SimulatedStore.OwnTime(time.bootId(), TimeUnit.SECONDS.toMicros(second + 5));
    }

    @BeforeEach
    void aMinutePasses() {
        camera.silent(begin, GapCause.CONNECTING);
        camera.acknowledged(new CameraTruth.Name(1, 0), fragment);
        camera.silent(at(30), GapCause.NO_MEDIA);
        time.pass(60, TimeUnit.SECONDS);
    }

    private long unaccounted(Set<Recorded> shown) {
        new AccountCheck(time, counters).check(camera, begin, told, shown, fragment -> false);
        return counters.unaccountedSeconds();
    }

    @Test
    void footageAndGapsOfTheTrueCause_areAccounted() {
        tell(GapCause.CONNECTING, 0, 10);
        tell(GapCause.NO_MEDIA, 30, 60);
        assertThat(unaccounted(Set.of(fragment))).isZero();
    }

    @Test
    void gapOfAnotherCause_isFalse() {
        tell(GapCause.CONNECTING, 0, 10);
        tell(GapCause.CAMERA_UNREACHABLE, 30, 60);
        assertThat(unaccounted(Set.of(fragment))).isEqualTo(30);
    }

    @Test
    void gapOverWhatWasRecorded_isFalse() {
        tell(GapCause.CONNECTING, 0, 12);
        tell(GapCause.NO_MEDIA, 30, 60);
        assertThat(unaccounted(Set.of(fragment))).isEqualTo(2);
    }

    @Test
    void untoldSilence_isUnaccounted() {
        tell(GapCause.CONNECTING, 0, 10);
        tell(GapCause.NO_MEDIA, 30, 57);
        assertThat(unaccounted(Set.of(fragment))).isEqualTo(3);
    }

    @Test
    void footageThatIsGone_isToldOfByAnErasure() {
        Recorded later = new Recorded(at(60), at(80), at(60), Digest.ZERO);
        Recorded older = new Recorded(at(-20), at(0), at(-20), Digest.ZERO);
        camera.acknowledged(new CameraTruth.Name(2, 0), later);
        time.pass(20, TimeUnit.SECONDS);
        tell(GapCause.CONNECTING, 0, 10);
        tell(GapCause.NO_MEDIA, 30, 60);
        assertThat(unaccounted(Set.of(later))).as("erased in its order").isZero();
        assertThat(unaccounted(Set.of(older, later))).as("nothing known").isEqualTo(20);
    }

    @Test
    void footageErasedFromBetween_isAccountedByItsGap() {
        Recorded older = new Recorded(at(-20), at(0), at(-20), Digest.ZERO);
        tell(GapCause.CONNECTING, 0, 10);
        tell(GapCause.ERASED, 10, 30);
        tell(GapCause.NO_MEDIA, 30, 60);
        assertThat(unaccounted(Set.of(older))).isZero();
    }

    @Test
    void whatIsNeitherSentNorAnnounced_isUnaccounted() {
        CameraTruth lost = new CameraTruth(StreamId.main("camera-002"), "brief", 2);
        lost.acknowledged(new CameraTruth.Name(1, 0), new Recorded(at(0), at(19), at(0), Digest.ZERO));
        lost.silent(at(20), GapCause.NO_MEDIA);
        tell(GapCause.NO_MEDIA, 20, 60);
        new AccountCheck(time, counters).check(lost, begin, told, Set.copyOf(lost.all()), each -> false);
        assertThat(counters.unaccountedSeconds()).isEqualTo(1);
    }
}
