// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.access.Purposes.Looked;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.profiles.yaml.YamlFaultException;
import org.watchkeep.retention.disk.RealDisk;

class PurposesTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 23);
    private static final Looked TOWN = new Looked("high-town-04", Optional.of("town"), Set.of("crime", "traffic"));
    private static final Looked PARKS = new Looked("park-1", Optional.of("parks"), Set.of());
    private static final Looked NO_SCHEME = new Looked("gate", Optional.empty(), Set.of());

    @TempDir
    private Path data;

    private Purposes written() throws IOException {
        PurposesFile.write(new RealDisk(), data, TODAY);
        return PurposesFile.read(data);
    }

    private Purposes read(String text) throws IOException {
        Files.writeString(data.resolve(PurposesFile.NAME), text);
        return PurposesFile.read(data);
    }

    @Test
    void shippedList_hasTheFourteenOfTheCode_reviewedInAYear() throws IOException, Refusal {
        Purposes purposes = written();
        assertThat(purposes.trouble()).isEmpty();
        assertThat(purposes.all().stream().filter(one -> one.basis() == Purpose.Basis.CODE_OF_PRACTICE))
                .hasSize(14);
        assertThat(purposes.require("crime", NO_SCHEME, TODAY).says())
                .isEqualTo("Prevent and detect crime and help to find offenders");
        assertThat(purposes.suspended(TODAY)).isEmpty();
        assertThat(purposes.suspended(TODAY.plusYears(1).minusDays(1))).isEmpty();
        assertThat(purposes.suspended(TODAY.plusYears(1)))
                .hasSize(purposes.all().size());
    }

    @Test
    void folderOfAnOlderVersion_hasTheShippedList() throws Refusal {
        assertThat(PurposesFile.read(data)
                        .require("crime", PARKS, TODAY.plusYears(80))
                        .id())
                .isEqualTo("crime");
    }

    @Test
    void purposeNotInTheList_isRefused_withThoseThatMayBeUsed() throws IOException {
        Purposes purposes = written();
        assertThatThrownBy(() -> purposes.require("curiosity", TOWN, TODAY))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo("bad-purpose");
                    assertThat(refusal.exit()).isEqualTo(Refusal.BAD_INPUT);
                    assertThat(refusal.next()).contains("crime", "traffic", "subject-request");
                    assertThat(refusal.next()).doesNotContain("housing");
                });
    }

    @Test
    void schemeThatNamesItsPurposes_hasThoseAndTheInternalOnes() throws IOException, Refusal {
        Purposes purposes = written();
        assertThat(purposes.require("traffic", TOWN, TODAY).id()).isEqualTo("traffic");
        assertThat(purposes.require("subject-request", TOWN, TODAY).id()).isEqualTo("subject-request");
        assertRefused(purposes, "housing", TOWN, "purpose-not-of-scheme", "scheme town");
        assertThat(purposes.require("housing", PARKS, TODAY).id()).isEqualTo("housing");
    }

    @Test
    void purposeOfOneScheme_isNotForAnother() throws IOException, Refusal {
        Purposes purposes = read(
                "purposes: [{id: anpr, says: Find vehicles, basis: code-of-practice, schemes: [roads], review: 2027-01-01}]");
        assertThat(purposes.require("anpr", new Looked("a1", Optional.of("roads"), Set.of()), TODAY)
                        .id())
                .isEqualTo("anpr");
        assertRefused(purposes, "anpr", TOWN, "purpose-not-of-scheme", "scheme town");
        assertRefused(purposes, "anpr", NO_SCHEME, "purpose-not-of-scheme", "gate");
    }

    @Test
    void reviewPassed_suspendsFromThatDayOn() throws IOException, Refusal {
        Purposes purposes = read("purposes: [{id: crime, says: Crime, basis: code-of-practice, review: 2026-11-24}]");
        assertThat(purposes.require("crime", PARKS, TODAY).id()).isEqualTo("crime");
        assertThatThrownBy(() -> purposes.require("crime", PARKS, TODAY.plusDays(1)))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo("purpose-suspended");
                    assertThat(refusal.next()).contains("reviewed");
                });
        assertThat(purposes.suspended(TODAY.plusDays(1))).containsOnlyKeys("crime");
    }

    @Test
    void addedPurpose_isADraft_untilAllHaveAgreed() throws IOException, Refusal {
        String head = "purposes: [{id: match-days, says: Football, basis: added, review: 2027-01-01";
        assertRefused(read(head + "}]"), "match-days", PARKS, "purpose-suspended", "draft");
        Map<String, String> without = Map.of(
                "sro", "{spoc: 2026-10-01, dpo: 2026-10-01, assessment: OA-7}",
                "spoc", "{sro: 2026-10-01, dpo: 2026-10-01, assessment: OA-7}",
                "dpo", "{sro: 2026-10-01, spoc: 2026-10-01, assessment: OA-7}",
                "assessment", "{sro: 2026-10-01, spoc: 2026-10-01, dpo: 2026-10-01}");
        for (Map.Entry<String, String> each : without.entrySet()) {
            Purposes purposes = read(head + ", approved: " + each.getValue() + "}]");
            assertRefused(purposes, "match-days", PARKS, "purpose-suspended", "(" + each.getKey() + ")");
        }
        Purposes whole =
                read(head + ", approved: {sro: 2026-10-01, spoc: 2026-10-01, dpo: 2026-10-01, assessment: OA-7}}]");
        assertThat(whole.require("match-days", PARKS, TODAY).id()).isEqualTo("match-days");
    }

    @Test
    void listThatCannotBeRead_allowsNothing_andSaysWhere() throws IOException {
        Purposes purposes = read("purposes:\n  - {id: crime, says: Crime, basis: custom, review: soon, colour: red}\n");
        assertThat(purposes.trouble()).hasValueSatisfying(why -> assertThat(why).contains(PurposesFile.NAME + ":2"));
        assertRefused(purposes, "crime", PARKS, "no-purposes", "cannot be read");
    }

    @Test
    void faults_areAllSaid_withTheirLines() {
        String text = """
                purposes:
                  - {id: crime, says: Crime, basis: custom, review: soon}
                  - {id: crime, says: Crime, basis: internal}
                """;
        assertThatThrownBy(() -> PurposesFile.parse("purposes.yaml", text.getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        YamlFaultException.class,
                        fault -> assertThat(fault.faults())
                                .hasSize(4)
                                .anySatisfy(one -> assertThat(one.text()).contains("custom"))
                                .anySatisfy(one -> assertThat(one.text()).contains("soon"))
                                .anySatisfy(one -> assertThat(one.text()).contains("review: missing"))
                                .anySatisfy(one -> assertThat(one.text()).contains("twice")));
    }

    private static void assertRefused(Purposes purposes, String id, Looked at, String code, String says) {
        assertThatThrownBy(() -> purposes.require(id, at, TODAY))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code))
                .hasMessageContaining(says);
    }
}
