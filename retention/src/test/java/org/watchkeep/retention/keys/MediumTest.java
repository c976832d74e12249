// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class MediumTest {
    private static final String TABLE = """
        22 1 259:1 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p1 rw,errors=remount-ro
        31 22 0:28 / /tmp rw - tmpfs tmpfs rw,size=1g
        40 22 0:40 / /srv/key\\040home rw,noatime shared:9 master:2 - btrfs /dev/sdb rw,space_cache
        41 22 8:1 / /mnt/j rw - ext4 /dev/sdc rw,data=journal
        42 22 0:44 / /mnt/net rw - nfs4 server:/x rw
        43 22 8:2 / /mnt/over rw - ext4 /dev/sdd rw
        44 43 0:45 / /mnt/over rw - overlay overlay rw,lowerdir=/a
        not a line
        """;

    @Test
    void judge_takesTheNearestMount_andOnlyWhatWritesInPlace() {
        assertThat(judge("/var/lib/home")).isEqualTo("in place: ext4");
        assertThat(judge("/tmp/home")).isEqualTo("in place: tmpfs");
        assertThat(judge("/tmpx/home")).isEqualTo("in place: ext4");
        assertThat(judge("/srv/key home/a")).isEqualTo("copies possible: btrfs");
        assertThat(judge("/mnt/j/a")).isEqualTo("copies possible: ext4 with data=journal");
        assertThat(judge("/mnt/net/a")).isEqualTo("copies possible: nfs4");
        assertThat(judge("/mnt/over/a")).as("the later mount lies above").isEqualTo("copies possible: overlay");
        assertThat(Medium.judge("", Path.of("/a"))).isEqualTo("copies possible: the file system is not known");
    }

    private static String judge(String folder) {
        return Medium.judge(TABLE, Path.of(folder));
    }

    @Property(tries = 500)
    void judge_anyTable_saysSomething(@ForAll String nonsense, @ForAll int cut) {
        String table = TABLE.substring(0, Math.floorMod(cut, TABLE.length())) + nonsense;
        assertThat(Medium.judge(table, Path.of("/srv/key home/a"))).isNotEmpty();
    }
}
