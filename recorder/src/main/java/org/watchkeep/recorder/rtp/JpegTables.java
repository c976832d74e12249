// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtp;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/** The tables that RTP leaves out of JPEG because both sides know them (ITU-T T.81 annex K, RFC 2435 appendix A and B). */
final class JpegTables {
    /** Samples of a block, and so numbers of a quantisation table. */
    static final int BLOCK = 64;

    /** Q from here on is not computed but sent (RFC 2435 4.2). */
    static final int FIRST_SENT_Q = 128;

    /** Above this, quantisation is not defined until {@link #FIRST_SENT_Q}. */
    static final int LAST_COMPUTED_Q = 99;

    private static final HexFormat HEX = HexFormat.of();

    /** K.1, in the zigzag order of DQT. */
    private static final byte[] LUMA =
            HEX.parseHex("100b0c0e0c0a100e0d0e1211101318281a181616183123251d283a333d3c3933383740485c4e4044"
                    + "57453738506d51575f626768673e4d71797064785c656763");

    /** K.2, in the zigzag order of DQT. */
    private static final byte[] CHROMA =
            HEX.parseHex("1112121815182f1a1a2f634238426363636363636363636363636363636363636363636363636363"
                    + "636363636363636363636363636363636363636363636363");

    /** K.3 to K.6, as DHT has them: class and number, how many codes of each length, the symbols. */
    private static final byte[] HUFFMAN = HEX.parseHex("0000010501010101010100000000000000"
            + "000102030405060708090a0b"
            + "100002010303020403050504040000017d"
            + "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a16"
            + "1718191a25262728292a3435363738393a434445464748494a535455565758595a63646566676869"
            + "6a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6"
            + "b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8"
            + "f9fa"
            + "0100030101010101010101010000000000"
            + "000102030405060708090a0b"
            + "1100020102040403040705040400010277"
            + "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434"
            + "e125f11718191a262728292a35363738393a434445464748494a535455565758595a636465666768"
            + "696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4"
            + "b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8"
            + "f9fa");

    private JpegTables() {}

    /** RFC 2435 appendix A: both tables for a Q of 1 to 99, of 8 bits each. */
    static byte[] quantisation(int q) {
        int factor = q < 50 ? 5_000 / q : 200 - q * 2;
        byte[] tables = new byte[2 * BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            tables[i] = scaled(LUMA[i], factor);
            tables[BLOCK + i] = scaled(CHROMA[i], factor);
        }
        return tables;
    }

    private static byte scaled(byte value, int factor) {
        return (byte) Math.max(1, Math.min(255, (value * factor + 50) / 100));
    }

    /** All four tables in one segment. */
    static void putHuffman(ByteBuffer out) {
        out.putShort((short) 0xffc4).putShort((short) (2 + HUFFMAN.length)).put(HUFFMAN);
    }
}
