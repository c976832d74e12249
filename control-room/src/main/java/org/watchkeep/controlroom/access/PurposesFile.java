// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.profiles.yaml.Faults;
import org.watchkeep.profiles.yaml.Section;
import org.watchkeep.profiles.yaml.YamlFaultException;
import org.watchkeep.profiles.yaml.YamlNode;
import org.watchkeep.profiles.yaml.YamlReader;
import org.watchkeep.retention.disk.Disk;
import org.watchkeep.retention.disk.DiskFile;

/**
 * {@code DATA/purposes.yaml}: a list of purposes that people edit. {@code init} writes the fourteen of the code of practice and
 * those that running the system needs, to be reviewed within a year. Read strictly, each fault with its line.
 */
public final class PurposesFile {
    public static final String NAME = "purposes.yaml";

    private static final Logger LOG = LoggerFactory.getLogger(PurposesFile.class);
    /** A hundred times what is shipped. */
    private static final int MAX_BYTES = 1 << 20;

    private static final int MAX_PURPOSES = 200;
    private static final int MAX_SCHEMES = 100;
    private static final String REVIEW = "REVIEW";

    private PurposesFile() {}

    /** The shipped list as a file, each purpose to be reviewed on this day. */
    static String shipped(LocalDate review) {
        try (InputStream in = PurposesFile.class.getResourceAsStream(NAME)) {
            if (in == null) {
                throw new IllegalStateException(NAME + " is not in this build");
            }
            return new String(in.readAllBytes(), UTF_8).replace(REVIEW, review.toString());
        } catch (IOException e) {
            throw new IllegalStateException(NAME + " cannot be read from this build", e);
        }
    }

    /** Writes the shipped list into a new data folder. */
    public static void write(Disk disk, Path data, LocalDate today) throws IOException {
        try (DiskFile file = disk.open(data.resolve(NAME), Disk.Mode.WRITE)) {
            file.write(ByteBuffer.wrap(shipped(today.plusYears(1)).getBytes(UTF_8)), 0);
            file.sync();
        }
        disk.syncFolder(data);
    }

    /**
     * The list of this data folder; the shipped one where an older version made the folder. One that cannot be read is an
     * alarm, and allows nothing.
     */
    public static Purposes read(Path data) {
        Path file = data.resolve(NAME);
        try {
            byte[] bytes;
            try (InputStream in = Files.newInputStream(file)) {
                bytes = in.readNBytes(MAX_BYTES + 1);
            }
            return Purposes.of(parse(file.toString(), bytes));
        } catch (NoSuchFileException e) {
            return shippedForever();
        } catch (IOException | YamlFaultException e) {
            LOG.error(
                    "ALARM the list of purposes cannot be read, no footage leaves until it is mended: {}",
                    e.toString());
            return Purposes.unreadable(String.valueOf(e.getMessage()));
        }
    }

    private static Purposes shippedForever() {
        try {
            return Purposes.of(parse(NAME, shipped(LocalDate.MAX.withYear(9999)).getBytes(UTF_8)));
        } catch (YamlFaultException e) {
            throw new IllegalStateException("the shipped " + NAME, e);
        }
    }

    static List<Purpose> parse(String name, byte[] bytes) throws YamlFaultException {
        Faults faults = new Faults();
        if (bytes.length > MAX_BYTES) {
            faults.add(0, "larger than " + MAX_BYTES + " bytes");
            faults.throwIfAny(name);
        }
        YamlNode root = YamlReader.read(name, bytes, "a list of purposes");
        Section top = Section.of(root, "", faults, "purposes");
        List<Purpose> purposes = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (YamlNode node : top.items("purposes", 1, MAX_PURPOSES)) {
            Section section = Section.of(
                    node,
                    "purposes[" + purposes.size() + "]",
                    faults,
                    "id",
                    "says",
                    "basis",
                    "schemes",
                    "review",
                    "approved");
            Purpose purpose = purpose(section);
            if (!ids.add(purpose.id())) {
                section.fault("id", Faults.quoted(purpose.id()) + " stands twice");
            }
            purposes.add(purpose);
        }
        faults.throwIfAny(name);
        return purposes;
    }

    private static Purpose purpose(Section section) {
        if (!section.has("review")) {
            section.fault("review", "missing (expected: the day of its next review, YYYY-MM-DD)");
        }
        Purpose.Basis basis = section.parsed("basis", PurposesFile::basis).orElse(Purpose.Basis.ADDED);
        Optional<Purpose.Approval> added = section.optionalSection("approved", "sro", "spoc", "dpo", "assessment")
                .map(approved -> new Purpose.Approval(
                        approved.parsed("sro", PurposesFile::day),
                        approved.parsed("spoc", PurposesFile::day),
                        approved.parsed("dpo", PurposesFile::day),
                        approved.optionalText("assessment")));
        return new Purpose(
                section.id("id"),
                section.text("says"),
                basis,
                new HashSet<>(section.texts("schemes", MAX_SCHEMES)),
                section.parsed("review", PurposesFile::day).orElse(LocalDate.EPOCH),
                added);
    }

    private static Purpose.Basis basis(String word) {
        return Purpose.Basis.of(word)
                .orElseThrow(() -> new IllegalArgumentException(
                        Faults.quoted(word) + " (expected: code-of-practice, internal or added)"));
    }

    private static LocalDate day(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(Faults.quoted(text) + " (expected: a day, YYYY-MM-DD)", e);
        }
    }
}
