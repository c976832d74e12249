// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

/** What is said of a fragment in its record header. The bits are on disk: never reuse one. */
public final class FragmentFlags {
    /** Starts at a key picture. */
    public static final int KEY_PICTURE = 1;
    /** Holds at least one damaged access unit (packets lost). */
    public static final int DAMAGED = 1 << 1;
    /** Closed by the timer, for pictures stopped coming. */
    public static final int CUT_BY_TIMER = 1 << 2;
    /** The recorder's own clock had no outside witness at the time. */
    public static final int CLOCK_UNVERIFIED = 1 << 3;
    /** First fragment after whole fragments were dropped. */
    public static final int AFTER_DROP = 1 << 4;
    /** Written by recovery for a segment that a stop had left open. */
    public static final int AT_RECOVERY = 1 << 5;

    private FragmentFlags() {}
}
