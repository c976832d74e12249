// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Map;
import java.util.TreeMap;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.DamagedTrailException;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.audit.Register;

/** What the newest entries of a kind say, by what they are about. Stateless; a state is an unmodifiable map. */
final class LatestRegister implements Register<Map<String, String>> {
    /** {@link #ACT}: the newest act. */
    static final LatestRegister MACHINE = new LatestRegister("machine");

    /** {@link #DIGEST}: of the configuration entered last. */
    static final LatestRegister SITE = new LatestRegister("site");

    /** Digest of each camera's settings, by its id; none of one that was removed. */
    static final LatestRegister CAMERA = new LatestRegister("camera");

    /** Digest of each scheme, by its id; none of one that was removed. */
    static final LatestRegister SCHEME = new LatestRegister("scheme");

    static final String ACT = "act";
    static final String DIGEST = "digest";

    private static final String BETWEEN = "\t";

    private final String name;

    private LatestRegister(String name) {
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
    public Map<String, String> empty() {
        return Map.of();
    }

    @Override
    public Map<String, String> apply(Map<String, String> state, Entry entry) throws DamagedTrailException {
        Map<String, String> next = new TreeMap<>(state);
        try {
            if (this == MACHINE) {
                next.put(ACT, entry.act());
            } else if (entry.act().equals(Act.CAMERA_REMOVED.code())
                    || entry.act().equals(Act.SCHEME_REMOVED.code())) {
                next.remove(entry.data().text(name));
            } else {
                String about = this == SITE ? DIGEST : entry.data().text(name);
                next.put(about, entry.data().hash("digest").toString());
            }
        } catch (IllegalArgumentException e) {
            throw new DamagedTrailException("entry " + entry.index() + ": " + e.getMessage(), e);
        }
        return Map.copyOf(next);
    }

    @Override
    public byte[] toBytes(Map<String, String> state) {
        StringBuilder lines = new StringBuilder();
        new TreeMap<>(state)
                .forEach((about, value) ->
                        lines.append(about).append(BETWEEN).append(value).append('\n'));
        return lines.toString().getBytes(US_ASCII);
    }

    @Override
    public Map<String, String> parse(byte[] bytes) throws DamagedTrailException {
        Map<String, String> state = new TreeMap<>();
        for (String line : new String(bytes, US_ASCII).split("\n", -1)) {
            int tab = line.indexOf(BETWEEN);
            if (tab > 0) {
                state.put(line.substring(0, tab), line.substring(tab + 1));
            } else if (!line.isEmpty()) {
                throw new DamagedTrailException("register line: " + line + " (expected: two words)");
            }
        }
        return Map.copyOf(state);
    }
}
