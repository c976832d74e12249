// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Something that real cameras do otherwise than the standards say, and that a simulated camera does on demand, all the time:
 * unlike a {@link Fault} it has no moment. The catalogue is flat; it is cut into enumerations by where the quirk shows.
 */
public sealed interface Quirk
        permits DialogueQuirk, TransportQuirk, LoginQuirk, AddressQuirk, SdpQuirk, PayloadQuirk, StreamQuirk {
    /** Of the enumeration. */
    String name();

    /** What the camera does, in one line. */
    String does();

    /** What a client must do about it, in one line. */
    String wants();

    /** How it is done, for one camera. */
    Oddity oddity();

    /** As it is written on the command line: {@code trailing-space-in-cseq}. */
    default String flag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The whole catalogue. */
    static List<Quirk> all() {
        return Stream.<Quirk[]>of(
                        DialogueQuirk.values(),
                        TransportQuirk.values(),
                        LoginQuirk.values(),
                        AddressQuirk.values(),
                        SdpQuirk.values(),
                        PayloadQuirk.values(),
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
