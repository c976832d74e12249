// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.watchkeep.recorder.media.KnownParameterSets.Change;
import org.watchkeep.recorder.rtp.Tolerance;

class H264ParameterSetsTest {
    private final Set<Tolerance> tolerances = EnumSet.noneOf(Tolerance.class);
    private final H264ParameterSets sets = new H264ParameterSets(tolerances);

    @Test
    void offerSdp_usualValue_knowsBoth() {
        sets.offerSdp(TrackHarness.sprop());
        assertThat(sets.active(0))
                .hasValueSatisfying(sps -> assertThat(sps.width()).isEqualTo(640));
        assertThat(tolerances).isEmpty();
    }

    @Test
    void offerSdp_startCodesInside_revotech_knowsBoth() {
        byte[] both = TrackHarness.join(
                List.of(new byte[] {0, 0, 0, 1}, TestStream.SPS_640, new byte[] {0, 0, 0, 1}, TestStream.PPS));
        sets.offerSdp(Base64.getEncoder().encodeToString(both));
        assertThat(sets.active(0)).isPresent();
        assertThat(sets.spsUnits()).hasSize(1).first().isEqualTo(TestStream.SPS_640);
        assertThat(tolerances).containsExactly(Tolerance.START_CODE_IN_SDP);
    }

    @Test
    void offerSdp_nothingUsable_waitsForInBand() {
        sets.offerSdp("%%%,Zw==,,");
        assertThat(sets.active(0)).isEmpty();
        assertThat(tolerances).containsExactly(Tolerance.NO_PARAMETER_SETS_IN_SDP);
    }

    @Test
    void offer_sameAgain_changesNothing() {
        assertThat(offer(TestStream.SPS_640)).isEqualTo(Change.CHANGED);
        assertThat(offer(TestStream.PPS)).isEqualTo(Change.CHANGED);
        int version = sets.version();
        assertThat(offer(TestStream.SPS_640)).isEqualTo(Change.NONE);
        assertThat(offer(TestStream.sps(40, 23, 4, 30))).isEqualTo(Change.REWRITTEN);
        assertThat(sets.version()).isEqualTo(version);
        assertThat(sets.spsUnits().get(0)).isEqualTo(TestStream.SPS_640);
        assertThat(tolerances).containsExactly(Tolerance.PARAMETER_SETS_REWRITTEN);
    }

    @Test
    void offer_tooLong_isUnusable() {
        assertThat(offer(Arrays.copyOf(TestStream.SPS_640, NalWriter.MAX_SET_BYTES + 1)))
                .isEqualTo(Change.UNUSABLE);
    }

    @Test
    void offer_manyLongSets_staysWithinItsLimit() {
        int unusable = 0;
        for (int id = 0; id < 256; id++) {
            byte[] pps = new TestStream.Bits().ue(id).ue(0).u(32, 0x5555_5555L).nal(0x68, new byte[1_000]);
            pps[pps.length - 1] = 1;
            unusable += offer(pps) == Change.UNUSABLE ? 1 : 0;
        }
        assertThat(unusable).isGreaterThan(200);
        assertThat(sets.ppsUnits().stream().mapToInt(pps -> pps.length).sum())
                .isLessThanOrEqualTo(KnownParameterSets.MAX_TOTAL_BYTES);
    }

    @Property
    void offer_nonsense_isRefusedOrKept(@ForAll @Size(max = 60) byte[] nonsense) {
        assertThat(offer(nonsense)).isNotNull();
        assertThat(sets.spsUnits()).hasSizeLessThanOrEqualTo(32);
    }

    private Change offer(byte[] nal) {
        return sets.offer(nal, nal.length);
    }
}
