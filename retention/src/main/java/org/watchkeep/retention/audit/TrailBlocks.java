// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A trail's files as a stranger reads them: entries in the order in which they stand, whatever they say, one block (a bundle,
 * or the open tail) at a time. Confined to one thread.
 */
final class TrailBlocks {
    /** Somebody may have put entries in; more than this is no bundle any more. */
    private static final int MOST_ENTRIES = 4 * TrailFiles.WIDTH;

    private static final int CRC_DIGITS = 8;

    private final TrailFiles files;
    private long bundles;
    private final boolean hasJournal;
    private long tornBytes;

    TrailBlocks(TrailFiles files) throws IOException {
        this.files = files;
        List<Long> journals = files.disk().exists(files.journals()) ? TrailRecovery.journals(files) : List.of();
        this.hasJournal = !journals.isEmpty();
        this.bundles = hasJournal ? journals.get(journals.size() - 1) / TrailFiles.WIDTH : countBundles();
    }

    private long countBundles() throws IOException {
        long count = 0;
        while (files.disk().exists(files.bundle(count))) {
            count++;
        }
        return count;
    }

    /** Bundles, and the open tail where there is one. */
    long count() {
        return bundles + (hasJournal ? 1 : 0);
    }

    /** Whether it is a bundle, so that its tile must be there too. */
    boolean isBundle(long number) {
        return number < bundles;
    }

    /** Bytes at the journal's end with no whole line behind them; known once the last block was read. */
    long tornBytes() {
        return tornBytes;
    }

    /** A bundle that is not there has no entries: what follows it then says so. */
    List<byte[]> block(long number) throws IOException {
        if (number == bundles && hasJournal) {
            if (files.disk().exists(files.journal(bundles * TrailFiles.WIDTH))) {
                return tail();
            }
            // A running recorder has made a bundle of it since; there is one more block then.
            bundles++;
        }
        if (!files.disk().exists(files.bundle(number))) {
            return List.of();
        }
        return Bundle.decode(files.read(files.bundle(number), 2 * TrailFiles.MAX_BUNDLE_BYTES), MOST_ENTRIES);
    }

    private List<byte[]> tail() throws IOException {
        byte[] bytes = files.read(files.journal(bundles * TrailFiles.WIDTH), Journal.MAX_BYTES);
        List<byte[]> entries = new ArrayList<>();
        int soundEntries = 0;
        int soundBytes = 0;
        int at = lineEnd(bytes, 0) + 1;
        while (at < bytes.length) {
            int end = lineEnd(bytes, at);
            entries.add(Arrays.copyOfRange(bytes, entryStart(bytes, at, end), end));
            boolean isWhole = isWhole(bytes, at, end);
            at = Math.min(end + 1, bytes.length);
            if (isWhole) {
                soundEntries = entries.size();
                soundBytes = at;
            }
        }
        tornBytes = (long) bytes.length - Math.max(soundBytes, Math.min(bytes.length, lineEnd(bytes, 0) + 1));
        return entries.subList(0, soundEntries);
    }

    private static int lineEnd(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] != '\n') {
            at++;
        }
        return at;
    }

    /** Behind the second space; the line's end where there are not two. */
    private static int entryStart(byte[] bytes, int from, int end) {
        int spaces = 0;
        for (int i = from; i < end; i++) {
            if (bytes[i] == ' ' && ++spaces == 2) {
                return i + 1;
            }
        }
        return end;
    }

    /** Whether the line [start, end) has the sum that stands at its beginning. */
    private static boolean isWhole(byte[] bytes, int start, int end) {
        if (end >= bytes.length || end - start < CRC_DIGITS + 2) {
            return false;
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes, start + CRC_DIGITS + 1, end - start - CRC_DIGITS - 1);
        byte[] expected = HexFormat.of().toHexDigits(crc.getValue(), CRC_DIGITS).getBytes(US_ASCII);
        return Arrays.equals(expected, 0, CRC_DIGITS, bytes, start, start + CRC_DIGITS);
    }
}
