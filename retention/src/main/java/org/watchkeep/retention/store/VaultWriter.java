// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.watchkeep.retention.keys.CaseKeys;

/** Writes records into the reels of their case, under its key, and notes the copies. Confined to the vault's thread. */
final class VaultWriter {
    private final CaseKeys keys;
    private final VaultCopy.Book book;
    private final RecordCipher cipher = new RecordCipher(new SecureRandom());

    VaultWriter(CaseKeys keys, VaultCopy.Book book) {
        this.keys = keys;
        this.book = book;
    }

    /** There is no room for more of this case. */
    static final class FullException extends IOException {
        private static final long serialVersionUID = 1L;

        FullException(String message) {
            super(message);
        }
    }

    /** Its disk failed. */
    static final class FailedException extends IOException {
        private static final long serialVersionUID = 1L;

        FailedException(IOException cause) {
            super(cause.toString(), cause);
        }
    }

    /**
     * Records of one segment that are to be written: its configuration first, where the case has no copy of it yet, and a
     * fragment behind that.
     */
    record Piece(Segment of, List<VaultHead.Copied> records) {}

    /**
     * All with one sync, but where one reel ends and the next begins.
     *
     * @throws FullException when there is no room for all of it; what there was room for is written
     * @throws FailedException when the vault's disk fails
     */
    void write(VaultReels open, String caseId, List<Piece> pieces, boolean isNewCase) throws IOException {
        requireKey(open, caseId, isNewCase);
        List<Segment> segments = new ArrayList<>();
        List<VaultHead.Copied> records = new ArrayList<>();
        for (Piece piece : pieces) {
            records.addAll(piece.records);
            piece.records.forEach(record -> segments.add(piece.of));
        }
        int from = 0;
        while (from < records.size()) {
            from += write(open, caseId, segments.subList(from, segments.size()), records.subList(from, records.size()));
        }
    }

    private void requireKey(VaultReels open, String caseId, boolean isNewCase) throws IOException {
        Optional<String> unknown = open.notWhole();
        if (unknown.isPresent() && !keys.isLive(caseId) && !isNewCase) {
            throw new IOException("case " + caseId + " has no key, and " + unknown.get());
        }
        if (!keys.isLive(caseId)) {
            if (open.reelsOf(caseId) > 0) {
                throw new IOException(
                        "case " + caseId + " has copies in the vault and its key is not there: no new one is made");
            }
            keys.make(caseId);
        }
    }

    /** As many as the reel takes; how many those were. */
    private int write(VaultReels open, String caseId, List<Segment> of, List<VaultHead.Copied> records)
            throws IOException {
        // A configuration alone is no copy of anything: a fragment goes with it.
        int least = isConfiguration(records.get(0)) && records.size() > 1 ? 2 : 1;
        Optional<VaultHead> head;
        try {
            head = open.headFor(caseId, records.subList(0, least));
        } catch (IOException e) {
            throw new FailedException(e);
        }
        if (head.isEmpty()) {
            throw new FullException("the vault has no free reel for case " + caseId);
        }
        int count = head.get().fitting(records);
        while (count > least && isConfiguration(records.get(count - 1))) {
            count--;
        }
        VaultHead.Keys ofCase = stream -> keys.streamKey(caseId, stream)
                .orElseThrow(() -> new KeyGoneException("the key of case " + caseId + " is gone"));
        List<FragmentRef> refs;
        try {
            refs = head.get().write(records.subList(0, count), ofCase, cipher);
        } catch (KeyGoneException e) {
            throw e;
        } catch (IOException e) {
            open.failed(head.get());
            throw new FailedException(e);
        }
        for (int begin = 0, end; begin < count; begin = end) {
            end = begin + 1;
            while (end < count && of.get(end).equals(of.get(begin))) {
                end++;
            }
            put(
                    caseId,
                    of.get(begin),
                    records.get(begin).header().stream(),
                    records.subList(begin, end),
                    refs.subList(begin, end));
        }
        return count;
    }

    private static boolean isConfiguration(VaultHead.Copied record) {
        return record.header().kind() == RecordHeader.Kind.CONFIGURATION;
    }

    /** Nothing was written. */
    private static final class KeyGoneException extends IOException {
        private static final long serialVersionUID = 1L;

        KeyGoneException(String message) {
            super(message);
        }
    }

    private void put(String caseId, Segment of, int stream, List<VaultHead.Copied> records, List<FragmentRef> refs) {
        Optional<VaultCopy> before = book.find(caseId, stream, SegmentBuilder.Key.of(of));
        Map<Long, FragmentRef> fragments = new TreeMap<>();
        before.ifPresent(copy -> copy.segment().fragments().forEach(ref -> fragments.put(ref.sequence(), ref)));
        FragmentRef configuration =
                before.map(copy -> copy.segment().configuration()).orElse(refs.get(0));
        Optional<FragmentRef> seal = before.flatMap(copy -> copy.segment().seal());
        for (int i = 0; i < refs.size(); i++) {
            switch (records.get(i).header().kind()) {
                case CONFIGURATION -> configuration = refs.get(i);
                case SEAL -> seal = Optional.of(refs.get(i));
                case FRAGMENT -> fragments.put(refs.get(i).sequence(), refs.get(i));
                case PADDING -> throw new IllegalArgumentException("padding is not copied");
            }
        }
        boolean isWhole = fragments.size() >= of.fragments().size() && seal.isPresent();
        Segment copy = new Segment(
                of.stream(),
                of.run(),
                of.number(),
                of.epoch(),
                isWhole ? Segment.State.SEALED : Segment.State.UNSEALED,
                of.codec(),
                of.cameraOffsetMicros(),
                of.ownLessUtcMicros(),
                configuration,
                isWhole ? seal : Optional.empty(),
                List.copyOf(fragments.values()));
        book.put(stream, new VaultCopy(caseId, copy, Optional.empty()));
    }
}
