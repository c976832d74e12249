// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.retention.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.retention.audit.Act;
import org.watchkeep.retention.audit.Actor;
import org.watchkeep.retention.audit.Appended;
import org.watchkeep.retention.audit.Commitment;
import org.watchkeep.retention.audit.CoveredFootage;
import org.watchkeep.retention.audit.Entry;
import org.watchkeep.retention.audit.Fields;
import org.watchkeep.retention.audit.FootageLeaf;
import org.watchkeep.retention.audit.FootageRoots;
import org.watchkeep.retention.audit.NewEntry;
import org.watchkeep.retention.audit.RegisterFold;
import org.watchkeep.retention.audit.Texts;
import org.watchkeep.retention.audit.Trail;
import org.watchkeep.retention.audit.TrailException;
import org.watchkeep.retention.audit.TrailWriter;
import org.watchkeep.retention.disk.Disk;

/**
 * The site's audit trail as the store uses it. What is <em>entered</em> is durable before it is done, or is not done; what is
 * <em>owed</em> happens whether or not it can be entered, and is entered as soon as it can be. Any thread but event loops;
 * {@link #owe} never waits.
 */
public final class StoreTrail {
    /** A store without an installation around it: all stands in its ledger. For tests and benches. */
    public static final StoreTrail NONE = new StoreTrail(Optional.empty(), null, Actor.MACHINE);

    /** Owed acts are a few an hour; so many wait for a trail that has been down for months. */
    private static final int MOST_OWED = 10_000;

    private static final Logger log = LoggerFactory.getLogger(StoreTrail.class);

    private final Optional<Kept> kept;
    private final @Nullable TrailWriter writer;
    private final Actor people;

    // Guarded by itself.
    private final Deque<NewEntry> owed = new ArrayDeque<>();

    /** Whether the last try to enter what is owed failed. The keeper's. */
    private boolean isBehind;

    /** Looks for what a stop kept from the footage roots; set by the store. */
    private volatile @Nullable Runnable catchUp;

    private volatile boolean isCaughtUp;

    /** A trail that opened, and what is read from it. */
    private record Kept(
            Disk disk,
            Path folder,
            Trail trail,
            RegisterFold<ErasureRegister.State> erasures,
            List<RegisterFold<List<Entry>>> holds,
            RegisterFold<List<Entry>> streams,
            FootageRoots roots,
            Texts texts) {}

    private StoreTrail(Optional<Kept> kept, @Nullable TrailWriter writer, Actor people) {
        this.kept = kept;
        this.writer = writer;
        this.people = people;
    }

    /**
     * A trail that is open.
     *
     * @param people who acts where a person does: until people are registered the user that the recorder runs as
     */
    public static StoreTrail of(Disk disk, Path folder, Trail trail, Actor people) throws IOException {
        return of(disk, folder, trail, trail, people);
    }

    /** With a writer of the test's before the trail. */
    static StoreTrail of(Disk disk, Path folder, Trail trail, TrailWriter writer, Actor people) throws IOException {
        Kept kept = new Kept(
                disk,
                folder,
                trail,
                new RegisterFold<>(disk, folder, trail, new ErasureRegister()),
                List.of(
                        new RegisterFold<>(disk, folder, trail, new EntriesRegister("hold")),
                        new RegisterFold<>(disk, folder, trail, new EntriesRegister("incident"))),
                new RegisterFold<>(disk, folder, trail, new EntriesRegister("stream")),
                new FootageRoots(disk, folder, writer),
                new Texts(disk, folder));
        return new StoreTrail(Optional.of(kept), writer, people);
    }

    /** A trail that could not be opened: recording goes on, and nothing is done that must be entered first. */
    public static StoreTrail closed(String why) {
        TrailWriter refusing = entry -> {
            throw new TrailException("not entered, so not done: " + entry.act() + ": " + why);
        };
        return new StoreTrail(Optional.empty(), refusing, Actor.MACHINE);
    }

    /** Whether entries are wanted at all. */
    boolean isUsed() {
        return writer != null;
    }

    /** Durable on return. Where it throws, what it tells of must not be done. */
    public void enter(NewEntry entry) throws TrailException {
        TrailWriter to = writer;
        if (to != null) {
            to.append(entry);
        }
    }

    /** The same, and says where it stands. Throws where there is no trail. */
    Appended append(NewEntry entry) throws TrailException {
        TrailWriter to = writer;
        if (to == null) {
            throw new TrailException("there is no audit trail, so this is not done: " + entry.act());
        }
        return to.append(entry);
    }

    /** What was entered of holds and incidents, oldest first. */
    List<Entry> holdEntries() throws IOException {
        if (kept.isEmpty()) {
            throw new TrailException("the audit trail is not open");
        }
        List<Entry> all = new ArrayList<>();
        for (RegisterFold<List<Entry>> fold : kept.get().holds()) {
            all.addAll(fold.current());
        }
        all.sort(Comparator.comparingLong(Entry::index));
        return all;
    }

    /** What was entered of streams erased alone, oldest first. */
    List<Entry> streamEntries() throws IOException {
        if (kept.isEmpty()) {
            throw new TrailException("the audit trail is not open");
        }
        return kept.get().streams().current();
    }

    /** Who acts where a person does. */
    public Actor people() {
        return people;
    }

    /** Throws where nothing can be entered at all; asked before what is entered only when it has been done. */
    public void require() throws TrailException {
        if (isUsed() && kept.isEmpty()) {
            throw new TrailException("the audit trail is not open, so this is not done");
        }
    }

    /** Keeps a person's sentence beside the trail; its commitment goes into the entry. */
    Commitment text(String sentence) throws IOException {
        Optional<Texts> texts = kept.map(Kept::texts);
        if (texts.isEmpty()) {
            throw new TrailException("the audit trail is not open, so this is not done");
        }
        return texts.get().write(sentence);
    }

    // ---- what is owed ---------------------------------------------------------------------------------------------

    /** Something the machine does or sees by itself, entered when the trail takes it. Never waits. */
    void owe(Act act, Fields data, Instant happened) {
        if (kept.isEmpty()) {
            return; // none, or none that opens in this life: the ledger has it
        }
        NewEntry entry = NewEntry.byMachine(act, data).happenedAt(happened);
        synchronized (owed) {
            if (owed.size() < MOST_OWED) {
                owed.add(entry);
                return;
            }
        }
        log.error("ALARM audit trail: {} acts wait for it, this one will not be entered: {}", MOST_OWED, entry);
    }

    /** Enters what is owed, in its order, as far as the trail takes it. One thread: the keeper, and after it {@link #settleLast}. */
    void settle() {
        for (NewEntry next = first(); next != null; next = first()) {
            try {
                enterOwed(next);
            } catch (TrailException e) {
                if (!isBehind) {
                    log.error("ALARM audit trail: {} acts wait to be entered: {}", owed(), e.getMessage());
                }
                isBehind = true;
                return;
            }
            synchronized (owed) {
                owed.removeFirst();
            }
        }
        isBehind = false;
    }

    private void enterOwed(NewEntry next) throws TrailException {
        try {
            enter(next);
        } catch (IllegalArgumentException e) {
            // Its clock was set back since: the entry says when it was made, the order of the trail what came before.
            enter(NewEntry.byMachine(next.act(), next.data()));
        }
    }

    /** At the stop, after the keeper's last round: what cannot be entered now never is. */
    public void settleLast() {
        settle();
        if (isBehind) {
            log.error("ALARM audit trail: {} acts are never entered, the ledger has them", owed());
        }
    }

    private int owed() {
        synchronized (owed) {
            return owed.size();
        }
    }

    private @Nullable NewEntry first() {
        synchronized (owed) {
            return owed.peekFirst();
        }
    }

    // ---- erasures -------------------------------------------------------------------------------------------------

    /** Which erasures the trail knows; empty where it is not open. */
    Optional<ErasureRegister.State> erasures() throws IOException {
        return kept.isEmpty()
                ? Optional.empty()
                : Optional.of(kept.get().erasures().current());
    }

    // ---- footage roots --------------------------------------------------------------------------------------------

    boolean takesLeaves() {
        return kept.isPresent();
    }

    /** One more leaf for the next root. Never waits. */
    void add(FootageLeaf leaf) {
        if (kept.isPresent() && !kept.get().roots().add(leaf)) {
            log.error(
                    "ALARM audit trail: {} segments wait for a footage root, this one stands in none: {}",
                    FootageRoots.MAX_WAITING,
                    leaf.line());
        }
    }

    void onFirstMinute(Runnable looks) {
        catchUp = looks;
    }

    /** What the newest roots cover; empty where the trail has none. */
    Optional<CoveredFootage> covered() throws IOException {
        return kept.isEmpty()
                ? Optional.empty()
                : CoveredFootage.newest(
                        kept.get().disk(), kept.get().folder(), kept.get().trail());
    }

    /** Enters a root over what was sealed and closed since the last. Once a minute, one thread; may wait for disks. */
    public void enterRoot(Instant now) throws IOException {
        if (kept.isEmpty()) {
            return;
        }
        Runnable looks = catchUp;
        if (!isCaughtUp && looks != null) {
            looks.run();
            isCaughtUp = true;
        }
        enterLastRoot(now);
    }

    /** The same at the stop, when nothing can be looked for any more: what a stop before kept out waits for the next start. */
    public void enterLastRoot(Instant now) throws IOException {
        if (kept.isPresent() && (isCaughtUp || catchUp == null)) {
            // Who wants to know where it stands reads the trail.
            var unused = kept.get().roots().enter(now);
        }
    }

    /** Keeps what was folded, so that the next start need not read all entries. */
    public void snapshot() throws IOException {
        if (kept.isPresent()) {
            kept.get().erasures().snapshot();
            kept.get().streams().snapshot();
            for (RegisterFold<List<Entry>> fold : kept.get().holds()) {
                fold.snapshot();
            }
        }
    }
}
