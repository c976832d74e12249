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
 * The H.265 parameter sets that a camera has given so far, in the SDP or in band, and what they mean together. Confined to its
 * event loop.
 */
final class H265ParameterSets {
    static final int VPS = 32;
    static final int SPS = 33;
    static final int PPS = 34;

    /** The format parameters they stand in (RFC 7798 7.1). */
    private static final List<String> SPROP = List.of("sprop-vps", "sprop-sps", "sprop-pps");

    private final KnownParameterSets known;
    private final Map<Integer, H265Vps> vpsById = new HashMap<>();
    private final Map<Integer, H265Sps> spsById = new HashMap<>();
    private final Map<Integer, H265Pps> ppsById = new HashMap<>();
    private final Set<Tolerance> tolerances;

    H265ParameterSets(Set<Tolerance> tolerances) {
        this.tolerances = tolerances;
        known = new KnownParameterSets(tolerances);
    }

    /** Takes what an SDP says. Any of the three may be missing, or be in another's place: cameras are so. */
    void offerSdp(Map<String, String> parameters) {
        for (String name : SPROP) {
            for (byte[] nal : known.ofSdp(parameters.getOrDefault(name, ""))) {
                Change unused = offer(nal, nal.length);
            }
        }
        if (ppsById.keySet().stream().noneMatch(pps -> configuration(pps).isPresent())) {
            tolerances.add(Tolerance.NO_PARAMETER_SETS_IN_SDP);
        }
    }

    /** Takes a NAL unit of type 32, 33 or 34. Those of further layers are not needed, and not kept. */
    Change offer(byte[] nal, int length) {
        if (length <= H265Units.HEADER_BYTES || length > NalWriter.MAX_SET_BYTES) {
            return Change.UNUSABLE;
        }
        int type = H265Units.type(nal[0]);
        if (H265Units.layer(nal) > 0 || known.has(type, nal, length)) {
            return Change.NONE;
        }
        try {
            return switch (type) {
                case VPS -> offerVps(nal, length);
                case SPS -> offerSps(nal, length);
                case PPS -> offerPps(nal, length);
                default -> Change.UNUSABLE;
            };
        } catch (BitstreamFormatException e) {
            return Change.UNUSABLE;
        }
    }

    private Change offerVps(byte[] nal, int length) throws BitstreamFormatException {
        H265Vps vps = H265Vps.parse(nal, length);
        Change change = known.put(VPS, vps.id(), nal, length, vps.meaning());
        if (change == Change.CHANGED) {
            vpsById.put(vps.id(), vps);
        }
        return change;
    }

    private Change offerSps(byte[] nal, int length) throws BitstreamFormatException {
        H265Sps sps = H265Sps.parse(nal, length);
        Change change = known.put(SPS, sps.id(), nal, length, sps.meaning());
        if (change == Change.CHANGED) {
            spsById.put(sps.id(), sps);
        }
        return change;
    }

    private Change offerPps(byte[] nal, int length) throws BitstreamFormatException {
        H265Pps pps = H265Pps.parse(nal, length);
        Change change = known.put(
                PPS, pps.id(), nal, length, KnownParameterSets.bytesAsMeaning(nal, length, H265Units.HEADER_BYTES));
        if (change == Change.CHANGED) {
            ppsById.put(pps.id(), pps);
        }
        return change;
    }

    /** Grows with each change of meaning. */
    int version() {
        return known.version();
    }

    /** What pictures with this PPS are coded with; empty while a set is missing. */
    Optional<VideoConfiguration> configuration(int ppsId) {
        H265Pps pps = ppsById.get(ppsId);
        H265Sps sps = pps == null ? null : spsById.get(pps.spsId());
        // Decoders refuse an SPS whose VPS they have not seen, though nothing in it is needed.
        H265Vps vps = sps == null ? null : vpsById.get(sps.vpsId());
        if (pps == null || sps == null || vps == null) {
            return Optional.empty();
        }
        return Optional.of(new VideoConfiguration(
                sps.profile().codec(),
                sps.width(),
                sps.height(),
                sps.reorderPictures(),
                sps.frameTicks() > 0 ? sps.frameTicks() : vps.frameTicks(),
                known.meaning(sps.meaning()),
                "hvc1",
                HevcBoxes.hvcC(sps, pps.parallelism(), known.units(VPS), known.units(SPS), known.units(PPS))));
    }
}
