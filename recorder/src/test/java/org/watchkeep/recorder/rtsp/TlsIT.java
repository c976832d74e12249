// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.recorder.camera.CameraClock;
import org.watchkeep.recorder.camera.SimulatedCamera;
import org.watchkeep.recorder.camera.SimulatedCameras;
import org.watchkeep.recorder.camera.TlsQuirk;

/** Which cameras are believed inside TLS, and what is said of one that is not: the engineer has to know what to do. */
class TlsIT {
    private static final String HERE = InetAddress.getLoopbackAddress().getHostAddress();

    @TempDir
    Path folder;

    /** Where a camera with these quirks is called, and what came of it. */
    private static String call(TlsTrust trust, TlsQuirk... quirks) throws Exception {
        try (SimulatedCameras fleet = camera(quirks)) {
            return OldTlsCall.call(fleet.urls().get(0), trust);
        }
    }

    private static SimulatedCameras camera(TlsQuirk... quirks) throws Exception {
        SimulatedCamera camera = SimulatedCamera.drawn(1, "Inside TLS").withQuirks(List.of(quirks));
        return SimulatedCameras.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CameraClock.system(), List.of(camera));
    }

    /** A server that shows this certificate is called. */
    private static String call(ServerCertificate shown, TlsTrust trust) throws Exception {
        EventLoopGroup loops = NettyTransport.best().loops(1, "server");
        RtspServerSettings settings = RtspServerSettings.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .withCertificate(shown);
        try (RtspServer server =
                new RtspServer(settings, NettyTransport.best(), loops, new SecureRandom(), System::nanoTime)) {
            return OldTlsCall.call(
                    URI.create("rtsps://" + HERE + ":" + server.address().getPort() + "/"), trust);
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private Path pem(String name, ServerCertificate certificate) throws Exception {
        String text =
                Base64.getMimeEncoder().encodeToString(certificate.certificate().getEncoded());
        return Files.writeString(
                folder.resolve(name), "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n");
    }

    @Test
    void call_certificateOfAnAuthorityInTheFile_isBelieved() throws Exception {
        ServerCertificate authority = ServerCertificate.authority("Town cameras", Instant.now());
        TlsTrust trust = TlsTrust.signedBy(pem("ca.pem", authority));
        assertThat(call(authority.issue("Gate", HERE, Instant.now()), trust)).isEqualTo("TLSv1.3");
        assertThat(call(authority.issue("Gate", "192.0.2.7", Instant.now()), trust))
                .contains("not believed")
                .contains("ca.pem")
                .contains(HERE)
                .contains("set tls.pin");
        Instant longAgo = Instant.now().minus(Duration.ofDays(365));
        assertThat(call(authority.issue("Gate", HERE, longAgo), trust))
                .contains("which is over")
                .contains("validity check failed");
    }

    @Test
    void call_certificateOfAnotherAuthority_isRefusedByTheNameOfTheFile() throws Exception {
        ServerCertificate other = ServerCertificate.authority("Somebody else", Instant.now());
        ServerCertificate shown = ServerCertificate.selfSigned("Gate", HERE, Instant.now());
        assertThat(call(shown, TlsTrust.signedBy(pem("other.pem", other))))
                .contains("CN=Gate, signed by CN=Gate")
                .contains("by " + folder.resolve("other.pem"))
                .contains(shown.sha256());
    }

    @Test
    void call_authoritiesThatAreNone_areNamed() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        Path nonsense = Files.writeString(folder.resolve("nonsense.pem"), "-----BEGIN CERTIFICATE-----\nnone\n");
        assertThat(call(TlsTrust.signedBy(empty))).contains("empty.pem").contains("expected");
        assertThat(call(TlsTrust.signedBy(nonsense))).contains("nonsense.pem").contains("expected");
        assertThat(call(TlsTrust.signedBy(folder.resolve("missing.pem")))).contains("missing.pem");
    }

    @Test
    void call_wrongPin_saysWhichCameAndWhichWasExpected() throws Exception {
        String wrong = "ab".repeat(32);
        try (SimulatedCameras fleet = camera()) {
            assertThat(OldTlsCall.call(fleet.urls().get(0), TlsTrust.pinned(wrong)))
                    .contains("SHA-256 " + fleet.certificateSha256())
                    .contains("not the pinned one (" + wrong + ")");
        }
    }

    @Test
    void call_expiredOrOfAnotherName_isBelievedByItsPinAlone() throws Exception {
        for (TlsQuirk quirk : List.of(TlsQuirk.EXPIRED_CERTIFICATE, TlsQuirk.CERTIFICATE_OF_ANOTHER_NAME)) {
            try (SimulatedCameras fleet = camera(quirk)) {
                URI url = fleet.urls().get(0);
                assertThat(OldTlsCall.call(url, TlsTrust.pinned(fleet.certificateSha256())))
                        .isEqualTo("TLSv1.3");
                String refusal = OldTlsCall.call(url, TlsTrust.SYSTEM);
                assertThat(refusal)
                        .contains("set tls.pin to that SHA-256")
                        .contains("SHA-256 " + fleet.certificateSha256());
                assertThat(refusal.contains("which is over")).isEqualTo(quirk == TlsQuirk.EXPIRED_CERTIFICATE);
            }
        }
    }

    @Test
    void call_oldTlsOnly_saysWhichExceptionThereIs() throws Exception {
        assertThat(call(TlsTrust.SYSTEM, TlsQuirk.OLD_TLS_ONLY))
                .contains("protocol_version")
                .contains("tls.oldVersions")
                .contains("jdk.tls.disabledAlgorithms");
    }

    /** In a Java whose settings let it, the exception of one camera is enough. */
    @Test
    void call_oldTlsAllowedHereAndInJava_isSpoken() throws Exception {
        Path security = Files.writeString(folder.resolve("java.security"), "jdk.tls.disabledAlgorithms=SSLv3, RC4\n");
        Peer.Result result = Peer.run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.security.properties=" + security,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                OldTlsCall.class.getName()));
        assertThat(result.output()).contains("TLSv1.1");
    }

    @Test
    void ofPem_certificateAndKey_areThose() throws Exception {
        ServerCertificate own = ServerCertificate.selfSigned("Recorder", HERE, Instant.now());
        String key = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(own.key().getEncoded()) + "\n-----END PRIVATE KEY-----\n";
        ServerCertificate read = ServerCertificate.ofPem(Files.readString(pem("own.pem", own)), key);
        assertThat(read.sha256()).isEqualTo(own.sha256());
        assertThat(call(read, TlsTrust.pinned(own.sha256()))).isEqualTo("TLSv1.3");
    }
}
