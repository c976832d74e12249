// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class StreamKeysTest {
    private final RootCipher cipher = new RootCipher(TestMaster.random());
    private final StreamKeys keys = new StreamKeys(cipher);

    private Slot.Live live(long epoch, String classId) {
        return cipher.newRoot(0, new Slot.Opening(epoch, classId, 10, 20));
    }

    @Test
    void derive_rfc5869TestCase3_isAsPrinted() {
        byte[] key = HexFormat.of().parseHex("0b".repeat(22));

        assertThat(HexFormat.of().formatHex(Hkdf.derive(key, new byte[0], 42)))
                .isEqualTo("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d" + "9d201395faa4b61a96c8");
    }

    /** The derivation as docs/design/keys.md spells it, done by hand with HMAC: a stranger gets the same key. */
    @Test
    void key_ofAStream_isHkdfOfRootAndWhatIsSaid() throws Exception {
        Slot.Live live = live(0x1122, "standard");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
        byte[] extracted = mac.doFinal(cipher.unwrap(live));
        ByteArrayOutputStream info = new ByteArrayOutputStream();
        info.writeBytes("watchkeep/v1/footage".getBytes(StandardCharsets.US_ASCII));
        info.write(8);
        info.writeBytes("standard".getBytes(StandardCharsets.US_ASCII));
        info.writeBytes(HexFormat.of().parseHex("0000000000001122" + "00000005" + "01"));
        mac.init(new SecretKeySpec(extracted, "HmacSHA256"));

        SecretKey key = keys.key(live, 5);

        assertThat(key.getAlgorithm()).isEqualTo("AES");
        assertThat(key.getEncoded()).isEqualTo(mac.doFinal(info.toByteArray()));
    }

    @Test
    void key_otherStreamEpochClassOrRoot_isAnother() {
        Slot.Live live = live(1, "a");
        byte[] key = keys.key(live, 1).getEncoded();

        assertThat(keys.key(live, 2).getEncoded()).isNotEqualTo(key);
        assertThat(keys.key(live(2, "a"), 1).getEncoded()).isNotEqualTo(key);
        assertThat(new StreamKeys(cipher).key(live(1, "a"), 1).getEncoded()).isNotEqualTo(key);
        assertThat(keys.key(live, 1).getEncoded()).isEqualTo(key);
    }

    @Test
    void key_askedForAgain_isRemembered() {
        Slot.Live live = live(1, "a");

        assertThat(keys.key(live, 1)).isSameAs(keys.key(live, 1));
    }

    @Test
    void key_veryMany_areNotAllRememberedButTheOneInUseIs() {
        Slot.Live live = live(1, "a");
        SecretKey inUse = keys.key(live, -1);
        for (int stream = 0; stream < 3 * StreamKeys.GENERATION; stream++) {
            keys.key(live, stream);
            if (stream % 1000 == 0) {
                assertThat(keys.key(live, -1)).isSameAs(inUse);
            }
            assertThat(keys.size()).isLessThanOrEqualTo(2 * StreamKeys.GENERATION);
        }
    }

    @Test
    void drop_anEpoch_forgetsItsKeysInBothGenerationsAndNoOthers() {
        Slot.Live erased = live(1, "a");
        Slot.Live other = live(2, "a");
        for (int stream = 0; stream < StreamKeys.GENERATION - 1; stream++) {
            keys.key(erased, stream);
        }
        SecretKey kept = keys.key(other, 1);
        keys.key(erased, -1);

        keys.drop(1);

        assertThat(keys.size()).isEqualTo(1);
        assertThat(keys.key(other, 1)).isSameAs(kept);
    }

    @Test
    void unwrap_saidToBeAnotherSlotEpochClassTimeOrMaster_doesNotOpen() throws Exception {
        Slot.Opening opening = new Slot.Opening(7, "standard", 10, 20);
        Slot.Live live = cipher.newRoot(3, opening);
        assertThat(cipher.unwrap(live)).hasSize(32);

        for (Slot.Live moved : new Slot.Live[] {
            new Slot.Live(4, opening, live.root()),
            new Slot.Live(3, new Slot.Opening(8, "standard", 10, 20), live.root()),
            new Slot.Live(3, new Slot.Opening(7, "standarD", 10, 20), live.root()),
            new Slot.Live(3, new Slot.Opening(7, "standard", 11, 20), live.root()),
            new Slot.Live(3, new Slot.Opening(7, "standard", 10, 21), live.root()),
            new Slot.Live(
                    3, opening, new WrappedRoot("0123456789abcdef", live.root().toBytes())),
        }) {
            assertThatThrownBy(() -> cipher.unwrap(moved)).isInstanceOf(DamagedBlockException.class);
        }
        assertThatThrownBy(() -> new RootCipher(TestMaster.random()).unwrap(live))
                .isInstanceOf(DamagedBlockException.class);
    }
}
