// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Entries taken out of a trail as evidence: as they are, as a table, on paper, and with the proof that the range is whole.
 * Immutable.
 *
 * @param from first index of the range
 * @param to behind the last
 * @param given entries that fit the filter; of the others the range proof has the hashes
 */
public record TrailExport(long from, long to, long given, TrailFilter filter, Entries entries, RangeProof proof) {
    private static final List<String> COLUMNS =
            List.of("index", "entered", "happened", "late", "act", "actor", "approved", "data", "leaf");

    /** The range's entries that fit, in three shapes: canonical lines, CSV, PDF. */
    public static final class Entries {
        private final byte[] lines;
        private final byte[] csv;
        private final byte[] pdf;

        private Entries(byte[] lines, byte[] csv, byte[] pdf) {
            this.lines = lines;
            this.csv = csv;
            this.pdf = pdf;
        }

        /** Each entry's canonical bytes and a line feed: what the leaf hashes are made of. */
        public byte[] lines() {
            return lines.clone();
        }

        public byte[] csv() {
            return csv.clone();
        }

        public byte[] pdf() {
            return pdf.clone();
        }
    }

    /** Finds the range: from the first entry entered within the times to the last; empty where there is none. */
    public static Optional<long[]> range(TrailArchive trail, Instant from, Instant to) throws IOException {
        long[] range = {-1, -1};
        EntryScanner scanner = new EntryScanner();
        trail.read(0, trail.size(), (index, bytes) -> {
            scanner.scan(bytes, 0, bytes.length);
            Instant entered = TimeForm.parse(scanner.text(EntryScanner.Member.ENTERED));
            if (!entered.isBefore(from) && entered.isBefore(to)) {
                range[0] = range[0] < 0 ? index : range[0];
                range[1] = index + 1;
            }
        });
        return range[0] < 0 ? Optional.empty() : Optional.of(range);
    }

    /** @throws TrailException when no checkpoint covers the range yet */
    public static TrailExport of(TrailArchive trail, long from, long to, TrailFilter filter) throws IOException {
        RangeProof proof = trail.proveRange(from, to);
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        StringBuilder csv = new StringBuilder("\ufeff").append(Csv.line(COLUMNS));
        PlainPdf pdf = new PlainPdf(
                "Audit trail " + trail.key().name() + ", entries " + from + " to " + (to - 1) + ", filter " + filter);
        long[] given = {0};
        trail.read(from, to, (index, bytes) -> {
            Entry entry = Entry.parse(bytes);
            if (filter.fits(entry)) {
                given[0]++;
                lines.writeBytes(bytes);
                lines.write('\n');
                csv.append(Csv.line(row(entry, bytes)));
                print(pdf, entry, bytes);
            }
        });
        pdf.line("");
        pdf.line(statement(from, to, given[0], filter));
        pdf.line("Root of " + proof.checkpoint().size() + " entries: "
                + proof.checkpoint().root().toBase64());
        Entries entries = new Entries(lines.toByteArray(), csv.toString().getBytes(UTF_8), pdf.toBytes());
        return new TrailExport(from, to, given[0], filter, entries, proof);
    }

    private static List<String> row(Entry entry, byte[] bytes) {
        return List.of(
                Long.toString(entry.index()),
                TimeForm.format(entry.entered()),
                TimeForm.format(entry.happened()),
                entry.isLate() ? "late" : "",
                entry.act(),
                entry.actor().text(),
                entry.approved().map(Actor::text).orElse(""),
                entry.data().toString(),
                Merkle.leaf(bytes).toString());
    }

    private static void print(PlainPdf pdf, Entry entry, byte[] bytes) {
        pdf.line(entry.index() + "  " + TimeForm.format(entry.entered()) + "  " + entry.act() + "  " + entry.actor()
                + entry.approved().map(second -> "  approved by " + second).orElse("")
                + (entry.isLate() ? "  LATE, happened " + TimeForm.format(entry.happened()) : ""));
        pdf.line("    " + entry.data());
        pdf.line("    leaf " + Merkle.leaf(bytes));
    }

    /** What the range is and what is not in it, in words. */
    public String statement() {
        return statement(from, to, given, filter);
    }

    private static String statement(long from, long to, long given, TrailFilter filter) {
        long others = to - from - given;
        String all = "Entries " + from + " to " + (to - 1) + " of the trail, filter: " + filter + ". " + given
                + " entries are given.";
        return others == 0
                ? all + " None is left out: the range proof shows it."
                : all + " " + others
                        + " others are given as hashes only: the range proof shows that they are all the others; that"
                        + " they do not fit the filter is stated, not proved. Each can be asked for by its index.";
    }
}
