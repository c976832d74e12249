// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * The parameter sets that a camera has given so far, in the SDP or in band, and what they mean together. Confined to its
 * event loop.
 */
final class H264ParameterSets {
    static final int SPS = 7;
    static final int PPS = 8;

    /** All together, so that the init segment stays under the store's 64 KiB. */
    static final int MAX_TOTAL_BYTES = 48 << 10;

    /** What an offered set does to those known. */
    enum Change {
        NONE,
        /** Other bytes, same meaning: what is known stays. */
        REWRITTEN,
        CHANGED,
        /** Not a parameter set that can be read, or beyond the limits. */
        UNUSABLE
    }

    /** One set: its bytes, and what is compared. */
    private static final class Known {
        final byte[] nal;
        final List<Long> meaning;
        final int spsId;

        Known(byte[] nal, List<Long> meaning, int spsId) {
            this.nal = nal;
            this.meaning = meaning;
            this.spsId = spsId;
        }
    }

    private final Map<Integer, Known> spsById = new TreeMap<>();
    private final Map<Integer, Known> ppsById = new TreeMap<>();
    private final Map<Integer, H264Sps> parsed = new TreeMap<>();
    private final Set<Tolerance> tolerances;
    private int totalBytes;
    private int version;

    H264ParameterSets(Set<Tolerance> tolerances) {
        this.tolerances = tolerances;
    }

    /** RFC 6184 8.1: base64, separated by commas. What cannot be used is left out: the camera may send better in band. */
    void offerSdp(String spropParameterSets) {
        EnumSet<Change> seen = EnumSet.noneOf(Change.class);
        for (String part : spropParameterSets.split(",", 64)) {
            byte[] bytes;
            try {
                bytes = Base64.getMimeDecoder().decode(part.strip());
            } catch (IllegalArgumentException e) {
                seen.add(Change.UNUSABLE);
                continue;
            }
            for (byte[] nal : withoutStartCodes(bytes)) {
                seen.add(offer(nal, nal.length));
            }
        }
        if (active(0).isEmpty()) {
            tolerances.add(Tolerance.NO_PARAMETER_SETS_IN_SDP);
        }
    }

    /** Revotech and V380 leave start codes before each set. */
    private List<byte[]> withoutStartCodes(byte[] bytes) {
        List<byte[]> nals = new ArrayList<>();
        int from = 0;
        for (int i = 0; i + 2 < bytes.length; i++) {
            if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1) {
                tolerances.add(Tolerance.START_CODE_IN_SDP);
                int end = i > from && bytes[i - 1] == 0 ? i - 1 : i;
                if (end > from) {
                    nals.add(Arrays.copyOfRange(bytes, from, end));
                }
                from = i + 3;
            }
        }
        nals.add(Arrays.copyOfRange(bytes, from, bytes.length));
        return nals;
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
        Map<Integer, Known> known = type == SPS ? spsById : ppsById;
        for (Known one : known.values()) {
            if (Arrays.equals(one.nal, 0, one.nal.length, nal, 0, length)) {
                return Change.NONE;
            }
        }
        try {
            return type == SPS ? offerSps(nal, length) : offerPps(nal, length);
        } catch (BitstreamFormatException e) {
            return Change.UNUSABLE;
        }
    }

    private Change offerSps(byte[] nal, int length) throws BitstreamFormatException {
        H264Sps sps = H264Sps.parse(nal, length);
        Change change = put(spsById, sps.id(), new Known(Arrays.copyOf(nal, length), sps.meaning(), sps.id()));
        if (change == Change.CHANGED) {
            parsed.put(sps.id(), sps);
        }
        return change;
    }

    private Change offerPps(byte[] nal, int length) throws BitstreamFormatException {
        BitReader in = BitReader.ofNal(nal, length);
        int id = in.unsigned("pic_parameter_set_id", 255);
        int spsId = in.unsigned("seq_parameter_set_id", 31);
        // The rest is compared as it stands, less zeros at the end: a PPS holds nothing that may vary idly.
        int end = length;
        while (end > 1 && nal[end - 1] == 0) {
            end--;
        }
        List<Long> meaning = new ArrayList<>(end);
        for (int i = 1; i < end; i++) {
            meaning.add((long) nal[i]);
        }
        return put(ppsById, id, new Known(Arrays.copyOf(nal, length), meaning, spsId));
    }

    private Change put(Map<Integer, Known> known, int id, Known offered) {
        Known old = known.get(id);
        if (old != null && old.meaning.equals(offered.meaning)) {
            tolerances.add(Tolerance.PARAMETER_SETS_REWRITTEN);
            return Change.REWRITTEN;
        }
        int total = totalBytes + offered.nal.length - (old == null ? 0 : old.nal.length);
        if (total > MAX_TOTAL_BYTES) {
            return Change.UNUSABLE;
        }
        totalBytes = total;
        version++;
        known.put(id, offered);
        return Change.CHANGED;
    }

    /** The SPS that pictures with this PPS use; empty while either is missing. */
    Optional<H264Sps> active(int ppsId) {
        Known pps = ppsById.get(ppsId);
        return pps == null ? Optional.empty() : Optional.ofNullable(parsed.get(pps.spsId));
    }

    /** Grows with each change of meaning. */
    int version() {
        return version;
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
                        meaning(sps),
                        "avc1",
                        Boxes.avcC(sps, spsUnits(), ppsUnits())));
    }

    /** All that a decoder would act on: the sets in use first. */
    private List<List<Long>> meaning(H264Sps active) {
        List<List<Long>> all = new ArrayList<>();
        all.add(active.meaning());
        spsById.values().forEach(one -> all.add(one.meaning));
        ppsById.values().forEach(one -> all.add(one.meaning));
        return all;
    }

    /** The SPSs as they came, by id. */
    List<byte[]> spsUnits() {
        return spsById.values().stream().map(one -> one.nal).toList();
    }

    /** The PPSs as they came, by id. */
    List<byte[]> ppsUnits() {
        return ppsById.values().stream().map(one -> one.nal).toList();
    }
}
