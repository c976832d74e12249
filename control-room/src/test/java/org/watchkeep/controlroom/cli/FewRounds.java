// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Collections;
import java.util.function.Predicate;

/**
 * Writes a keystore anew with the JDK's own rounds, which are few: a test that gives one command after another would spend
 * its time on guarding a passphrase that everybody can read.
 */
final class FewRounds {
    private FewRounds() {}

    static void in(Path keystore, String passphrase) throws IOException {
        keep(keystore, passphrase, alias -> true);
    }

    /** @param kept which of its entries stay in it */
    static void keep(Path keystore, String passphrase, Predicate<String> kept) throws IOException {
        char[] secret = passphrase.toCharArray();
        KeyStore.ProtectionParameter protection = new KeyStore.PasswordProtection(secret);
        try {
            KeyStore before = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(keystore)) {
                before.load(in, secret);
            }
            KeyStore after = KeyStore.getInstance("PKCS12");
            after.load(null, null);
            for (String alias : Collections.list(before.aliases())) {
                if (kept.test(alias)) {
                    after.setEntry(alias, before.getEntry(alias, protection), protection);
                }
            }
            try (OutputStream out = Files.newOutputStream(keystore)) {
                after.store(out, secret);
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("keystore " + keystore + " cannot be written anew", e);
        }
    }
}
