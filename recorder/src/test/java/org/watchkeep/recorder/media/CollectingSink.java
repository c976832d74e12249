// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.media;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.watchkeep.retention.store.Fragment;
import org.watchkeep.retention.store.GapCause;
import org.watchkeep.retention.store.RunStart;

/** Keeps copies of what a track hands over, and gives its slabs back at once, as the store does. */
final class CollectingSink implements FragmentSink {
    /** One fragment as it was, with its bytes. */
    record Kept(int run, ByteBuffer bytes, Fragment fragment) {}

    final List<RunStart> runs = new ArrayList<>();
    final List<Kept> fragments = new ArrayList<>();
    final List<GapCause> ends = new ArrayList<>();
    final List<String> details = new ArrayList<>();

    @Override
    public void onRun(RunStart start) {
        runs.add(start);
    }

    @Override
    public void onRunEnd(GapCause cause, String detail) {
        ends.add(cause);
        details.add(detail);
    }

    @Override
    public void onFragment(Fragment fragment) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(fragment.sizeBytes());
        for (ByteBuffer piece : fragment.pieces()) {
            byte[] copy = new byte[piece.remaining()];
            piece.duplicate().get(copy);
            out.writeBytes(copy);
        }
        fragments.add(new Kept(runs.size(), ByteBuffer.wrap(out.toByteArray()), fragment));
        fragment.release().run();
    }

    int flags(int fragment) {
        return fragments.get(fragment).fragment().flags();
    }
}
