// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.watchkeep.recorder.rtp.Tolerance;

/**
 * Parameter sets as a camera gave them, newest of each kind and id, compared by meaning: other bytes with the same meaning
 * change nothing. What they say is for the codec to read. Confined to its event loop.
 */
final class KnownParameterSets {
    /** All together, so that the init segment stays under the store's 64 KiB. */
    static final int MAX_TOTAL_BYTES = 48 << 10;

    /** In one value of an SDP: more than any camera has sets. */
    private static final int MAX_SDP_PARTS = 64;

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

        Known(byte[] nal, List<Long> meaning) {
            this.nal = nal;
            this.meaning = meaning;
        }
    }

    /** By kind (NAL unit type), then id. */
    private final Map<Integer, Map<Integer, Known>> kinds = new TreeMap<>();

    private final Set<Tolerance> tolerances;
    private int totalBytes;
    private int version;

    KnownParameterSets(Set<Tolerance> tolerances) {
        this.tolerances = tolerances;
    }

    /**
     * RFC 6184 8.1, RFC 7798 7.1: base64, separated by commas. What is no base64 is left out: the camera may send better in
     * band.
     */
    List<byte[]> ofSdp(String value) {
        List<byte[]> nals = new ArrayList<>();
        for (String part : value.split(",", MAX_SDP_PARTS)) {
            nals.addAll(withoutStartCodes(decoded(part.strip())));
        }
        return nals;
    }

    /** Empty for what is no base64: the codec finds a set missing, and notes that. */
    private static byte[] decoded(String base64) {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return new byte[0];
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

    /** Whether a set of these very bytes is known. */
    boolean has(int kind, byte[] nal, int length) {
        return ofKind(kind).values().stream()
                .anyMatch(one -> Arrays.equals(one.nal, 0, one.nal.length, nal, 0, length));
    }

    /** Takes a set that has been read. */
    Change put(int kind, int id, byte[] nal, int length, List<Long> meaning) {
        Map<Integer, Known> known = kinds.computeIfAbsent(kind, any -> new TreeMap<>());
        Known old = known.get(id);
        if (old != null && old.meaning.equals(meaning)) {
            tolerances.add(Tolerance.PARAMETER_SETS_REWRITTEN);
            return Change.REWRITTEN;
        }
        int total = totalBytes + length - (old == null ? 0 : old.nal.length);
        if (total > MAX_TOTAL_BYTES) {
            return Change.UNUSABLE;
        }
        totalBytes = total;
        version++;
        known.put(id, new Known(Arrays.copyOf(nal, length), meaning));
        return Change.CHANGED;
    }

    /** Grows with each change of meaning. */
    int version() {
        return version;
    }

    /** The sets of a kind as they came, by id. */
    List<byte[]> units(int kind) {
        return ofKind(kind).values().stream().map(one -> one.nal).toList();
    }

    /** All that a decoder would act on: the set in use first. */
    List<List<Long>> meaning(List<Long> inUse) {
        List<List<Long>> all = new ArrayList<>();
        all.add(inUse);
        kinds.values().forEach(kind -> kind.values().forEach(one -> all.add(one.meaning)));
        return all;
    }

    /** For sets of which nothing may vary idly: the bytes as they stand, less the header and zeros at the end. */
    static List<Long> bytesAsMeaning(byte[] nal, int length, int headerBytes) {
        int end = length;
        while (end > headerBytes && nal[end - 1] == 0) {
            end--;
        }
        List<Long> meaning = new ArrayList<>(end);
        for (int i = headerBytes; i < end; i++) {
            meaning.add((long) nal[i]);
        }
        return meaning;
    }

    private Map<Integer, Known> ofKind(int kind) {
        return kinds.getOrDefault(kind, Map.of());
    }
}
