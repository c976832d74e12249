// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.audit.DamagedTrailException;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.audit.Hash;

class ErasureRegisterTest {
    private static final Instant AT = Instant.parse("2026-11-22T09:00:00Z");

    private final ErasureRegister register = new ErasureRegister();

    private static Entry entry(Act act, long epoch) {
        Fields data = Fields.NONE.with("class", "ordinary").with("epoch", epoch);
        Fields whole =
                act == Act.EPOCH_DUE ? data.with("rule", "limit").with("kept", List.of("gate/main", "hall/sub")) : data;
        return new Entry(0, act.code(), Actor.MACHINE, Optional.empty(), AT, AT, whole, Hash.ZERO);
    }

    /** Of each number: even is due, odd is erased; what counts is what was said last. */
    @Property(tries = 200)
    void fold_anyOrder_knowsWhatIsUnfinishedAndErased_alsoFromItsSnapshot(
            @ForAll @Size(max = 60) List<@IntRange(max = 39) Integer> said) throws DamagedTrailException {
        ErasureRegister.State state = register.empty();
        Set<Long> due = new HashSet<>();
        Set<Long> erased = new HashSet<>();
        for (int one : said) {
            long epoch = one / 2;
            boolean isDue = one % 2 == 0;
            state = register.apply(state, entry(isDue ? Act.EPOCH_DUE : Act.EPOCH_ERASED, epoch));
            if (isDue) {
                due.add(epoch);
            } else {
                due.remove(epoch);
                erased.add(epoch);
            }
        }
        ErasureRegister.State read = register.parse(register.toBytes(state));
        for (ErasureRegister.State each : List.of(state, read)) {
            assertThat(each.unfinished().keySet()).isEqualTo(due);
            for (long epoch = 0; epoch < 20; epoch++) {
                assertThat(each.isErased(epoch)).isEqualTo(erased.contains(epoch) && !due.contains(epoch));
            }
            assertThat(each.hasErased()).isEqualTo(!said.isEmpty());
            each.unfinished().values().forEach(one -> assertThat(one.kept()).containsExactly("gate/main", "hall/sub"));
        }
    }

    @Property(tries = 500)
    void parse_nonsense_isRefusedOrRead_andNothingElse(
            @ForAll @StringLength(max = 30) @AlphaChars @Chars({'\t', '\n', ' ', '0', '9', '-'}) String text) {
        for (String start : List.of("", "erased\t", "erased\t5\t", "due\t", "due\t1\tordinary\t")) {
            try {
                assertThat(register.parse((start + text).getBytes(US_ASCII))).isNotNull();
            } catch (DamagedTrailException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }
}
