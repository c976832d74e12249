// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import org.watchkeep.recorder.camera.SimulatedCamera.Play;

/** Plays {@link FileFootage} once, or round and round with times that go on steadily. Confined to the pacing thread. */
final class FileSource implements PictureSource {
    private final FileFootage footage;
    private final Play play;
    private long turn;
    private int index;

    FileSource(FileFootage footage, Play play) {
        this.footage = footage;
        this.play = play;
    }

    @Override
    public ParameterSets parameterSets() {
        return footage.parameterSets();
    }

    @Override
    public boolean isOver() {
        return play == Play.ONCE && turn > 0;
    }

    @Override
    public long dueNanos() {
        return PictureSource.nanosOf(turn * footage.periodTicks() + footage.sendTicks(index));
    }

    @Override
    public Timed next(long utcMillis) {
        if (isOver()) {
            throw new IllegalStateException("the file has been played to its end");
        }
        Timed next = new Timed(footage.picture(index), turn * footage.periodTicks() + footage.ticks(index));
        index++;
        if (index == footage.pictures()) {
            index = 0;
            turn++;
        }
        return next;
    }

    /** A file's key pictures are where they are. */
    @Override
    public void requestKeyPicture() {}

    @Override
    public void close() {}
}
