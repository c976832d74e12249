// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, run by sh over a made-up project with made-up JDKs and a Maven that only notes that it was called. */
@Timeout(120)
class LauncherIT {
    /** All that the script needs of the system; Maven and javac are in the test's hands. */
    private static final List<String> TOOLS = List.of(
            "sh",
            "sed",
            "cat",
            "find",
            "head",
            "mkdir",
            "rm",
            "mv",
            "tee",
            "readlink",
            "sleep",
            "kill",
            "stty",
            "pwd",
            "uname");

    @TempDir
    private Path folder;

    private Path project;
    private Path bin;
    private Path calls;

    @BeforeEach
    void makeProject() throws IOException {
        project = Files.createDirectories(folder.resolve("a project"));
        bin = Files.createDirectories(folder.resolve("bin"));
        calls = folder.resolve("mvn-calls");
        Files.copy(repository().resolve("watchkeep"), project.resolve("watchkeep"));
        Files.writeString(project.resolve("pom.xml"), "<project/>");
        Files.createDirectories(project.resolve(".mvn"));
        for (String module : List.of("control-room", "bench", "retention")) {
            Files.createDirectories(project.resolve(module).resolve("src/main/java"));
            Files.writeString(project.resolve(module).resolve("pom.xml"), "<project/>");
        }
        for (String tool : TOOLS) {
            for (Path place : List.of(Path.of("/usr/bin"), Path.of("/bin"))) {
                if (Files.exists(place.resolve(tool)) && !Files.exists(bin.resolve(tool))) {
                    Files.createSymbolicLink(bin.resolve(tool), place.resolve(tool));
                }
            }
        }
        script(bin.resolve("mvn"), """
            echo "JAVA_HOME=$JAVA_HOME MAVEN_OPTS=${MAVEN_OPTS:-}" >> '%s'
            for module in control-room bench; do
                mkdir -p $module/target/launcher/classes
                printf '%%s' "$PWD/retention/target/launcher/classes:$PWD/some.jar" > $module/target/launcher/class-path.txt
            done
            : > some.jar
            exit ${MVN_EXIT:-0}
            """.formatted(calls));
    }

    private static Path repository() {
        Path here = Path.of("").toAbsolutePath();
        Path parent = here.getParent();
        return Files.exists(here.resolve("watchkeep")) || parent == null ? here : parent;
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path jdk(String version) throws IOException {
        Path home = folder.resolve("jdk-" + version);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
        script(home.resolve("bin/javac"), "echo javac " + version + "\n");
        script(home.resolve("bin/java"), "echo java " + version + "\nprintf '%s\\n' \"$@\"\nexit 7\n");
        return home;
    }

    private record Ended(int exit, String out, String err) {
        List<String> outLines() {
            return out.lines().toList();
        }
    }

    private Ended run(Path launcher, Map<String, String> more, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(new TreeMap<>(Map.of("PATH", bin.toString(), "WATCHKEEP_JDK_FOLDERS", "")));
        environment.putAll(more);
        Path err = folder.resolve("stderr");
        Process process = builder.redirectError(err.toFile()).start();
        process.getOutputStream().close();
        try (InputStream out = process.getInputStream()) {
            String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), text, Files.readString(err));
        }
    }

    private Ended run(Map<String, String> more, String... arguments) throws Exception {
        return run(project.resolve("watchkeep"), more, arguments);
    }

    private long builds() throws IOException {
        return Files.exists(calls) ? Files.readAllLines(calls).size() : 0;
    }

    private Map<String, String> with(Path jdk) {
        return Map.of("JAVA_HOME", jdk.toString());
    }

    @Test
    void run_noJdk_saysInOneLineHowToGetOne() throws Exception {
        Ended ended = run(Map.of(), "demo");
        assertThat(ended.exit()).isEqualTo(3);
        assertThat(ended.err().lines())
                .hasSize(1)
                .first()
                .asString()
                .contains("JDK 17")
                .contains("apt-get install");
        assertThat(ended.out()).isEmpty();
    }

    @Test
    void run_onlyAnOldJdk_isRefused() throws Exception {
        Ended ended = run(Map.of(
                "JAVA_HOME",
                jdk("11.0.2").toString(),
                "WATCHKEEP_JDK_FOLDERS",
                jdk("1.8.0_392").toString()));
        assertThat(ended.exit()).isEqualTo(3);
        assertThat(ended.err()).contains("no JDK 17 or newer");
    }

    @Test
    void run_noMaven_saysInOneLineHowToGetIt() throws Exception {
        Files.delete(bin.resolve("mvn"));
        Ended ended = run(with(jdk("17.0.1")), "demo");
        assertThat(ended.exit()).isEqualTo(3);
        assertThat(ended.err().lines())
                .hasSize(1)
                .first()
                .asString()
                .contains("mvn")
                .contains("apt-get install");
    }

    @Test
    void run_severalJdks_takesTheNewest() throws Exception {
        jdk("25");
        String folders = jdk("17.0.15") + " " + folder.resolve("jdk-25") + " " + jdk("9");
        Ended ended = run(Map.of("JAVA_HOME", jdk("21.0.2").toString(), "WATCHKEEP_JDK_FOLDERS", folders));
        assertThat(ended.outLines()).first().isEqualTo("java 25");
        assertThat(ended.outLines()).contains("--enable-native-access=ALL-UNNAMED");
        assertThat(Files.readString(calls)).contains("JAVA_HOME=" + folder.resolve("jdk-25"));
    }

    @Test
    void run_chosenJdk_isTakenThoughANewerIsThere() throws Exception {
        jdk("25");
        Ended ended = run(Map.of(
                "WATCHKEEP_JAVA_HOME",
                jdk("17.0.15").toString(),
                "JAVA_HOME",
                folder.resolve("jdk-25").toString()));
        assertThat(ended.outLines()).first().isEqualTo("java 17.0.15");
        assertThat(ended.out()).doesNotContain("native-access");
    }

    @Test
    void run_argumentsAndExitCode_passThroughUntouched() throws Exception {
        Ended ended = run(with(jdk("17")), "store", "ls", "--camera", "a b", "*");
        assertThat(ended.exit()).isEqualTo(7);
        assertThat(ended.outLines())
                .endsWith("org.watchkeep.controlroom.cli.Main", "store", "ls", "--camera", "a b", "*");
        assertThat(ended.out()).contains("-Djava.awt.headless=true").contains("-XX:MaxDirectMemorySize=");
    }

    @Test
    void run_bench_goesToTheBenches() throws Exception {
        assertThat(run(with(jdk("17")), "bench", "ingest").outLines()).endsWith("org.watchkeep.bench.Main", "ingest");
    }

    @Test
    void run_anyCommand_makesFilesForItsOwnerOnly() throws Exception {
        Path home = jdk("17");
        script(home.resolve("bin/java"), "umask\n");
        assertThat(run(with(home), "demo").out().strip()).endsWith("077");
    }

    @Test
    void run_moreFlags_winOverOurs() throws Exception {
        List<String> out = run(Map.of("JAVA_HOME", jdk("17").toString(), "WATCHKEEP_OPTS", "-Xmx4g -Dx=y"), "demo")
                .outLines();
        assertThat(out).contains("-Xmx4g", "-Dx=y");
        assertThat(out.indexOf("-Xmx4g")).isGreaterThan(out.indexOf("-Xmx1g"));
    }

    @Test
    void run_again_buildsOnlyWhenSourcesChanged() throws Exception {
        Map<String, String> environment = with(jdk("17"));
        Ended first = run(environment, "demo");
        assertThat(first.err()).contains("building").contains("built");
        assertThat(run(environment, "demo").err()).isEmpty();
        assertThat(builds()).isEqualTo(1);
        Path source = Files.writeString(project.resolve("retention/src/main/java/New.java"), "class New {}");
        FileTime built = Files.getLastModifiedTime(project.resolve("target/launcher/built"));
        Files.setLastModifiedTime(source, FileTime.from(built.toInstant().plus(Duration.ofSeconds(1))));
        assertThat(run(environment, "demo").err()).contains("building");
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void run_libraryGone_buildsAgain() throws Exception {
        Map<String, String> environment = with(jdk("17"));
        run(environment, "demo");
        Files.delete(project.resolve("some.jar"));
        run(environment, "demo");
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void run_buildFails_saysWhereTheLogIsAndTriesAgainNextTime() throws Exception {
        Map<String, String> environment = Map.of("JAVA_HOME", jdk("17").toString(), "MVN_EXIT", "1");
        Ended ended = run(environment, "demo");
        assertThat(ended.exit()).isEqualTo(3);
        assertThat(ended.err()).contains("build failed").contains("build.log");
        run(environment, "demo");
        assertThat(builds()).isEqualTo(2);
        assertThat(project.resolve("target/launcher.lock")).doesNotExist();
    }

    @Test
    void run_mavenOptions_reachTheBuild() throws Exception {
        run(Map.of("JAVA_HOME", jdk("17").toString(), "MAVEN_OPTS", "-Dmaven.repo.local=/r"), "demo");
        assertThat(Files.readString(calls)).contains("MAVEN_OPTS=-Dmaven.repo.local=/r");
    }

    @Test
    void run_throughSymbolicLinks_findsTheProject() throws Exception {
        Path links = Files.createDirectories(folder.resolve("links"));
        Path first = Files.createSymbolicLink(links.resolve("first"), Path.of("../a project/watchkeep"));
        Path second = Files.createSymbolicLink(folder.resolve("wk"), first);
        assertThat(run(second, with(jdk("17")), "demo").exit()).isEqualTo(7);
        assertThat(project.resolve("target/launcher/built")).exists();
    }

    @Test
    void run_lockLeftByADeadBuild_isTakenOver() throws Exception {
        Path lock = Files.createDirectories(project.resolve("target/launcher.lock"));
        Process gone = new ProcessBuilder("sh", "-c", "exit 0").start();
        gone.waitFor();
        Files.writeString(lock.resolve("pid"), gone.pid() + "\n");
        assertThat(run(with(jdk("17")), "demo").exit()).isEqualTo(7);
        try (Stream<Path> left = Files.list(project.resolve("target"))) {
            assertThat(left).noneMatch(path -> path.endsWith("launcher.lock"));
        }
    }
}
