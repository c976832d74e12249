// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks that bytes are an entry in canonical form (audit.md 3) and notes where its members are; allocates nothing, so that a
 * trail of millions is checked quickly. Knows nothing of how entries are written. Confined to one thread; used again and
 * again.
 */
final class EntryScanner {
    static final int MAX_BYTES = 60_000;
    static final long VERSION = 1;

    /** The whole entry is depth 0, its data 1. */
    private static final int MAX_DEPTH = 4;

    private static final int MAX_NAME = 40;
    private static final int MAX_ACT = 48;
    private static final int ZERO = '0';

    /** Members of an entry, in their order. */
    enum Member {
        ACT(0),
        ACTOR(1),
        APPROVED(2),
        DATA(3),
        ENTERED(4),
        HAPPENED(5),
        INDEX(6),
        PREV(7),
        V(8);

        private final int place;

        @SuppressWarnings("ImmutableEnumChecker") // never handed out
        private final byte[] bytes = name().toLowerCase(Locale.ROOT).getBytes(US_ASCII);

        Member(int place) {
            this.place = place;
        }
    }

    private static final Member[] MEMBERS = Member.values();

    private byte[] bytes = {};
    private int at;
    private int end;
    private final int[] from = new int[MEMBERS.length];
    private final int[] to = new int[MEMBERS.length];
    private long number;
    private long index;
    private long version;
    private boolean hasOthers;
    private final byte[] prev = new byte[Hash.BYTES];

    /** Throws for anything that is not one entry from the first byte to the last. */
    void scan(byte[] source, int first, int length) throws DamagedTrailException {
        if (length > MAX_BYTES) {
            throw new DamagedTrailException("entry: " + length + " bytes (expected: at most " + MAX_BYTES + ")");
        }
        bytes = source;
        at = first;
        end = first + length;
        Arrays.fill(from, -1);
        hasOthers = false;
        object(0);
        if (at != end) {
            throw bad("end of entry");
        }
        checkHead();
        if (version == VERSION) {
            checkBody();
        }
    }

    private void checkHead() throws DamagedTrailException {
        index = numberOf(Member.INDEX);
        version = numberOf(Member.V);
        if (index < 0 || version < 1) {
            throw new DamagedTrailException("entry: index " + index + ", v " + version + " (expected: >= 0, >= 1)");
        }
        requireText(Member.PREV);
        if (to[Member.PREV.place] - from[Member.PREV.place] != 2 * Hash.BYTES + 2) {
            throw new DamagedTrailException("entry " + index + ": prev is no digest");
        }
        for (int i = 0, p = from[Member.PREV.place] + 1; i < prev.length; i++, p += 2) {
            int high = digit(bytes[p]);
            int low = digit(bytes[p + 1]);
            if (high < 0 || low < 0) {
                throw new DamagedTrailException("entry " + index + ": prev is no digest");
            }
            prev[i] = (byte) ((high << 4) | low);
        }
    }

    private void checkBody() throws DamagedTrailException {
        if (hasOthers) {
            // Only a later version may have members that we do not know.
            throw new DamagedTrailException("entry " + index + ": a member that version 1 does not have");
        }
        for (Member member : MEMBERS) {
            if (member != Member.APPROVED && from[member.place] < 0) {
                throw new DamagedTrailException("entry " + index + ": no member " + member);
            }
        }
        if (bytes[from[Member.DATA.place]] != '{') {
            throw new DamagedTrailException("entry " + index + ": data is no object");
        }
        requireText(Member.ACT);
        requireText(Member.ACTOR);
        requireTime(Member.ENTERED);
        requireTime(Member.HAPPENED);
        int entered = from[Member.ENTERED.place];
        int happened = from[Member.HAPPENED.place];
        int size = TimeForm.LENGTH + 2;
        if (Arrays.compare(bytes, happened, happened + size, bytes, entered, entered + size) > 0) {
            throw new DamagedTrailException("entry " + index + ": happened after it was entered");
        }
        if (to[Member.ACT.place] - from[Member.ACT.place] - 2 > MAX_ACT) {
            throw new DamagedTrailException("entry " + index + ": act longer than " + MAX_ACT);
        }
    }

    private void requireText(Member member) throws DamagedTrailException {
        int start = from[member.place];
        if (start < 0 || bytes[start] != '"') {
            throw new DamagedTrailException("entry: member " + member + " is no string");
        }
    }

    private void requireTime(Member member) throws DamagedTrailException {
        requireText(member);
        int start = from[member.place];
        if (to[member.place] - start != TimeForm.LENGTH + 2 || !TimeForm.isTime(bytes, start + 1)) {
            throw new DamagedTrailException("entry " + index + ": member " + member + " is no time");
        }
    }

    private long numberOf(Member member) throws DamagedTrailException {
        int start = from[member.place];
        if (start < 0 || (bytes[start] != '-' && digit(bytes[start]) < 0)) {
            throw new DamagedTrailException("entry: member " + member + " is no number");
        }
        int kept = at;
        at = start;
        integer();
        at = kept;
        return number;
    }

    /** The members of an object; those of the outermost are noted. */
    private void object(int depth) throws DamagedTrailException {
        expect('{');
        int nameBefore = -1;
        int lengthBefore = 0;
        if (peek() == '}') {
            at++;
            return;
        }
        while (true) {
            int name = at + 1;
            string();
            int length = at - 1 - name;
            checkName(name, length);
            if (nameBefore >= 0
                    && Arrays.compare(bytes, nameBefore, nameBefore + lengthBefore, bytes, name, name + length) >= 0) {
                throw bad("names in ascending order");
            }
            nameBefore = name;
            lengthBefore = length;
            expect(':');
            int start = at;
            value(depth + 1);
            if (depth == 0) {
                note(name, length, start);
            }
            if (peek() == '}') {
                at++;
                return;
            }
            expect(',');
        }
    }

    private void checkName(int name, int length) throws DamagedTrailException {
        boolean isName = length >= 1 && length <= MAX_NAME && bytes[name] >= 'a' && bytes[name] <= 'z';
        for (int i = name; isName && i < name + length; i++) {
            byte c = bytes[i];
            isName = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        }
        if (!isName) {
            throw bad("a name");
        }
    }

    private void note(int name, int length, int start) {
        for (Member member : MEMBERS) {
            byte[] known = member.bytes;
            if (Arrays.equals(known, 0, known.length, bytes, name, name + length)) {
                from[member.place] = start;
                to[member.place] = at;
                return;
            }
        }
        hasOthers = true;
    }

    private void value(int depth) throws DamagedTrailException {
        switch (peek()) {
            case '"' -> string();
            case '{' -> {
                checkDepth(depth);
                object(depth);
            }
            case '[' -> {
                checkDepth(depth);
                array(depth);
            }
            case 't' -> literal("true");
            case 'f' -> literal("false");
            default -> integer();
        }
    }

    private void checkDepth(int depth) throws DamagedTrailException {
        if (depth > MAX_DEPTH) {
            throw bad("depth of at most " + MAX_DEPTH);
        }
    }

    private void array(int depth) throws DamagedTrailException {
        expect('[');
        if (peek() == ']') {
            at++;
            return;
        }
        for (int i = 0; i < Fields.MAX_ELEMENTS; i++) {
            value(depth + 1);
            if (peek() == ']') {
                at++;
                return;
            }
            expect(',');
        }
        throw bad("at most " + Fields.MAX_ELEMENTS + " elements");
    }

    private void string() throws DamagedTrailException {
        expect('"');
        int start = at;
        while (true) {
            int c = peek();
            if (c == '"') {
                break;
            }
            if (c < 0x20 || c > 0x7e || c == '\\' || at - start >= Fields.MAX_STRING) {
                throw bad("printable ASCII without quotation mark and reverse stroke, at most " + Fields.MAX_STRING);
            }
            at++;
        }
        at++;
    }

    private void integer() throws DamagedTrailException {
        boolean isNegative = peek() == '-';
        if (isNegative) {
            at++;
        }
        int start = at;
        long value = 0;
        while (at < end && digit(bytes[at]) >= 0 && digit(bytes[at]) <= 9 && at - start <= 16) {
            value = value * 10 + bytes[at] - ZERO;
            at++;
        }
        boolean isPadded = (at - start > 1 && bytes[start] == '0') || (isNegative && value == 0);
        if (at == start || at - start > 16 || isPadded || value > Fields.MOST) {
            throw bad("an integer of at most 2^53 - 1");
        }
        number = isNegative ? -value : value;
    }

    private void literal(String word) throws DamagedTrailException {
        for (int i = 0; i < word.length(); i++) {
            expect(word.charAt(i));
        }
    }

    private int peek() throws DamagedTrailException {
        if (at >= end) {
            throw bad("more");
        }
        return bytes[at];
    }

    private void expect(char wanted) throws DamagedTrailException {
        if (peek() != wanted) {
            throw bad("'" + wanted + "'");
        }
        at++;
    }

    private static int digit(byte c) {
        return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    }

    private DamagedTrailException bad(String expected) {
        String came = at < end ? "0x" + Integer.toHexString(bytes[at] & 0xff) : "the end";
        return new DamagedTrailException(
                "entry: " + came + " " + (end - at) + " bytes before its end (expected: " + expected + ")");
    }

    long index() {
        return index;
    }

    long version() {
        return version;
    }

    boolean follows(byte[] leaf) {
        return Arrays.equals(prev, leaf);
    }

    Hash prev() {
        return Hash.of(prev);
    }

    boolean has(Member member) {
        return from[member.place] >= 0;
    }

    /** A member that is a string, without its quotation marks. */
    String text(Member member) {
        int start = from[member.place];
        return new String(bytes, start + 1, to[member.place] - start - 2, US_ASCII);
    }

    /** The data of an entry of our version, as a value. */
    Fields data() {
        int kept = at;
        at = from[Member.DATA.place];
        Fields data = readObject();
        at = kept;
        return data;
    }

    // Below, the bytes have passed the scan: nothing is checked again.

    private Fields readObject() {
        Map<String, Object> values = new TreeMap<>();
        at++;
        while (bytes[at] != '}') {
            String name = readString();
            at++;
            values.put(name, readValue());
            if (bytes[at] == ',') {
                at++;
            }
        }
        at++;
        return Fields.of(values);
    }

    private Object readValue() {
        return switch (bytes[at]) {
            case '"' -> readString();
            case '{' -> readObject();
            case '[' -> readArray();
            case 't' -> skip(4, true);
            case 'f' -> skip(5, false);
            default -> readNumber();
        };
    }

    private Boolean skip(int length, boolean value) {
        at += length;
        return value;
    }

    private List<Object> readArray() {
        List<Object> values = new ArrayList<>();
        at++;
        while (bytes[at] != ']') {
            values.add(readValue());
            if (bytes[at] == ',') {
                at++;
            }
        }
        at++;
        return values;
    }

    private String readString() {
        int start = ++at;
        while (bytes[at] != '"') {
            at++;
        }
        return new String(bytes, start, at++ - start, US_ASCII);
    }

    private Long readNumber() {
        int start = at;
        while (bytes[at] == '-' || (bytes[at] >= '0' && bytes[at] <= '9')) {
            at++;
        }
        return Long.parseLong(new String(bytes, start, at - start, US_ASCII));
    }
}
