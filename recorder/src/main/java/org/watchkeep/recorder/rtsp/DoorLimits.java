// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

/**
 * How much a server bears from those that have not logged in. Immutable; 0 is no limit.
 *
 * @param strangersOfAnAddress connections of one address that have not logged in, at a time
 * @param strangers the same of all addresses
 * @param loginSeconds a connection that has not logged in by then is closed, whatever it says meanwhile
 * @param refusalsOfAnAddress wrong logins of one address, at whatever path, after which it is shut out for a while
 *     ({@link LoginGuard#LOCK_OUT_NANOS})
 */
public record DoorLimits(int strangersOfAnAddress, int strangers, int loginSeconds, int refusalsOfAnAddress) {
    /** For servers among friends: simulated cameras, whose clients are one recorder and all log in at once. */
    public static final DoorLimits NONE = new DoorLimits(0, 0, 0, 0);

    /**
     * For a port that anybody might reach. A login takes two exchanges: 32 at a time let a site of 200 cameras behind one
     * address in within seconds, and 15 seconds are TLS over the slowest of mobile links. 512 connections cost some 2 MB. Ten
     * cameras of one address may have a wrong password each before the address is shut out.
     */
    public static final DoorLimits PUBLIC = new DoorLimits(32, 512, 15, 100);

    public DoorLimits {
        if (strangersOfAnAddress < 0 || strangers < 0 || loginSeconds < 0 || refusalsOfAnAddress < 0) {
            throw new IllegalArgumentException("limits: " + strangersOfAnAddress + ", " + strangers + ", "
                    + loginSeconds + ", " + refusalsOfAnAddress + " (expected: >= 0 each)");
        }
    }
}
