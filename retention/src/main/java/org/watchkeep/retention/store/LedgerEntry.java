// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/**
 * One thing that happened to the store and that reels do not tell. Immutable.
 *
 * <p>Kinds and field names are on disk: never rename or reuse one. A new kind or field raises
 * {@link LedgerLine#FORMAT_VERSION}. Texts longer than {@link #MAX_TEXT} are cut, and say so with an ellipsis.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "entry")
@JsonSubTypes({
    @JsonSubTypes.Type(value = LedgerEntry.StreamRegistered.class, name = "stream-registered"),
    @JsonSubTypes.Type(value = LedgerEntry.RunStarted.class, name = "run-started"),
    @JsonSubTypes.Type(value = LedgerEntry.RunNoted.class, name = "run-noted"),
    @JsonSubTypes.Type(value = LedgerEntry.RunEnded.class, name = "run-ended"),
    @JsonSubTypes.Type(value = LedgerEntry.GapOpened.class, name = "gap-opened"),
    @JsonSubTypes.Type(value = LedgerEntry.GapClosed.class, name = "gap-closed"),
    @JsonSubTypes.Type(value = LedgerEntry.RecorderStarted.class, name = "recorder-started"),
    @JsonSubTypes.Type(value = LedgerEntry.RecorderStopped.class, name = "recorder-stopped"),
    @JsonSubTypes.Type(value = LedgerEntry.ClockStepped.class, name = "clock-stepped"),
    @JsonSubTypes.Type(value = LedgerEntry.ReelOpened.class, name = "reel-opened"),
    @JsonSubTypes.Type(value = LedgerEntry.ReelCleared.class, name = "reel-cleared"),
    @JsonSubTypes.Type(value = LedgerEntry.EpochOpened.class, name = "epoch-opened"),
    @JsonSubTypes.Type(value = LedgerEntry.RuleSet.class, name = "rule-set"),
    @JsonSubTypes.Type(value = LedgerEntry.EraseDue.class, name = "erase-due"),
    @JsonSubTypes.Type(value = LedgerEntry.EpochErased.class, name = "epoch-erased"),
    @JsonSubTypes.Type(value = LedgerEntry.MasterRotated.class, name = "master-rotated"),
    @JsonSubTypes.Type(value = LedgerEntry.KeysBackedUp.class, name = "keys-backed-up"),
    @JsonSubTypes.Type(value = LedgerEntry.ClockConfirmed.class, name = "clock-confirmed"),
    @JsonSubTypes.Type(value = LedgerEntry.VolumeRegistered.class, name = "volume-registered"),
    @JsonSubTypes.Type(value = LedgerEntry.VolumeFailed.class, name = "volume-failed"),
    @JsonSubTypes.Type(value = LedgerEntry.HoldEntered.class, name = "hold-entered"),
    @JsonSubTypes.Type(value = LedgerEntry.EpochHeld.class, name = "epoch-held"),
})
sealed interface LedgerEntry {
    /** Enough for any sentence; bounds what a camera's own words can add to the ledger. */
    int MAX_TEXT = 2_000;

    /** A stream got its number, which is never given to another. */
    record StreamRegistered(int number, StreamId stream, String classId) implements LedgerEntry {}

    record RunStarted(long run, int stream, String codec, String notes, long utcMicros) implements LedgerEntry {
        public RunStarted {
            codec = bounded(codec);
            notes = bounded(notes);
        }
    }

    /** Further notes on a run that has begun; said when they first apply, so that a power cut leaves them. */
    record RunNoted(long run, int stream, String notes, long utcMicros) implements LedgerEntry {
        public RunNoted {
            notes = bounded(notes);
        }
    }

    record RunEnded(long run, int stream, String cause, String detail, long utcMicros) implements LedgerEntry {
        public RunEnded {
            cause = bounded(cause);
            detail = bounded(detail);
        }
    }

    /** Monotonic readings compare only within one boot id. */
    record GapOpened(
            long gap, int stream, long fromUtcMicros, long fromMonoNanos, String bootId, GapCause cause, String detail)
            implements LedgerEntry {
        public GapOpened {
            bootId = bounded(bootId);
            detail = bounded(detail);
        }
    }

    record GapClosed(long gap, int stream, long toUtcMicros, long toMonoNanos, String bootId) implements LedgerEntry {
        public GapClosed {
            bootId = bounded(bootId);
        }
    }

    record RecorderStarted(long utcMicros, long monoNanos, String bootId) implements LedgerEntry {
        public RecorderStarted {
            bootId = bounded(bootId);
        }
    }

    /** Clean: every open segment was sealed before. */
    record RecorderStopped(long utcMicros, long monoNanos, String bootId, boolean clean) implements LedgerEntry {
        public RecorderStopped {
            bootId = bounded(bootId);
        }
    }

    record ClockStepped(long fromUtcMicros, long toUtcMicros, long monoNanos) implements LedgerEntry {}

    /** A class claimed a reel of a volume's pool under a new serial. */
    record ReelOpened(String volume, long serial, int reel, String classId, long utcMicros) implements LedgerEntry {}

    /** What a reel held is gone, why, and how much it was. */
    record ReelCleared(
            String volume,
            long serial,
            int reel,
            String reason,
            long fragments,
            long firstStartUtcMicros,
            long lastEndUtcMicros)
            implements LedgerEntry {
        public ReelCleared {
            reason = bounded(reason);
        }
    }

    record EpochOpened(long epoch, String classId, long utcMicros, long monoNanos) implements LedgerEntry {}

    /** For how long a class is kept from now on; said by the configuration, or by two people. */
    record RuleSet(String classId, int days, String reason, String by, String approvedBy) implements LedgerEntry {
        public RuleSet {
            reason = bounded(reason);
            by = bounded(by);
            approvedBy = bounded(approvedBy);
        }
    }

    /** An epoch is about to be erased; what is found without its {@link EpochErased} is done again. */
    record EraseDue(long epoch, String classId, String rule, int days, List<Integer> keptStreams)
            implements LedgerEntry {
        public EraseDue {
            keptStreams = List.copyOf(keptStreams);
        }
    }

    /** No key of the epoch is left in so many homes; the counts are what the index knew of it. */
    record EpochErased(
            long epoch,
            String classId,
            String rule,
            long streams,
            long segments,
            long fragments,
            long bytes,
            int homes,
            int homesOutstanding,
            boolean readPastCache,
            String medium)
            implements LedgerEntry {
        public EpochErased {
            medium = bounded(medium);
        }
    }

    /** Roots are wrapped under another master; backups of the one before are worth nothing and are to be destroyed. */
    record MasterRotated(String from, String to, String by) implements LedgerEntry {
        public MasterRotated {
            by = bounded(by);
        }
    }

    /** A copy of the keystore was made, and what it is on. */
    record KeysBackedUp(String master, String medium, String by) implements LedgerEntry {
        public KeysBackedUp {
            medium = bounded(medium);
            by = bounded(by);
        }
    }

    /** Somebody says that UTC is right, and by how much the retention clock was off it. */
    record ClockConfirmed(long utcMicros, long offMicros, String by) implements LedgerEntry {
        public ClockConfirmed {
            by = bounded(by);
        }
    }

    record VolumeRegistered(String volume, String uuid) implements LedgerEntry {}

    record VolumeFailed(String volume, String detail) implements LedgerEntry {
        public VolumeFailed {
            detail = bounded(detail);
        }
    }

    /** Something was done to a hold or an incident: the entry as the audit trail has it, in its canonical characters. */
    record HoldEntered(String text) implements LedgerEntry {
        /** As long as an entry of the trail may be. */
        static final int MAX_CHARS = 60_000;

        public HoldEntered {
            if (text.length() > MAX_CHARS) {
                throw new IllegalArgumentException(
                        "entry of a hold: " + text.length() + " characters (expected: at most " + MAX_CHARS + ")");
            }
        }
    }

    /** Keys of these streams are kept of an epoch that is about to be erased; its slot will not tell for long when it was. */
    record EpochHeld(long epoch, String classId, long openedUtcMicros, long closedUtcMicros, List<Integer> streams)
            implements LedgerEntry {
        public EpochHeld {
            streams = List.copyOf(streams);
        }
    }

    /** Cut to length, and fit for UTF-8: a camera's words may hold half a surrogate pair. */
    private static String bounded(String text) {
        String cut = text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT - 1) + "…";
        return new String(cut.getBytes(UTF_8), UTF_8);
    }
}
