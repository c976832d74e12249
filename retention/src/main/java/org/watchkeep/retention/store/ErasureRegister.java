// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.DamagedTrailException;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.audit.Register;

/**
 * Which epochs the trail says are about to be erased, and which are erased: each {@code epoch.due} without its
 * {@code epoch.erased} is done again, and no epoch is erased twice. Stateless.
 */
final class ErasureRegister implements Register<ErasureRegister.State> {
    private static final String DUE = "due";
    private static final String ERASED = "erased";

    /** 43 years of an epoch an hour for 350 classes: 16 MB of memory. */
    private static final int MOST_EPOCHS = 1 << 27;

    /** Identifiers in entries have no control characters. */
    private static final String BETWEEN = "\t";

    /** An erasure that was entered and not known to have come to its end. */
    record Unfinished(String classId, String rule, List<String> kept) {
        Unfinished {
            kept = List.copyOf(kept);
        }
    }

    /** Confined to its fold: what is taken from it is read at once. */
    static final class State {
        private final TreeMap<Long, Unfinished> unfinished = new TreeMap<>();
        private final BitSet erased = new BitSet();

        /** Oldest epoch first. */
        Map<Long, Unfinished> unfinished() {
            return Collections.unmodifiableMap(new TreeMap<>(unfinished));
        }

        boolean isErased(long epoch) {
            return epoch >= 0 && epoch <= MOST_EPOCHS && erased.get((int) epoch) && !unfinished.containsKey(epoch);
        }

        boolean hasErased() {
            return !erased.isEmpty() || !unfinished.isEmpty();
        }
    }

    @Override
    public String name() {
        return "epoch";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public State empty() {
        return new State();
    }

    @Override
    public State apply(State state, Entry entry) throws DamagedTrailException {
        try {
            if (entry.act().equals(Act.EPOCH_DUE.code())) {
                state.unfinished.put(
                        entry.data().number("epoch"),
                        new Unfinished(
                                entry.data().text("class"),
                                entry.data().text("rule"),
                                entry.data().texts("kept")));
            } else if (entry.act().equals(Act.EPOCH_ERASED.code())) {
                long epoch = entry.data().number("epoch");
                state.unfinished.remove(epoch);
                state.erased.set(place(epoch));
            }
            return state;
        } catch (IllegalArgumentException e) {
            throw new DamagedTrailException("entry " + entry.index() + ": " + e.getMessage(), e);
        }
    }

    private static int place(long epoch) throws DamagedTrailException {
        if (epoch < 0 || epoch > MOST_EPOCHS) {
            throw new DamagedTrailException("epoch: " + epoch + " (expected: 0 to " + MOST_EPOCHS + ")");
        }
        return (int) epoch;
    }

    /** {@code erased <from> <behind>} for each span, {@code due <epoch> <class> <rule> <kept>…} for each unfinished. */
    @Override
    public byte[] toBytes(State state) {
        StringBuilder lines = new StringBuilder();
        for (int from = state.erased.nextSetBit(0); from >= 0; ) {
            int behind = state.erased.nextClearBit(from);
            lines.append(String.join(BETWEEN, ERASED, Integer.toString(from), Integer.toString(behind)))
                    .append('\n');
            from = state.erased.nextSetBit(behind);
        }
        state.unfinished.forEach((epoch, due) -> {
            lines.append(String.join(BETWEEN, DUE, Long.toString(epoch), due.classId(), due.rule()));
            due.kept().forEach(stream -> lines.append(BETWEEN).append(stream));
            lines.append('\n');
        });
        return lines.toString().getBytes(US_ASCII);
    }

    @Override
    public State parse(byte[] bytes) throws DamagedTrailException {
        State state = new State();
        String text = new String(bytes, US_ASCII);
        for (String line : text.isEmpty() ? new String[0] : text.split("\n", -1)) {
            if (!line.isEmpty()) {
                parse(state, line);
            }
        }
        return state;
    }

    private static void parse(State state, String line) throws DamagedTrailException {
        String[] words = line.split(BETWEEN, -1);
        try {
            if (words[0].equals(ERASED) && words.length == 3) {
                state.erased.set(place(Long.parseLong(words[1])), place(Long.parseLong(words[2])));
                return;
            }
            if (words[0].equals(DUE) && words.length >= 4) {
                List<String> kept = Arrays.asList(words).subList(4, words.length);
                state.unfinished.put(Long.parseLong(words[1]), new Unfinished(words[2], words[3], kept));
                return;
            }
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new DamagedTrailException("register line: " + line, e);
        }
        throw new DamagedTrailException("register line: " + line + " (expected: erased or due)");
    }
}
