// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.ingest;

import java.util.ArrayList;
import java.util.List;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.RunStart;
import org.watchkeep.retention.store.StreamStatus;

/** Writes down what a store would be told, and refuses what a store would refuse. */
final class NotedFootage implements FootageSink {
    final List<String> said = new ArrayList<>();
    final List<Fragment> fragments = new ArrayList<>();
    final List<String> notes = new ArrayList<>();
    boolean isRunOpen;
    boolean isClosed;
    private long micros;

    @Override
    public void beginRun(RunStart start) {
        refuse(isRunOpen || isClosed, "a run is open, or the stream closed");
        isRunOpen = true;
        said.add("run " + start.codec().substring(0, 4));
    }

    @Override
    public void append(Fragment fragment) {
        refuse(!isRunOpen, "no run is open");
        fragments.add(fragment);
        micros += fragment.durationMicros();
        fragment.release().run();
    }

    @Override
    public void note(String further) {
        refuse(!isRunOpen, "no run is open");
        notes.add(further);
    }

    @Override
    public void endRun(GapCause cause, String detail) {
        refuse(!isRunOpen, "no run is open");
        isRunOpen = false;
        said.add("end " + cause);
    }

    @Override
    public void gapCause(GapCause cause, String detail) {
        refuse(isRunOpen, "a run is open");
        said.add("gap " + cause);
    }

    @Override
    public void close(GapCause cause, String detail) {
        refuse(isRunOpen || isClosed, "a run is open, or the stream closed");
        isClosed = true;
    }

    @Override
    public StreamStatus status() {
        return new StreamStatus(micros, fragments.size(), 0, 0, 0);
    }

    private static void refuse(boolean wrong, String why) {
        if (wrong) {
            throw new IllegalStateException(why);
        }
    }

    String last() {
        return said.isEmpty() ? "" : said.get(said.size() - 1);
    }
}
