// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
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

    /** Makes one as cameras do: signed by itself, for this address; an elliptic key on P-256. */
    public static ServerCertificate selfSigned(String name, String address, Instant now) throws IOException {
        try {
            SecureRandom random = new SecureRandom();
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            KeyPair keys = generator.generateKeyPair();
            byte[] encoded = sign(body(name, address, now, keys, random), keys.getPrivate());
            return new ServerCertificate(keys.getPrivate(), (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded)));
        } catch (GeneralSecurityException e) {
            throw new IOException("no certificate can be made: " + e.getMessage(), e);
        }
    }

    private static TBSCertificate body(String name, String address, Instant now, KeyPair keys, SecureRandom random)
            throws IOException {
        X500Name who = new X500Name("CN=" + name);
        V3TBSCertificateGenerator body = new V3TBSCertificateGenerator();
        body.setSerialNumber(new ASN1Integer(new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE)));
        body.setSignature(algorithm());
        body.setIssuer(who);
        body.setSubject(who);
        body.setStartDate(new Time(Date.from(now.minus(BACKDATED))));
        body.setEndDate(new Time(Date.from(now.plus(VALIDITY))));
        body.setSubjectPublicKeyInfo(
                SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()));
        GeneralNames names = new GeneralNames(new GeneralName(GeneralName.iPAddress, address));
        body.setExtensions(
                new Extensions(new Extension(Extension.subjectAlternativeName, false, names.getEncoded("DER"))));
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
