// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.watchkeep.recorder.media.KnownParameterSets.Change;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * The H.264 parameter sets that a camera has given so far, in the SDP or in band, and what they mean together. Confined to its
 * event loop.
 */
final class H264ParameterSets {
    static final int SPS = 7;
    static final int PPS = 8;
    private static final int HEADER_BYTES = 1;

    private final KnownParameterSets known;
    private final Map<Integer, H264Sps> spsById = new HashMap<>();
    private final Map<Integer, Integer> spsOfPps = new HashMap<>();
    private final Set<Tolerance> tolerances;

    H264ParameterSets(Set<Tolerance> tolerances) {
        this.tolerances = tolerances;
        known = new KnownParameterSets(tolerances);
    }

    /** Takes the value of {@code sprop-parameter-sets}. */
    void offerSdp(String spropParameterSets) {
        for (byte[] nal : known.ofSdp(spropParameterSets)) {
            Change unused = offer(nal, nal.length);
        }
        if (active(0).isEmpty()) {
            tolerances.add(Tolerance.NO_PARAMETER_SETS_IN_SDP);
        }
    }

    /** Takes a NAL unit of type 7 or 8. */
    Change offer(byte[] nal, int length) {
        if (length < 4 || length > NalWriter.MAX_SET_BYTES) {
            return Change.UNUSABLE;
        }
        int type = nal[0] & 0x1f;
        if (type != SPS && type != PPS) {
            return Change.UNUSABLE;
        }
        if (known.has(type, nal, length)) {
            return Change.NONE;
        }
        try {
            return type == SPS ? offerSps(nal, length) : offerPps(nal, length);
        } catch (BitstreamFormatException e) {
            return Change.UNUSABLE;
        }
    }

    private Change offerSps(byte[] nal, int length) throws BitstreamFormatException {
        H264Sps sps = H264Sps.parse(nal, length);
        Change change = known.put(SPS, sps.id(), nal, length, sps.meaning());
        if (change == Change.CHANGED) {
            spsById.put(sps.id(), sps);
        }
        return change;
    }

    private Change offerPps(byte[] nal, int length) throws BitstreamFormatException {
        BitReader in = BitReader.ofNal(nal, length, HEADER_BYTES);
        int id = in.unsigned("pic_parameter_set_id", 255);
        int spsId = in.unsigned("seq_parameter_set_id", 31);
        Change change = known.put(PPS, id, nal, length, KnownParameterSets.bytesAsMeaning(nal, length, HEADER_BYTES));
        if (change == Change.CHANGED) {
            spsOfPps.put(id, spsId);
        }
        return change;
    }

    /** The SPS that pictures with this PPS use; empty while either is missing. */
    Optional<H264Sps> active(int ppsId) {
        return Optional.ofNullable(spsOfPps.get(ppsId)).map(spsById::get);
    }

    /** Grows with each change of meaning. */
    int version() {
        return known.version();
    }

    /** What pictures with this PPS are coded with; empty while a set is missing. */
    Optional<VideoConfiguration> configuration(int ppsId) {
        return active(ppsId)
                .map(sps -> new VideoConfiguration(
                        sps.codec(),
                        sps.width(),
                        sps.height(),
                        sps.reorderFrames(),
                        sps.frameTicks(),
                        known.meaning(sps.meaning()),
                        "avc1",
                        Boxes.avcC(sps, spsUnits(), ppsUnits())));
    }

    /** The SPSs as they came, by id. */
    List<byte[]> spsUnits() {
        return known.units(SPS);
    }

    /** The PPSs as they came, by id. */
    List<byte[]> ppsUnits() {
        return known.units(PPS);
    }
}
