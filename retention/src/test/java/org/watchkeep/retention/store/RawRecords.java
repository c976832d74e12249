// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.watchkeep.retention.disk.FakeDisk;

/** The reels as a thief of the disks has them, and every key that can be made of what else stands there. */
final class RawRecords {
    private static final int KEY_BYTES = 32;

    private final RecordCipher cipher = new RecordCipher(new SecureRandom());
    private final FakeDisk disk;

    /** A record on a raw reel. */
    record Raw(ByteBuffer reel, int at, RecordHeader header) {}

    RawRecords(FakeDisk disk) {
        this.disk = disk;
    }

    boolean opens(SecretKey key, Raw record) {
        try {
            cipher.open(record.header, key, record.reel, record.at);
            return true;
        } catch (GeneralSecurityException wrong) {
            return false;
        }
    }

    /** All but padding, as they stand on the reels. */
    List<Raw> all() throws IOException {
        List<Raw> records = new ArrayList<>();
        for (Path file : disk.files()) {
            if (file.toString().endsWith(".wk")) {
                ByteBuffer reel = ByteBuffer.wrap(disk.contents(file));
                for (int at = ReelHeader.BYTES; at + RecordHeader.BYTES <= reel.capacity(); ) {
                    RecordHeader header = RecordHeader.read(reel, at);
                    if (header == null) {
                        break;
                    }
                    if (header.kind() != RecordHeader.Kind.PADDING) {
                        records.add(new Raw(reel, at, header));
                    }
                    at += header.recordBytes();
                }
            }
        }
        return records;
    }

    /** Takes each 32 bytes that stand anywhere beside the reels for a key: none opens the shortest of these. */
    void assertNothingOnTheDisksOpens(List<Raw> records) throws IOException {
        Raw shortest = records.stream()
                .min(Comparator.comparingLong(record -> record.header.recordBytes()))
                .orElseThrow();
        long tried = 0;
        for (Path file : disk.files()) {
            if (!file.toString().endsWith(".wk")) {
                byte[] bytes = disk.contents(file);
                for (int at = 0; at + KEY_BYTES <= bytes.length; at++) {
                    if (bytes[at] == 0 && bytes[at + KEY_BYTES - 1] == 0) {
                        continue; // the zeros behind slots; no key of ours begins and ends so but one in 65,536
                    }
                    tried++;
                    SecretKey key = new SecretKeySpec(bytes, at, KEY_BYTES, "AES");
                    assertThat(opens(key, shortest)).as("%s at %d", file, at).isFalse();
                }
            }
        }
        assertThat(tried).as("windows tried as keys").isGreaterThan(1_000);
    }
}
