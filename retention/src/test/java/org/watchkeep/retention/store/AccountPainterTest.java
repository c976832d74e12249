// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.watchkeep.retention.store.StreamAccount.Kind;

/** Every instant is one thing, whatever is known of it. */
class AccountPainterTest {
    private static final int SPAN = 60;
    private static final List<GapCause> CAUSES =
            List.of(GapCause.CONNECTION_LOST, GapCause.DISABLED, GapCause.ERASED, GapCause.DAMAGED);

    private static AccountFacts.Stretch stretch(long from, long to, String cause) {
        return new AccountFacts.Stretch(from, to, cause);
    }

    private static List<AccountFacts.Stretch> stretches(Random random, int most, boolean haveCause) {
        List<AccountFacts.Stretch> all = new ArrayList<>();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            long from = random.nextInt(SPAN + 20) - 10L;
            String cause = haveCause ? CAUSES.get(random.nextInt(CAUSES.size())).code() : "";
            // Also such that end where they begin, or before.
            all.add(stretch(from, from + random.nextInt(15) - 2, cause));
        }
        return all;
    }

    private static AccountFacts facts(Random random) {
        List<AccountFacts.Stretch> footage = stretches(random, 6, false);
        return new AccountFacts(
                random.nextInt(SPAN + 20) - 10,
                random.nextInt(5) == 0 ? OptionalLong.empty() : OptionalLong.of(random.nextInt(40) - 20),
                footage.stream().mapToLong(AccountFacts.Stretch::from).min(),
                footage,
                stretches(random, 6, true),
                stretches(random, 2, false));
    }

    private static boolean has(List<AccountFacts.Stretch> stretches, long at) {
        return stretches.stream().anyMatch(each -> each.from() <= at && at < each.to());
    }

    /** The same rule, said of one instant. */
    private static Kind kindAt(AccountFacts facts, long at) {
        if (has(facts.footage(), at)) {
            return Kind.RECORDED;
        }
        for (int i = facts.gaps().size() - 1; i >= 0; i--) {
            AccountFacts.Stretch gap = facts.gaps().get(i);
            if (has(List.of(gap), at)) {
                return switch (GapCause.ofCode(gap.cause()).orElseThrow()) {
                    case DISABLED -> Kind.NOT_ASKED;
                    case ERASED -> Kind.ERASED;
                    case DAMAGED -> Kind.DAMAGED;
                    default -> Kind.GAP;
                };
            }
        }
        if (at >= facts.now()) {
            return Kind.FUTURE;
        }
        if (facts.registered().isEmpty() || at < facts.registered().getAsLong()) {
            return Kind.NOT_ASKED;
        }
        if (has(facts.steps(), at)) {
            return Kind.CLOCK_STEP;
        }
        long registered = facts.registered().getAsLong();
        long lastKnown = facts.lastKnown().orElse(registered);
        if (at >= lastKnown) {
            return Kind.OPEN;
        }
        return at < facts.oldest().orElse(lastKnown) ? Kind.ERASED : Kind.UNEXPLAINED;
    }

    private static long micros(Instant instant) {
        return StreamState.micros(instant);
    }

    @Property(tries = 5_000)
    void pieces_partitionTheSpanExactly_andSayOfEachInstantWhatTheFactsSay(@ForAll long seed) {
        AccountFacts facts = facts(new Random(seed));
        List<StreamAccount.Piece> pieces = new AccountPainter(0, SPAN, 0).paint(facts);
        long cursor = 0;
        for (StreamAccount.Piece piece : pieces) {
            assertThat(micros(piece.from())).isEqualTo(cursor);
            assertThat(piece.to()).isAfter(piece.from());
            for (long at = cursor; at < micros(piece.to()); at++) {
                assertThat(piece.kind()).as("at %d of %s", at, facts).isEqualTo(kindAt(facts, at));
            }
            cursor = micros(piece.to());
        }
        assertThat(cursor).isEqualTo(SPAN);
        StreamAccount account = new StreamAccount(pieces, Duration.ZERO);
        assertThat(account.totals().stream().map(StreamAccount.Total::length).reduce(Duration.ZERO, Duration::plus))
                .isEqualTo(Duration.ofNanos(SPAN * 1_000L));
    }

    @Property(tries = 2_000)
    void withSlivers_thePiecesStillPartition_andWhatIsEnteredStays(@ForAll long seed) {
        AccountFacts facts = facts(new Random(seed));
        List<StreamAccount.Piece> pieces = new AccountPainter(0, SPAN, 3).paint(facts);
        long cursor = 0;
        for (StreamAccount.Piece piece : pieces) {
            assertThat(micros(piece.from())).isEqualTo(cursor);
            for (long at = cursor; at < micros(piece.to()); at++) {
                Kind exact = kindAt(facts, at);
                if (exact == Kind.RECORDED || exact == Kind.GAP || exact == Kind.DAMAGED) {
                    assertThat(piece.kind()).as("at %d of %s", at, facts).isEqualTo(exact);
                }
            }
            cursor = micros(piece.to());
        }
        assertThat(cursor).isEqualTo(SPAN);
    }

    @Property(tries = 1_000)
    void overlap_isFootageLessTheInstantsItCovers(@ForAll long seed) {
        AccountFacts facts = facts(new Random(seed));
        long footage = 0;
        long covered = 0;
        for (long at = 0; at < SPAN; at++) {
            long instant = at;
            footage += facts.footage().stream()
                    .filter(each -> has(List.of(each), instant))
                    .count();
            covered += has(facts.footage(), at) ? 1 : 0;
        }
        assertThat(facts.overlapMicros(0, SPAN)).isEqualTo(footage - covered);
    }

    @Test
    void coverage_countsWhatWasErasedSince_andNotWhatWasNotAskedFor() {
        AccountFacts facts = new AccountFacts(
                90,
                OptionalLong.of(10),
                OptionalLong.of(40),
                List.of(stretch(40, 60, ""), stretch(70, 90, "")),
                List.of(stretch(60, 70, GapCause.NO_MEDIA.code())),
                List.of());
        StreamAccount account = new StreamAccount(new AccountPainter(0, 100, 0).paint(facts), Duration.ZERO);
        assertThat(account.pieces())
                .extracting(StreamAccount.Piece::kind)
                .containsExactly(Kind.NOT_ASKED, Kind.ERASED, Kind.RECORDED, Kind.GAP, Kind.RECORDED, Kind.FUTURE);
        assertThat(account.coveragePercent()).contains(87.5);
        assertThat(account.pieces().get(3).cause()).isEqualTo("no-media");
    }

    @Test
    void streamThatNobodyKnows_wasNotAskedFor() {
        StreamAccount account =
                new StreamAccount(new AccountPainter(0, 10, 0).paint(AccountFacts.unknown(20)), Duration.ZERO);
        assertThat(account.pieces()).singleElement().matches(piece -> piece.kind() == Kind.NOT_ASKED);
        assertThat(account.coveragePercent()).isEmpty();
    }
}
