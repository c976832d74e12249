// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.watchkeep.profiles.yaml.YamlFaultException.Fault;
import org.watchkeep.recorder.ingest.ConnectLimits;
import org.watchkeep.recorder.rtsp.CameraHabits;
import org.watchkeep.recorder.rtsp.LoginPreference;
import org.watchkeep.recorder.rtsp.TlsTrust;
import org.watchkeep.recorder.rtsp.TransportChoice;
import org.watchkeep.recorder.rtsp.UdpPortRange;
import org.watchkeep.retention.audit.Hash;
import org.watchkeep.retention.audit.VerifierKey;

class SiteConfigReaderTest {
    private static final Path FILE = Path.of("/site/site.yaml");

    private static final String GOOD = """
            site: {name: Town, timeZone: Europe/London}
            volumes:
              - {id: v1, path: disk, size: 1G}
            keys: {keystore: k.p12, passphraseFile: pass, homes: [a, b]}
            classes:
              - {id: town, days: 31, reason: Requests reach us within that time}
            cameras:
              - {id: cam-1, number: 1, name: First, url: "rtsp://10.0.0.1/s"}
            """;

    private static SiteConfig read(String yaml) throws ConfigException {
        return SiteConfigReader.read(FILE, yaml.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Fault> problems(String yaml) {
        return catchThrowableOfType(ConfigException.class, () -> read(yaml)).problems();
    }

    /** The only fault, as {@code line: text}. */
    private static String onlyProblem(String yaml) {
        List<Fault> problems = problems(yaml);
        assertThat(problems).hasSize(1);
        return problems.get(0).line() + ": " + problems.get(0).text();
    }

    private static String cameraWith(String keys) {
        return GOOD.replace("name: First, url: \"rtsp://10.0.0.1/s\"", keys);
    }

    @Test
    void read_goodSite_hasAbsolutePathsAndDefaults() throws Exception {
        SiteConfig site = read(GOOD);
        assertThat(site.name()).isEqualTo("Town");
        assertThat(site.volumes()).containsExactly(new SiteConfig.Volume("v1", Path.of("/site/disk"), 1_000_000_000L));
        assertThat(site.keys().homes()).containsExactly(Path.of("/site/a"), Path.of("/site/b"));
        assertThat(site.cameras().get(0).classId()).isEqualTo("town");
        assertThat(site.cameras().get(0).enabled()).isTrue();
        assertThat(site.cameras().get(0).transport()).isEqualTo(TransportChoice.AUTO);
    }

    @Test
    void read_example_isGood() throws Exception {
        SiteConfig site = read(SiteExample.text());
        assertThat(site.cameras()).hasSize(2);
        assertThat(site.cameras().get(0).credentials()).isPresent();
        assertThat(site.cameras().get(1).enabled()).isFalse();
    }

    private static final String PUSHING =
            cameraWith("name: X, url: \"push:yard/gate\", credentials: {user: u, passwordFile: p, login: any}");

    @Test
    void read_cameraThatPushes_isReadWithWhereItPushesTo() throws Exception {
        SiteConfig site = read(PUSHING + "push: {listen: \"127.0.0.1:8554\"}\nconnects: {together: 8}\n");
        assertThat(site.cameras().get(0).url()).hasToString("push:yard/gate");
        assertThat(site.cameras().get(0).credentials().orElseThrow().login()).isEqualTo(LoginPreference.ANY);
        assertThat(site.push().orElseThrow().listen()).hasToString("/127.0.0.1:8554");
        assertThat(site.push().orElseThrow().certificate()).isEmpty();
        assertThat(site.connects()).isEqualTo(new ConnectLimits(8, ConnectLimits.DEFAULT_PER_DEVICE));
    }

    @Test
    void read_witnesses_areReadWithTheirKeys_andOthersRefused() throws Exception {
        String good = new VerifierKey("w.example/w1", VerifierKey.COSIGNATURE, Hash.ZERO).toString();
        String ours = new VerifierKey("w.example/w1", VerifierKey.ED25519, Hash.ZERO).toString();
        SiteConfig site = read(GOOD + "witnesses:\n  - {url: \"https://w.example/x/\", key: \"" + good + "\"}\n");
        assertThat(site.witnesses()).singleElement().satisfies(witness -> {
            assertThat(witness.url()).hasToString("https://w.example/x");
            assertThat(witness.key()).hasToString(good);
        });
        assertThat(onlyProblem(GOOD + "witnesses:\n  - {url: \"ftp://w.example\", key: \"" + good + "\"}\n"))
                .contains("witnesses[0].url", "expected: http:// or https://");
        assertThat(onlyProblem(GOOD + "witnesses:\n  - {url: \"https://w.example\", key: \"" + ours + "\"}\n"))
                .contains("witnesses[0].key", "type 1");
        assertThat(onlyProblem(GOOD + "witnesses:\n  - {url: \"https://w.example\"}\n"))
                .contains("witnesses[0].key: missing");
    }

    @Test
    void read_paceOfReadingAgain_isReadWithinItsBounds() throws Exception {
        assertThat(read(GOOD).scrubBytesASecond()).isEqualTo(8_000_000);
        assertThat(read(GOOD + "scrub: {perSecond: 20M}\n").scrubBytesASecond()).isEqualTo(20_000_000);
        assertThat(onlyProblem(GOOD + "scrub: {perSecond: 0}\n")).contains("perSecond", "expected: 10000 to");
    }

    @Test
    void read_vault_isAFolderOfItsOwn_andMayBeLeftOut() throws Exception {
        assertThat(read(GOOD).vault()).isEmpty();
        assertThat(read(GOOD + "vault: {path: vault, size: 1G}\n").vault())
                .hasValueSatisfying(vault -> assertThat(vault.sizeBytes()).isEqualTo(1_000_000_000));
        assertThat(onlyProblem(GOOD + "vault: {path: vault}\n")).contains("vault.size: missing");
        assertThat(onlyProblem(GOOD + "vault: {path: vault, size: 1M}\n")).contains("four reels");
        String same = read(GOOD).volumes().get(0).path().toString();
        assertThat(onlyProblem(GOOD + "vault: {path: " + same + ", size: 1G}\n"))
                .contains("a folder of its own");
    }

    @Test
    void read_pushWithoutAddressLoginOrName_isRefused() {
        assertThat(onlyProblem(PUSHING)).contains("push: missing (expected: push: {listen");
        String listen = "push: {listen: \"127.0.0.1:8554\"}\n";
        assertThat(onlyProblem(cameraWith("name: X, url: \"push:gate\"") + listen))
                .contains("without credentials");
        assertThat(onlyProblem(GOOD + "push: {listen: somewhere}\n")).contains("expected: address:port");
        assertThat(problems(PUSHING.replace("push:yard/gate", "push:../x y") + listen))
                .isNotEmpty();
    }

    @Test
    void read_loginOfAnUnknownKind_isRefused() {
        assertThat(onlyProblem(PUSHING.replace("login: any", "login: plain") + "push: {listen: \"127.0.0.1:1\"}\n"))
                .contains("expected: digest, any or basic");
    }

    @Test
    void read_unknownKey_saysLineAndWhatIsKnown() {
        assertThat(onlyProblem(cameraWith("name: X, adress: y, url: \"rtsp://10.0.0.1/s\"")))
                .startsWith("8: cameras[0].adress: not known here (expected: id, number, name");
    }

    @Test
    void read_keyTwice_isRefused() {
        assertThat(onlyProblem(GOOD + "site: {name: B}\n")).isEqualTo("9: site: stands twice (first in line 1)");
    }

    @Test
    void read_cameraIdTwice_saysBothLines() {
        String yaml = GOOD + "  - {id: cam-1, number: 2, name: Second, url: \"rtsp://10.0.0.2/s\"}\n";
        assertThat(onlyProblem(yaml)).isEqualTo("9: cameras[1].id: cam-1 stands twice (first in line 8)");
    }

    @Test
    void read_cameraNumberTwice_isRefused() {
        String yaml = GOOD + "  - {id: cam-2, number: 1, name: Second, url: \"rtsp://10.0.0.2/s\"}\n";
        assertThat(onlyProblem(yaml)).isEqualTo("9: cameras[1].number: 1 stands twice (first in line 8)");
    }

    @Test
    void read_severalFaults_saysAllOfThem() {
        String yaml = GOOD.replace("days: 31", "days: 0")
                .replace("size: 1G", "size: big")
                .replace("number: 1", "number: one");
        assertThat(problems(yaml)).extracting(Fault::line).containsExactly(3, 6, 8);
    }

    @Test
    void read_passwordInAddress_isRefusedAndNotRepeated() {
        String problem = onlyProblem(cameraWith("name: X, url: \"rtsp://admin:hunter2@10.0.0.1/s\""));
        assertThat(problem).contains("credentials").doesNotContain("hunter2");
    }

    @Test
    void read_passwordInQuery_isRefusedAndNotRepeated() {
        String problem = onlyProblem(cameraWith("name: X, url: \"rtsp://10.0.0.1/s?user=a&password=hunter2\""));
        assertThat(problem).contains("credentials").doesNotContain("hunter2");
    }

    @Test
    void read_passwordInPathAsSomeMakersWriteIt_isRefused() {
        String problem = onlyProblem(cameraWith("name: X, url: \"rtsp://10.0.0.1/user=a_password=hunter2_channel=1\""));
        assertThat(problem).contains("credentials").doesNotContain("hunter2");
    }

    @Test
    void read_otherSchemeOrPort_isRefused() {
        assertThat(onlyProblem(cameraWith("name: X, url: \"http://10.0.0.1/s\"")))
                .contains("expected: rtsp://host/path");
        assertThat(onlyProblem(cameraWith("name: X, url: \"rtsp://10.0.0.1:99999/s\"")))
                .contains("1 to 65535");
    }

    @Test
    void read_longRetention_needsALimitAndAReason() throws ConfigException {
        assertThat(onlyProblem(GOOD.replace("days: 31", "days: 32")))
                .contains("classes[0].days")
                .contains("from 1 to 31");
        assertThat(onlyProblem(GOOD.replace("days: 31", "days: -1"))).contains("from 1 to 31");
        assertThat(onlyProblem(withoutReason("days: 60, limitDays: 90")))
                .startsWith("6: classes[0].reason: missing")
                .contains("another limit than ordinary CCTV");
        assertThat(onlyProblem(GOOD.replace("days: 31", "days: 1, limitDays: 367")))
                .contains("classes[0].limitDays")
                .contains("from 1 to 366");
        String named = GOOD.replace("days: 31", "days: 60, limitDays: 90");
        assertThat(read(named).classes().get(0).days()).isEqualTo(60);
    }

    private static String withoutReason(String days) {
        return GOOD.replace("days: 31, reason: Requests reach us within that time", days);
    }

    @Test
    void read_classWithoutReason_saysWhatToWrite() {
        assertThat(onlyProblem(withoutReason("days: 14")))
                .isEqualTo("6: classes[0].reason: missing (expected: in a sentence, why footage of class town is kept"
                        + " for 14 days and no fewer)");
        assertThat(onlyProblem(withoutReason("days: 14, reason: \" \""))).contains("6: classes[0].reason");
    }

    @Test
    void read_daysThatNoClassCanHave_saysWhy() {
        assertThat(onlyProblem(GOOD.replace("days: 31", "days: 32")))
                .isEqualTo("6: classes[0].days: 32, above the legal limit of the class (expected: a whole number from 1"
                        + " to 31; 31 for ordinary CCTV, another class names its limitDays)");
        assertThat(onlyProblem(GOOD.replace("days: 31", "days: 0")))
                .isEqualTo("6: classes[0].days: 0 (expected: a whole number from 1 to 31)");
        assertThat(onlyProblem(GOOD.replace("days: 31", "days: two")))
                .isEqualTo("6: classes[0].days: two (expected: a whole number from 1 to 31)");
        assertThat(onlyProblem(GOOD.replace("days: 31, ", ""))).startsWith("6: classes[0].days: missing");
    }

    @Test
    void read_sameKeyHomeTwice_isRefused() {
        assertThat(onlyProblem(GOOD.replace("[a, b]", "[a, ./a]"))).contains("two folders");
    }

    @Test
    void read_unknownClass_isRefused() {
        assertThat(onlyProblem(cameraWith("name: X, class: city, url: \"rtsp://10.0.0.1/s\"")))
                .isEqualTo("8: cameras[0].class: city (expected: the id of one of classes)");
    }

    @Test
    void read_profileWithHost_fillsMainAndSubAddresses() throws ConfigException {
        SiteConfig.Camera camera = read(cameraWith(
                        "name: X, profile: hikvision, host: 10.0.0.9, port: 10554, channel: 4, "
                                + "transport: udp, streams: {main: true, sub: true}"))
                .cameras()
                .get(0);
        assertThat(camera.url()).hasToString("rtsp://10.0.0.9:10554/Streaming/Channels/401");
        assertThat(camera.sub().orElseThrow()).hasToString("rtsp://10.0.0.9:10554/Streaming/Channels/402");
        assertThat(camera.transport()).isEqualTo(TransportChoice.UDP);
    }

    @Test
    void read_urlAndProfile_takesTheSubStreamsHostFromTheUrl() throws ConfigException {
        SiteConfig.Camera camera = read(cameraWith(
                        "name: X, profile: pelco, url: \"rtsp://[2001:db8::7]:8554/a\", streams: {sub: true}"))
                .cameras()
                .get(0);
        assertThat(camera.url()).hasToString("rtsp://[2001:db8::7]:8554/a");
        assertThat(camera.sub().orElseThrow()).hasToString("rtsp://[2001:db8::7]:8554/stream2");
    }

    @Test
    void read_pushWithACertificate_wantsItsKey() throws ConfigException {
        String push = "push: {listen: \"127.0.0.1:8554\", certificate: own.pem, key: own.key}\n";
        assertThat(read(GOOD + push).push().orElseThrow().certificate())
                .hasValue(new SiteConfig.CertificateFiles(
                        FILE.resolveSibling("own.pem"), FILE.resolveSibling("own.key")));
        assertThat(onlyProblem(GOOD + push.replace(", key: own.key", ""))).contains("push.key: missing");
        assertThat(onlyProblem(GOOD + push.replace(", certificate: own.pem", "")))
                .contains("push.certificate: missing");
    }

    @Test
    void read_udpPorts_areARangeForAFirewall() throws ConfigException {
        assertThat(read(GOOD).udpPorts()).hasToString("any");
        UdpPortRange ports = read(GOOD + "network: {udpPorts: 20001-20999}\n").udpPorts();
        assertThat(ports).hasToString("20002-20999");
        assertThat(ports.pairs()).isEqualTo(499);
        for (String bad : List.of("20000", "80-90", "20000-20000", "20000-70000", "30000-20000", "a-b")) {
            assertThat(onlyProblem(GOOD + "network: {udpPorts: " + bad + "}\n"))
                    .contains("network.udpPorts: " + bad + " (expected: two ports as 20000-20999");
        }
    }

    @Test
    void read_profile_bringsTheHabitsOfItsFamily() throws ConfigException {
        CameraHabits habits = read(cameraWith("name: X, profile: hikvision, host: 10.0.0.1"))
                .cameras()
                .get(0)
                .habits();
        assertThat(habits).isEqualTo(new CameraHabits(false, Optional.of("OPTIONS"), OptionalInt.of(25)));
        assertThat(read(GOOD).cameras().get(0).habits()).isEqualTo(CameraHabits.UNKNOWN);
    }

    @Test
    void read_tls_takesPinOrFileOfAuthorities() throws ConfigException {
        String pin = "AB:".repeat(31) + "cd";
        SiteConfig.Camera pinned = read(cameraWith("name: X, url: \"rtsps://10.0.0.1/s\", tls: {pin: \"" + pin + "\"}"))
                .cameras()
                .get(0);
        assertThat(pinned.tls()).isEqualTo(TlsTrust.pinned("ab".repeat(31) + "cd"));
        SiteConfig.Camera signed = read(cameraWith(
                        "name: X, url: \"rtsps://10.0.0.1/s\", tls: {caFile: ca.pem, oldVersions: true}"))
                .cameras()
                .get(0);
        assertThat(signed.tls())
                .isEqualTo(TlsTrust.signedBy(FILE.resolveSibling("ca.pem")).withOldTls());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "transport: pigeon, url: ~rtsp://h/s~|cameras[0].transport: pigeon (expected: auto, tcp or udp)",
                "transport: udp, url: ~rtsps://h/s~|cameras[0].transport: udp for rtsps://",
                "url: ~rtsp://h/s~, tls: {pin: aa}|cameras[0].tls: for an address without TLS",
                "url: ~rtsps://h/s~, tls: {pin: aa}|cameras[0].tls.pin: tls pin: aa",
                "url: ~http://h/s~|cameras[0].url: http://h/s (expected: rtsp://host/path or rtsps://host/path)",
                "profile: acme, host: h|cameras[0].profile: acme (expected: one of `watchkeep profile ls`)",
                "profile: pelco|cameras[0].url: profile without host",
                "profile: redvision, host: h|cameras[0].url: profile redvision knows no such address",
                "host: h, url: ~rtsp://h/s~|cameras[0].host: ",
                "url: ~rtsp://h/s~, streams: {sub: true}|cameras[0].streams.sub: true without a profile",
                "url: ~rtsp://h/s~, streams: {sub: ~rtsp://a:b@h/t~}|cameras[0].streams.sub: a login in the address",
                "url: ~rtsp://h/s~, streams: {main: false}|cameras[0].streams.main: false",
            })
    void read_badTransportTlsProfileOrStreams_isOneFaultWithItsLine(String keys, String fault) {
        // Not every fault stands alone: what follows from the first one is said too.
        assertThat(problems(cameraWith("name: X, " + keys.replace("~", "\"")))).anySatisfy(problem -> {
            assertThat(problem.text()).startsWith(fault);
            assertThat(problem.line()).isEqualTo(8);
        });
    }

    @Test
    void read_aliasBomb_isRefusedAtOnce() {
        String bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n";
        assertThat(onlyProblem(bomb)).contains("anchors");
    }

    @Test
    void read_deepNesting_isRefused() {
        assertThat(onlyProblem("[".repeat(1000) + "]".repeat(1000))).contains("deep");
    }

    @Test
    void read_hugeFile_isRefusedUnread(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("site.yaml");
        Files.write(file, new byte[SiteConfigReader.MAX_FILE_BYTES + 1]);
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> SiteConfigReader.read(file));
        assertThat(e).hasMessageContaining("larger than");
    }

    @Test
    void read_tooManyCameras_isRefused() {
        StringBuilder yaml = new StringBuilder(GOOD);
        for (int i = 2; i <= SiteConfigReader.MAX_CAMERAS + 1; i++) {
            yaml.append("  - {id: c" + i + ", number: " + i + ", name: N, url: \"rtsp://10.0.0.1/s\"}\n");
        }
        assertThat(onlyProblem(yaml.toString())).contains("expected: 0 to " + SiteConfigReader.MAX_CAMERAS);
    }

    @Test
    void read_notUtf8_isRefused() {
        ConfigException e = catchThrowableOfType(
                ConfigException.class, () -> SiteConfigReader.read(FILE, new byte[] {(byte) 0xc3, 0x28}));
        assertThat(e).hasMessageContaining("UTF-8");
    }

    @Test
    void read_emptyFile_pointsToTheExample() {
        assertThat(onlyProblem("# nothing\n")).contains("config example");
    }

    @Test
    void read_noFile_isSaid(@TempDir Path folder) {
        Path file = folder.resolve("none.yaml");
        assertThat(catchThrowableOfType(NoSuchFileException.class, () -> SiteConfigReader.read(file)))
                .hasMessageContaining("none.yaml");
    }

    @Test
    void read_noYaml_saysWhatItMetAndWhere() {
        assertThat(onlyProblem("site:\n\tname: Town\n"))
                .startsWith("2: not YAML: ")
                .containsIgnoringCase("tab");
        assertThat(onlyProblem("site: [1,2\nb: }\n")).contains("not YAML: ").contains("expected ','");
    }
}
