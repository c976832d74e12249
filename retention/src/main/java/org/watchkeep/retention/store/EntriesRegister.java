// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.watchkeep.retention.audit.DamagedTrailException;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.audit.Register;

/** The trail's entries of one kind as they are, so that who folds them need not read all others. Confined to its fold. */
final class EntriesRegister implements Register<List<Entry>> {
    private final String name;

    /** @param name what stands before the point in its acts */
    EntriesRegister(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public List<Entry> empty() {
        return new ArrayList<>();
    }

    @Override
    public List<Entry> apply(List<Entry> state, Entry entry) {
        state.add(entry);
        return state;
    }

    /** A line each; canonical bytes have no line feed. */
    @Override
    public byte[] toBytes(List<Entry> state) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (Entry entry : state) {
            lines.writeBytes(entry.toBytes());
            lines.write('\n');
        }
        return lines.toByteArray();
    }

    @Override
    public List<Entry> parse(byte[] bytes) throws DamagedTrailException {
        List<Entry> state = new ArrayList<>();
        int from = 0;
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                state.add(Entry.parse(Arrays.copyOfRange(bytes, from, at)));
                from = at + 1;
            }
        }
        if (from < bytes.length) {
            throw new DamagedTrailException("register of " + name + ": ends in the middle of an entry: "
                    + new String(bytes, from, Math.min(40, bytes.length - from), US_ASCII));
        }
        return state;
    }
}
