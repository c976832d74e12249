// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.IOException;
import org.watchkeep.recorder.camera.SimulatedCamera.Begin;
import org.watchkeep.recorder.camera.SimulatedCamera.Coding;
import org.watchkeep.recorder.camera.SimulatedCamera.Drawn;
import org.watchkeep.recorder.camera.SimulatedCamera.FromFile;
import org.watchkeep.recorder.camera.SimulatedCamera.Play;
import org.watchkeep.recorder.camera.SimulatedCamera.Scene;
import org.watchkeep.recorder.rtsp.Manners;

/** What the pictures of a drawn camera are. A file's pictures are what they are: there these do nothing. */
public enum PictureQuirk implements Quirk {
    KEY_PICTURES_FAR_APART(
            "key pictures a minute apart",
            "cut fragments at other pictures too",
            drawn -> new Drawn(drawn.coding(), 750, drawn.slices())),
    SEVERAL_SLICES(
            "each picture is coded in four slices",
            "make one picture of them",
            drawn -> new Drawn(drawn.coding(), drawn.keyPictureEvery(), 4)),
    B_FRAMES(
            "pictures are sent in another order than shown (a clip in H.264)",
            "keep the order, and the time of each",
            drawn -> clip("street-b-frames.mp4")),
    SUB_LAYERS(
            "H.265 with temporal sub-layers and pictures nothing refers to (a clip)",
            "keep pictures of every type",
            drawn -> clip("street-sub-layers.mp4"));

    /** Another scene in place of a drawn one. */
    private interface Instead {
        Scene of(Drawn drawn) throws IOException;
    }

    @SuppressWarnings("ImmutableEnumChecker") // what it makes is new each time
    private final Recipe recipe;

    @SuppressWarnings("ImmutableEnumChecker") // a function without a state
    private final Instead instead;

    PictureQuirk(String does, String wants, Instead instead) {
        recipe = new Recipe("drawn in H.264: " + does, wants, () -> Oddity.of(Manners.PLAIN));
        this.instead = instead;
    }

    @Override
    public Recipe recipe() {
        return recipe;
    }

    @Override
    public Scene scene(Scene asked) throws IOException {
        return asked instanceof Drawn drawn && drawn.coding() == Coding.H264 ? instead.of(drawn) : asked;
    }

    private static Scene clip(String name) throws IOException {
        return new FromFile(FileFootage.clip(name), Play.LOOPING, Begin.AT_ONCE);
    }
}
