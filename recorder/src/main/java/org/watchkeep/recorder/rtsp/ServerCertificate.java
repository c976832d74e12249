// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** A certificate that a server shows, with its key. Immutable. */
public record ServerCertificate(PrivateKey key, X509Certificate certificate) {
    /** Cameras sign theirs for ten years and more; this one lives no longer than its process. */
    private static final Duration VALIDITY = Duration.ofDays(30);

    /** A camera clock or ours may be a little off. */
    private static final Duration BACKDATED = Duration.ofDays(1);

    private static final int SERIAL_BITS = 64;

    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");

    /** Makes one as cameras do: signed by itself, for this address; an elliptic key on P-256. */
    public static ServerCertificate selfSigned(String name, String address, Instant now) throws IOException {
        return make(name, Optional.of(address), Optional.empty(), now);
    }

    /** Makes one that may sign others. */
    static ServerCertificate authority(String name, Instant now) throws IOException {
        return make(name, Optional.empty(), Optional.empty(), now);
    }

    /** Makes one that is signed by this. */
    ServerCertificate issue(String name, String address, Instant now) throws IOException {
        return make(name, Optional.of(address), Optional.of(this), now);
    }

    /** @param address of the server; an authority has none */
    private static ServerCertificate make(
            String name, Optional<String> address, Optional<ServerCertificate> signer, Instant now) throws IOException {
        try {
            SecureRandom random = new SecureRandom();
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            KeyPair keys = generator.generateKeyPair();
            X500Name who = new X500Name("CN=" + name);
            X500Name by = signer.map(s -> X500Name.getInstance(
                            s.certificate.getSubjectX500Principal().getEncoded()))
                    .orElse(who);
            TBSCertificate body = body(who, by, extension(address), now, keys, random);
            byte[] encoded = sign(body, signer.map(ServerCertificate::key).orElse(keys.getPrivate()));
            return new ServerCertificate(keys.getPrivate(), (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded)));
        } catch (GeneralSecurityException e) {
            throw new IOException("no certificate can be made: " + e.getMessage(), e);
        }
    }

    private static Extension extension(Optional<String> address) throws IOException {
        if (address.isEmpty()) {
            return new Extension(Extension.basicConstraints, true, new BasicConstraints(true).getEncoded("DER"));
        }
        GeneralNames names = new GeneralNames(new GeneralName(GeneralName.iPAddress, address.get()));
        return new Extension(Extension.subjectAlternativeName, false, names.getEncoded("DER"));
    }

    /**
     * Reads a certificate and its key, each in PEM; the key as PKCS#8 and without a passphrase.
     *
     * @throws IOException says which of them is not what was expected
     */
    public static ServerCertificate ofPem(String certificate, String key) throws IOException {
        X509Certificate shown;
        try {
            shown = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(certificate.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IOException("certificate: not one (expected: PEM): " + e.getMessage(), e);
        }
        Matcher pem = PRIVATE_KEY.matcher(key);
        if (!pem.find()) {
            throw new IOException("key: no BEGIN PRIVATE KEY (expected: PKCS#8 in PEM, without a passphrase)");
        }
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(pem.group(1));
            PrivateKey own = KeyFactory.getInstance(shown.getPublicKey().getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(encoded));
            return new ServerCertificate(own, shown);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("key: not the certificate's (expected: PKCS#8 in PEM): " + e.getMessage(), e);
        }
    }

    private static TBSCertificate body(
            X500Name who, X500Name by, Extension extension, Instant now, KeyPair keys, SecureRandom random) {
        V3TBSCertificateGenerator body = new V3TBSCertificateGenerator();
        body.setSerialNumber(new ASN1Integer(new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE)));
        body.setSignature(algorithm());
        body.setIssuer(by);
        body.setSubject(who);
        body.setStartDate(new Time(Date.from(now.minus(BACKDATED))));
        body.setEndDate(new Time(Date.from(now.plus(VALIDITY))));
        body.setSubjectPublicKeyInfo(
                SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()));
        body.setExtensions(new Extensions(extension));
        return body.generateTBSCertificate();
    }

    private static AlgorithmIdentifier algorithm() {
        return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
    }

    private static byte[] sign(TBSCertificate body, PrivateKey key) throws GeneralSecurityException, IOException {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update(body.getEncoded("DER"));
        ASN1EncodableVector certificate = new ASN1EncodableVector();
        certificate.add(body);
        certificate.add(algorithm());
        certificate.add(new DERBitString(signature.sign()));
        return new DERSequence(certificate).getEncoded("DER");
    }

    /** SHA-256 of the certificate: what {@link TlsTrust#pinned} takes. */
    public String sha256() {
        try {
            return TlsContexts.sha256(certificate);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("our own certificate cannot be encoded", e);
        }
    }

    /** Not the key. */
    @Override
    public String toString() {
        return "ServerCertificate[" + sha256() + "]";
    }
}
