// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/**
 * The house rules, checked over the main classes of every module: which room may know which, and where the clock, the
 * natives and the exit are kept. It stands in this module because this one sees all the others.
 */
@AnalyzeClasses(
        packages = "org.watchkeep",
        importOptions = {ImportOption.DoNotIncludeTests.class, HouseRulesTest.NoTestJars.class})
class HouseRulesTest {

    private static final String PROFILES = "org.watchkeep.profiles..";
    private static final String RETENTION = "org.watchkeep.retention..";
    private static final String RECORDER = "org.watchkeep.recorder..";
    private static final String DISCLOSURE = "org.watchkeep.disclosure..";
    private static final String CONTROL_ROOM = "org.watchkeep.controlroom..";
    private static final String BENCH = "org.watchkeep.bench..";

    /** The recording path: what a camera's bytes run through on an event loop. */
    private static final String[] RECORDING_PATH = {
        "org.watchkeep.recorder.rtsp..",
        "org.watchkeep.recorder.rtp..",
        "org.watchkeep.recorder.media..",
        "org.watchkeep.recorder.ingest.."
    };

    /** Who may ask the machine for the time. Everybody else is handed a clock, so that tests move time by hand. */
    private static final Set<String> CLOCKS = Set.of(
            "org.watchkeep.retention.store.SystemStoreClock",
            // A camera has a clock of its own; the simulated one's is set to the machine's unless a test moves it.
            "org.watchkeep.recorder.camera.CameraClock");

    // ---- Rooms and arrows

    /** A rule over classes that are not there would pass in silence. */
    @ArchTest
    static void everyRoomIsSeen(JavaClasses classes) {
        for (String room : List.of(PROFILES, RETENTION, RECORDER, DISCLOSURE, CONTROL_ROOM, BENCH)) {
            assertThat(classes.that(resideInAPackage(room)))
                    .as("main classes of %s on the class path of this test", room)
                    .isNotEmpty();
        }
    }

    @ArchTest
    static final ArchRule PROFILES_KNOW_NOBODY = noClasses()
            .that()
            .resideInAPackage(PROFILES)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(RETENTION, RECORDER, DISCLOSURE, CONTROL_ROOM, BENCH);

    @ArchTest
    static final ArchRule RETENTION_KNOWS_NOBODY = noClasses()
            .that()
            .resideInAPackage(RETENTION)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(PROFILES, RECORDER, DISCLOSURE, CONTROL_ROOM, BENCH);

    @ArchTest
    static final ArchRule RECORDER_KNOWS_RETENTION_AND_PROFILES = noClasses()
            .that()
            .resideInAPackage(RECORDER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(DISCLOSURE, CONTROL_ROOM, BENCH);

    @ArchTest
    static final ArchRule DISCLOSURE_KNOWS_RETENTION = noClasses()
            .that()
            .resideInAPackage(DISCLOSURE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(PROFILES, RECORDER, CONTROL_ROOM, BENCH);

    @ArchTest
    static final ArchRule ONLY_BENCH_KNOWS_BENCH = noClasses()
            .that()
            .resideOutsideOfPackage(BENCH)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(BENCH);

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("org.watchkeep.(*).(*)..").should().beFreeOfCycles();

    /** A verifier reads bytes as a stranger would: a fault in the writer must not be able to agree with itself. */
    @ArchTest
    static final ArchRule VERIFY_STANDS_ALONE = noClasses()
            .that()
            .resideInAPackage("org.watchkeep.disclosure.verify..")
            .should()
            .dependOnClassesThat(resideInAPackage("org.watchkeep..")
                    .and(DescribedPredicate.not(resideInAPackage("org.watchkeep.disclosure.verify.."))))
            .allowEmptyShould(true);

    // ---- Where a library may be met

    @ArchTest
    static final ArchRule ROCKSDB_IN_THE_STORE_ONLY = noClasses()
            .that()
            .resideOutsideOfPackage("org.watchkeep.retention.store")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.rocksdb..");

    @ArchTest
    static final ArchRule NETTY_AT_THE_EDGES_ONLY = noClasses()
            .that()
            .resideOutsideOfPackages(RECORDER, CONTROL_ROOM, BENCH)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule CODECS_OUT_OF_THE_RECORDING_PATH = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "org.watchkeep.disclosure.render..",
                    "org.watchkeep.disclosure.masking..",
                    "org.watchkeep.recorder.camera..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bytedeco..");

    /** The simulated camera may use FFmpeg; what records may therefore not use the simulated camera. */
    @ArchTest
    static final ArchRule RECORDING_DOES_NOT_NEED_THE_SIMULATED_CAMERA = noClasses()
            .that()
            .resideInAnyPackage(RECORDING_PATH)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.watchkeep.recorder.camera..");

    /**
     * Event loops touch neither disk nor locks: one slow disk would be felt by every camera of the loop. RunFile writes
     * what a person extracts, on that person's thread; no event loop knows it. TlsContexts reads the authorities' file on
     * the threads that look up names.
     */
    @ArchTest
    static final ArchRule EVENT_LOOPS_TOUCH_NO_DISK_AND_NO_LOCK = noClasses()
            .that()
            .resideInAnyPackage(RECORDING_PATH)
            .and()
            .doNotHaveFullyQualifiedName("org.watchkeep.recorder.media.RunFile")
            .and()
            .doNotHaveFullyQualifiedName("org.watchkeep.recorder.rtsp.TlsContexts")
            .should()
            .dependOnClassesThat(describe(
                    "files or locks",
                    type -> type.getPackageName().equals("java.util.concurrent.locks")
                            || type.isAssignableTo("java.nio.channels.FileChannel")
                            || Set.of(
                                            "java.nio.file.Files",
                                            "java.io.File",
                                            "java.io.FileInputStream",
                                            "java.io.FileOutputStream",
                                            "java.io.RandomAccessFile")
                                    .contains(type.getName())));

    // ---- The clock and the way out

    @ArchTest
    static final ArchRule TIME_IS_HANDED_IN = noClasses()
            .that(describe(
                    "are neither a named clock nor a Main",
                    type -> !CLOCKS.contains(outermost(type).getName()) && !isMain(type)))
            .should()
            .accessTargetWhere(describe("it asks the machine for the time", HouseRulesTest::asksForTheTime));

    @ArchTest
    static final ArchRule NOTHING_BUT_MAIN_EXITS = noClasses()
            .that(describe("are not a Main", type -> !isMain(type)))
            .should()
            .accessTargetWhere(describe("it ends the process", HouseRulesTest::endsTheProcess));

    // ---- Shape

    @ArchTest
    static final ArchRule PACKAGES_ARE_NULL_MARKED = classes().should(resideInANullMarkedPackage());

    @ArchTest
    static final ArchRule NAMES_SAY_WHAT_A_THING_IS = noClasses()
            .should()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameStartingWith("Abstract");

    private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
        return new ArchCondition<>("reside in a package whose package-info says @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                events.add(new SimpleConditionEvent(
                        type, marked, type.getName() + ": package " + type.getPackageName() + " is not @NullMarked"));
            }
        };
    }

    private static boolean isMain(JavaClass type) {
        return outermost(type).getSimpleName().equals("Main");
    }

    private static JavaClass outermost(JavaClass type) {
        JavaClass outer = type;
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer;
    }

    private static boolean asksForTheTime(JavaAccess<?> access) {
        if (!(access instanceof JavaCodeUnitAccess<?> call)) {
            return false;
        }
        JavaClass owner = call.getTargetOwner();
        String name = call.getName();
        boolean clockGiven =
                call.getTarget().getRawParameterTypes().stream().anyMatch(p -> p.isEquivalentTo(Clock.class));
        if (owner.isEquivalentTo(System.class)) {
            return name.equals("currentTimeMillis") || name.equals("nanoTime");
        }
        if (owner.isEquivalentTo(Clock.class)) {
            return name.startsWith("system") || (name.startsWith("tick") && !clockGiven);
        }
        if (owner.isEquivalentTo(Date.class)) {
            return name.equals("<init>")
                    && call.getTarget().getRawParameterTypes().isEmpty();
        }
        return owner.getPackageName().startsWith("java.time") && name.equals("now") && !clockGiven;
    }

    private static boolean endsTheProcess(JavaAccess<?> access) {
        boolean ends = Set.of("exit", "halt").contains(access.getName());
        return ends
                && (access.getTargetOwner().isEquivalentTo(System.class)
                        || access.getTargetOwner().isEquivalentTo(Runtime.class));
    }

    /** The failing disk and other test doubles of a module come to its neighbours as a jar of test classes. */
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }
}
