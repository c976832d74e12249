// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who is let in, and who is shut out, on a port that anybody can reach. */
class DoorTest {
    private static final DoorLimits LIMITS = new DoorLimits(3, 5, 10, 20, 2);

    private final Door door = new Door(LIMITS);
    private int ports = 1_024;

    private Optional<Door.Place> enter(String address) {
        return door.enter(new InetSocketAddress(NetUtil.createInetAddressFromIpAddressString(address), ports++));
    }

    @Test
    void enter_manyOfOneAddress_leavesRoomForOthers() {
        for (int i = 0; i < 3; i++) {
            assertThat(enter("192.0.2.1")).isPresent();
        }
        for (int i = 0; i < 1_000; i++) {
            assertThat(enter("192.0.2.1")).isEmpty();
        }
        assertThat(enter("192.0.2.2")).isPresent();
        assertThat(door.strangers()).isEqualTo(4);
    }

    @Test
    void enter_manyAddresses_areBoundedTogether() {
        for (int i = 1; i <= 5; i++) {
            assertThat(enter("192.0.2." + i)).isPresent();
        }
        assertThat(enter("192.0.2.6")).isEmpty();
    }

    @Test
    void enter_addressesOfOneIpv6Site_countAsOne() {
        for (int i = 1; i <= 3; i++) {
            assertThat(enter("2001:db8::" + i)).isPresent();
        }
        assertThat(enter("2001:db8::4")).isEmpty();
        assertThat(enter("2001:db8:0:1::1")).isPresent();
    }

    @Test
    void giveUp_loggedInOrGone_makesRoomOnce() {
        List<Door.Place> in = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            in.add(enter("192.0.2.1").orElseThrow());
        }
        in.get(0).giveUp();
        in.get(0).giveUp();
        assertThat(in.get(0).isStranger()).isFalse();
        assertThat(enter("192.0.2.1")).isPresent();
        assertThat(enter("192.0.2.1")).isEmpty();
    }

    @Test
    void logIn_manyAtOnePath_leavesRoomAtOthers() {
        List<Door.Place> in = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            in.add(enter("192.0.2.1").orElseThrow());
        }
        assertThat(in.get(0).logIn("/gate")).isTrue();
        assertThat(in.get(0).logIn("/gate")).isTrue();
        assertThat(in.get(1).logIn("/gate")).isTrue();
        assertThat(in.get(2).logIn("/gate")).isFalse();
        assertThat(in.get(2).isStranger()).isTrue();
        assertThat(in.get(2).logIn("/yard")).isTrue();
        assertThat(in.get(2).isStranger()).isFalse();
        assertThat(in.get(2).logIn("/gate")).isFalse();

        in.get(0).leave();
        assertThat(in.get(0).logIn("/gate")).isFalse();
        assertThat(in.get(2).logIn("/gate")).isTrue();
        assertThat(in.get(2).isLoggedInAt("/gate")).isTrue();
        assertThat(in.get(2).isLoggedInAt("/yard")).isTrue();
        assertThat(door.strangers()).isZero();
    }

    /** Who pushes at one path and asks at another is not thrown out of the first; but nobody stands everywhere. */
    @Test
    void logIn_atManyPaths_staysAtTheLastFew() {
        Door.Place place = enter("192.0.2.1").orElseThrow();
        for (int path = 0; path <= Door.MAX_PATHS; path++) {
            assertThat(place.logIn("/p" + path)).isTrue();
        }
        assertThat(place.isLoggedInAt("/p0")).isFalse();
        assertThat(place.isLoggedInAt("/p1")).isTrue();
        assertThat(place.isLoggedInAt("/p" + Door.MAX_PATHS)).isTrue();
    }

    @Test
    void enter_noLimits_letsEverybodyIn() {
        Door open = new Door(DoorLimits.NONE);
        for (int i = 0; i < 1_000; i++) {
            assertThat(open.enter(new InetSocketAddress(
                            NetUtil.createInetAddressFromIpAddressString("192.0.2.1"), 1_024 + i)))
                    .isPresent();
        }
    }

    @Test
    void guard_wrongLoginsAtManyPaths_shutTheAddressOutForAWhile() {
        LoginGuard guard = new LoginGuard(new ServerTally(), LIMITS.refusalsOfAnAddress());
        MountAccess access = new MountAccess(MountAccess.Scheme.DIGEST_ANY, "r", new Credentials("u", "p"))
                .withHabits(MountAccess.Habits.NONE.withLockOutAfter(10));
        for (int i = 0; i < 20; i++) {
            assertThat(guard.isShutOut(access, "/new", "a", i)).isFalse();
            guard.onRefused(access, "/p" + i % 4, "a", i);
        }
        assertThat(guard.isShutOut(access, "/new", "a", 20)).isTrue();
        assertThat(guard.isShutOut(access, "/new", "b", 20)).isFalse();
        assertThat(guard.isShutOut(access, "/new", "a", LoginGuard.LOCK_OUT_NANOS))
                .isFalse();
    }

    @Test
    void guard_wrongLoginsFromThousandsOfAddresses_endNoLockOut() {
        LoginGuard guard = new LoginGuard(new ServerTally(), LIMITS.refusalsOfAnAddress());
        MountAccess access = new MountAccess(MountAccess.Scheme.DIGEST_ANY, "r", new Credentials("u", "p"))
                .withHabits(MountAccess.Habits.NONE.withLockOutAfter(10));
        for (int i = 0; i < 100; i++) {
            guard.onRefused(access, "/gate", "a" + i % 10, i);
        }
        for (int i = 0; i < LoginGuard.MAX_ENTRIES; i++) {
            guard.onRefused(access, "/gate", "other " + i, 100 + i);
        }
        for (int i = 0; i < 10; i++) {
            assertThat(guard.isShutOut(access, "/gate", "a" + i, 20_000)).isTrue();
        }
        assertThat(guard.isShutOut(access, "/gate", "b", 20_000)).isFalse();
    }

    @Test
    void guard_fullOfLockOuts_stillShutsOutWhoeverComesThen() {
        LoginGuard guard = new LoginGuard(new ServerTally(), LIMITS.refusalsOfAnAddress());
        MountAccess access = new MountAccess(MountAccess.Scheme.DIGEST_ANY, "r", new Credentials("u", "p"))
                .withHabits(MountAccess.Habits.NONE.withLockOutAfter(1));
        for (int i = 0; i < LoginGuard.MAX_ENTRIES / 8; i++) {
            for (int path = 0; path < 10; path++) {
                guard.onRefused(access, "/p" + path, "other " + i, i);
            }
        }
        MountAccess gate = access.withHabits(MountAccess.Habits.NONE.withLockOutAfter(10));
        for (int i = 0; i < 10; i++) {
            assertThat(guard.isShutOut(gate, "/gate", "a", 10_000 + i)).isFalse();
            guard.onRefused(gate, "/gate", "a", 10_000 + i);
        }
        assertThat(guard.isShutOut(gate, "/gate", "a", 20_000)).isTrue();
    }

    /** Two cameras of a site, each shut out for a while again and again, do not add up. */
    @Test
    void guard_aFewWrongLoginsEachPeriod_neverShutTheAddressOut() {
        LoginGuard guard = new LoginGuard(new ServerTally(), LIMITS.refusalsOfAnAddress());
        MountAccess access = new MountAccess(MountAccess.Scheme.DIGEST_ANY, "r", new Credentials("u", "p"))
                .withHabits(MountAccess.Habits.NONE.withLockOutAfter(10));
        for (long minute = 0; minute < 600; minute++) {
            long now = TimeUnit.MINUTES.toNanos(minute);
            guard.onRefused(access, "/p" + minute % 2, "a", now);
            assertThat(guard.isShutOut(access, "/new", "a", now)).isFalse();
        }
    }
}
