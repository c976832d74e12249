// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

/**
 * How much a server bears from those that have not logged in, and from one login. Immutable; 0 is no limit.
 *
 * @param strangersOfAnAddress connections of one address that have not logged in, at a time
 * @param strangers the same of all addresses
 * @param loginSeconds a connection that has not logged in by then is closed, whatever it says meanwhile
 * @param refusalsOfAnAddress wrong logins of one address, at whatever path, after which it is shut out for a while
 *     ({@link LoginGuard#LOCK_OUT_NANOS})
 * @param connectionsOfALogin connections that have logged in at one path, at a time
 */
public record DoorLimits(
        int strangersOfAnAddress, int strangers, int loginSeconds, int refusalsOfAnAddress, int connectionsOfALogin) {
    /** For servers among friends: simulated cameras, whose clients are one recorder and all log in at once. */
    public static final DoorLimits NONE = new DoorLimits(0, 0, 0, 0, 0);

    /**
     * For a port that anybody might reach. A login takes two exchanges: 32 at a time let a site of 200 cameras behind one
     * address in within seconds, and 15 seconds are TLS over the slowest of mobile links. 512 connections cost some 2 MB, and
     * what each has sent of a message that is not whole yet ({@link MessageReader} takes a quarter of a MiB at most). Ten
     * cameras of one address may have a wrong password each before the address is shut out. A camera has one connection, and
     * may leave a dead one behind each 5 s, which stands for a minute: more than 16 are no camera's.
     */
    public static final DoorLimits PUBLIC = new DoorLimits(32, 512, 15, 100, 16);

    public DoorLimits {
        if (Math.min(Math.min(strangersOfAnAddress, strangers), Math.min(loginSeconds, refusalsOfAnAddress)) < 0
                || connectionsOfALogin < 0) {
            throw new IllegalArgumentException(
                    "limits: " + strangersOfAnAddress + ", " + strangers + ", " + loginSeconds + ", "
                            + refusalsOfAnAddress + ", " + connectionsOfALogin + " (expected: >= 0 each)");
        }
    }
}
