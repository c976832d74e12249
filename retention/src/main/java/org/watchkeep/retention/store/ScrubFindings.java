// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.util.Optional;

/** What is found in one segment that is read again. Confined to one thread. */
final class ScrubFindings implements SegmentReading.Findings {
    private int damaged;
    private int missing;
    private int unread;
    private boolean silent;
    private Optional<String> first = Optional.empty();

    @Override
    public void damaged(Segment segment, String what) {
        damaged++;
        note(what);
    }

    @Override
    public void missing(Segment segment, String what) {
        missing++;
        note(what);
    }

    @Override
    public void unreadable(Segment segment, FragmentRef ref, IOException cause) {
        unread++;
        note("sequence " + ref.sequence() + ": " + cause);
    }

    @Override
    public void notAnswering(FragmentRef ref, NotAnsweringException cause) {
        silent = true;
    }

    private void note(String what) {
        first = first.or(() -> Optional.of(what));
    }

    /** Records that are not what was recorded, or that the disk gives an error for. */
    int damaged() {
        return damaged + unread;
    }

    int missing() {
        return missing;
    }

    /** Whether the disk gave an error or no answer for any of it. */
    boolean isUnread() {
        return unread > 0 || silent;
    }

    /** Whether the disk hangs: of what it did not answer for nothing is known. */
    boolean isSilent() {
        return silent;
    }

    /** The first that is wrong; empty where nothing is. */
    Optional<String> first() {
        return first;
    }
}
