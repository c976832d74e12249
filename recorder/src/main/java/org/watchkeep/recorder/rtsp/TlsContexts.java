// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Makes the TLS side of a connection to a camera from what its {@link TlsTrust} says. Reads files: never on an event loop. */
final class TlsContexts {
    private static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");
    private static final List<String> OLD_VERSIONS = List.of("TLSv1.1", "TLSv1");
    private static final List<String> WITH_OLD_VERSIONS = List.of("TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1");

    private TlsContexts() {}

    /** For calling cameras. */
    static SslContext client(TlsTrust trust) throws IOException {
        try {
            SslContextBuilder builder = SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .protocols(trust.isOldTlsAllowed() ? WITH_OLD_VERSIONS : VERSIONS)
                    .trustManager(
                            trust.pin().isPresent()
                                    ? new Pinned(trust.pin().get())
                                    : new Signed(authorities(trust.authorities()), trust.authorities()));
            if (trust.isOldTlsAllowed()) {
                builder.ciphers(ciphersOfThisJava(), SupportedCipherSuiteFilter.INSTANCE);
            }
            // A pinned certificate is that camera's, whatever name stands in it.
            return builder.endpointIdentificationAlgorithm(trust.pin().isPresent() ? null : "HTTPS")
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS: " + e.getMessage(), e);
        }
    }

    /** For our server. */
    static SslContext server(ServerCertificate certificate) throws IOException {
        return SslContextBuilder.forServer(certificate.key(), certificate.certificate())
                .sslProvider(SslProvider.JDK)
                .protocols(VERSIONS)
                .build();
    }

    /** For a server that plays an old camera; what it speaks this Java must let it ({@link #isOldTlsPossible}). */
    static SslContext oldServer(ServerCertificate certificate) throws IOException {
        try {
            return SslContextBuilder.forServer(certificate.key(), certificate.certificate())
                    .sslProvider(SslProvider.JDK)
                    .protocols(OLD_VERSIONS)
                    .ciphers(ciphersOfThisJava(), SupportedCipherSuiteFilter.INSTANCE)
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS: " + e.getMessage(), e);
        }
    }

    /** Whether this Java's {@code jdk.tls.disabledAlgorithms} lets TLS older than 1.2 be spoken. */
    static boolean isOldTlsPossible() throws IOException {
        try {
            List<String> enabled =
                    List.of(SSLContext.getDefault().getDefaultSSLParameters().getProtocols());
            return OLD_VERSIONS.stream().anyMatch(enabled::contains);
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS: " + e.getMessage(), e);
        }
    }

    /** Netty's own choice leaves out what TLS 1.1 needs with an elliptic key. */
    private static List<String> ciphersOfThisJava() throws GeneralSecurityException {
        return List.of(SSLContext.getDefault().getDefaultSSLParameters().getCipherSuites());
    }

    static String sha256(X509Certificate certificate) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    }

    private static X509ExtendedTrustManager authorities(Optional<Path> file)
            throws IOException, GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(file.isPresent() ? read(file.get()) : null);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager found) {
                return found;
            }
        }
        throw new IOException("TLS: this Java has no way of checking certificates");
    }

    private static KeyStore read(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        Collection<? extends Certificate> certificates;
        try (InputStream in = Files.newInputStream(file)) {
            certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
        } catch (CertificateException e) {
            throw new IOException(
                    "tls authorities: " + file + " (expected: certificates in PEM): " + e.getMessage(), e);
        }
        if (certificates.isEmpty()) {
            throw new IOException("tls authorities: " + file + " holds no certificate (expected: PEM)");
        }
        int i = 0;
        for (Certificate certificate : certificates) {
            store.setCertificateEntry("authority-" + i++, certificate);
        }
        return store;
    }

    /** Says of a certificate that is not believed what it was, and what to do. */
    private static CertificateException notBelieved(X509Certificate[] chain, String why) throws CertificateException {
        try {
            X509Certificate shown = chain[0];
            return new CertificateException(
                    "the camera's certificate (" + shown.getSubjectX500Principal() + ", signed by "
                            + shown.getIssuerX500Principal() + ", valid to "
                            + shown.getNotAfter().toInstant() + (isOver(shown) ? ", which is over" : "") + ", SHA-256 "
                            + sha256(shown) + ") is not believed: " + why
                            + "; if it is the camera's, set tls.pin to that SHA-256");
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the camera's certificate cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean isOver(X509Certificate certificate) {
        try {
            certificate.checkValidity();
            return false;
        } catch (CertificateExpiredException e) {
            return true;
        } catch (CertificateNotYetValidException e) {
            return false;
        }
    }

    /** Asked about servers; we are never one to it. */
    private abstract static class ServerTrust extends X509ExtendedTrustManager {
        abstract void check(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
                throws CertificateException;

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            check(chain, authType, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            throw new CertificateException("a blocking socket (expected: an engine)");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("no engine (expected: one that knows the host)");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            checkClientTrusted(chain, authType);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            checkClientTrusted(chain, authType);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("a client's certificate (expected: a camera's)");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** The one certificate. */
    private static final class Pinned extends ServerTrust {
        private final String pin;

        Pinned(String pin) {
            this.pin = pin;
        }

        @Override
        void check(X509Certificate[] chain, String authType, @Nullable SSLEngine engine) throws CertificateException {
            try {
                if (!sha256(chain[0]).equals(pin)) {
                    throw notBelieved(chain, "it is not the pinned one (" + pin + ")");
                }
            } catch (CertificateException e) {
                throw e;
            } catch (GeneralSecurityException e) {
                throw new CertificateException(e);
            }
        }
    }

    /** Signed by an authority, and naming the host. */
    private static final class Signed extends ServerTrust {
        private final X509ExtendedTrustManager authorities;
        private final Optional<Path> file;

        Signed(X509ExtendedTrustManager authorities, Optional<Path> file) {
            this.authorities = authorities;
            this.file = file;
        }

        @Override
        void check(X509Certificate[] chain, String authType, @Nullable SSLEngine engine) throws CertificateException {
            try {
                authorities.checkServerTrusted(chain, authType, engine);
            } catch (CertificateException e) {
                throw notBelieved(chain, file.map(f -> "by " + f + ": ").orElse("") + e.getMessage());
            }
        }
    }
}
