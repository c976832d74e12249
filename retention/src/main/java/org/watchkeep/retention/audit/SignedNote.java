// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A text and lines of signatures under it (C2SP signed-note). Reading one checks its form; whether a signature is good is
 * asked of {@link #isSignedBy}. Immutable.
 */
record SignedNote(String text, List<Signature> signatures) {
    /** 16 signatures must be taken, and those of later algorithms are nearly 5 kB. */
    static final int MAX_BYTES = 128 << 10;

    static final int MAX_SIGNATURES = 64;
    static final String DASH = "\u2014 ";

    /** One line: who, and base64 of key id and signature. */
    record Signature(String name, String base64) {
        byte[] bytes() {
            return Base64.getDecoder().decode(base64);
        }

        boolean isOf(VerifierKey key) {
            return name.equals(key.name()) && Arrays.equals(Arrays.copyOf(bytes(), VerifierKey.ID_BYTES), key.id());
        }

        byte[] signature() {
            byte[] all = bytes();
            return Arrays.copyOfRange(all, VerifierKey.ID_BYTES, all.length);
        }

        String line() {
            return DASH + name + " " + base64 + "\n";
        }
    }

    SignedNote {
        signatures = List.copyOf(signatures);
    }

    static SignedNote parse(byte[] bytes) throws DamagedTrailException {
        if (bytes.length > MAX_BYTES) {
            throw new DamagedTrailException("note: " + bytes.length + " bytes (expected: at most " + MAX_BYTES + ")");
        }
        String all = decode(bytes);
        int split = all.lastIndexOf("\n\n");
        if (split < 0 || !all.endsWith("\n") || split + 2 == all.length()) {
            throw new DamagedTrailException(
                    "note: no signatures (expected: text, empty line, lines that begin with —)");
        }
        return new SignedNote(all.substring(0, split + 1), signatures(all.substring(split + 2)));
    }

    private static String decode(byte[] bytes) throws DamagedTrailException {
        String text;
        try {
            text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new DamagedTrailException("note: is not UTF-8", e);
        }
        if (text.chars().anyMatch(c -> c < 0x20 && c != '\n')) {
            throw new DamagedTrailException("note: control character (expected: none but line feeds)");
        }
        return text;
    }

    /** Lines of signatures, as they stand under a note and in a witness's answer. */
    static List<Signature> signatures(String text) throws DamagedTrailException {
        List<Signature> signatures = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            if (end < 0 || signatures.size() == MAX_SIGNATURES) {
                throw new DamagedTrailException("signature lines: " + text.length() + " characters (expected: at most "
                        + MAX_SIGNATURES + " lines, each with its line feed)");
            }
            signatures.add(signature(text.substring(at, end)));
            at = end + 1;
        }
        return signatures;
    }

    private static Signature signature(String line) throws DamagedTrailException {
        int space = line.lastIndexOf(' ');
        if (line.startsWith(DASH) && space > DASH.length()) {
            String name = line.substring(DASH.length(), space);
            Signature signature = new Signature(name, line.substring(space + 1));
            try {
                if (VerifierKey.NAME.matcher(name).matches() && signature.bytes().length > VerifierKey.ID_BYTES) {
                    return signature;
                }
            } catch (IllegalArgumentException e) {
                throw new DamagedTrailException("signature line: no base64: " + line, e);
            }
        }
        throw new DamagedTrailException("signature line: " + line + " (expected: — name base64)");
    }

    static SignedNote sign(String text, VerifierKey name, TrailKey key) {
        return new SignedNote(text, List.of(line(name, key.sign(text.getBytes(UTF_8)))));
    }

    static Signature line(VerifierKey key, byte[] signature) {
        byte[] all = Arrays.copyOf(key.id(), VerifierKey.ID_BYTES + signature.length);
        System.arraycopy(signature, 0, all, VerifierKey.ID_BYTES, signature.length);
        return new Signature(key.name(), Base64.getEncoder().encodeToString(all));
    }

    /** Whether there is a good signature of this key, and none of it that is bad. */
    boolean isSignedBy(VerifierKey key) {
        List<Signature> own = signatures.stream().filter(each -> each.isOf(key)).toList();
        return !own.isEmpty() && own.stream().allMatch(each -> key.verifies(text.getBytes(UTF_8), each.signature()));
    }

    SignedNote with(List<Signature> more) {
        List<Signature> all = new ArrayList<>(signatures);
        more.stream().filter(each -> !all.contains(each)).forEach(all::add);
        return new SignedNote(text, all);
    }

    @Override
    public String toString() {
        StringBuilder all = new StringBuilder(text).append('\n');
        signatures.forEach(each -> all.append(each.line()));
        return all.toString();
    }
}
