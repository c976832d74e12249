// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.watchkeep.recorder.camera.SimulatedCamera.Scene;

/**
 * Something that real cameras do otherwise than the standards say, and that a simulated camera does on demand, all the time:
 * unlike a {@link Fault} it has no moment. The catalogue is flat; it is cut into enumerations by where the quirk shows.
 */
public sealed interface Quirk
        permits DialogueQuirk,
                TransportQuirk,
                TlsQuirk,
                LoginQuirk,
                AddressQuirk,
                SdpQuirk,
                PayloadQuirk,
                JpegQuirk,
                PictureQuirk,
                StreamQuirk {
    /**
     * What a quirk is.
     *
     * @param does what the camera does, in one line
     * @param wants what a client must do about it, in one line
     * @param oddity makes one for each camera
     */
    record Recipe(String does, String wants, Supplier<Oddity> oddity) {}

    /** Of the enumeration. */
    String name();

    Recipe recipe();

    /** What the camera does, in one line. */
    default String does() {
        return recipe().does();
    }

    /** What a client must do about it, in one line. */
    default String wants() {
        return recipe().wants();
    }

    /** How it is done, for one camera. */
    default Oddity oddity() {
        return recipe().oddity().get();
    }

    /** What a camera with it shows that was to show this. */
    default Scene scene(Scene asked) throws IOException {
        return asked;
    }

    /** As it is written on the command line: {@code trailing-space-in-cseq}. */
    default String flag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The whole catalogue. */
    static List<Quirk> all() {
        return Stream.<Quirk[]>of(
                        DialogueQuirk.values(),
                        TransportQuirk.values(),
                        TlsQuirk.values(),
                        LoginQuirk.values(),
                        AddressQuirk.values(),
                        SdpQuirk.values(),
                        PayloadQuirk.values(),
                        JpegQuirk.values(),
                        PictureQuirk.values(),
                        StreamQuirk.values())
                .flatMap(Stream::of)
                .toList();
    }

    /** The quirk of this flag; an {@link IllegalArgumentException} says what was expected. */
    static Quirk parse(String flag) {
        return all().stream()
                .filter(quirk -> quirk.flag().equals(flag))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("quirk: " + flag + " (expected: one that --quirk list names)"));
    }
}
