// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One {@code m=} section of an SDP. Immutable.
 *
 * @param kind {@code video}, {@code audio}, {@code application} or whatever a camera invents; lower case
 * @param formats in the order of the {@code m=} line; may be empty
 * @param control as written; empty where there is none
 */
public record MediaDescription(String kind, List<MediaFormat> formats, Optional<String> control) {
    public MediaDescription {
        formats = List.copyOf(formats);
    }

    /** The first format, in the camera's order, of one of these encodings (upper case). */
    Optional<MediaFormat> firstOf(Set<String> encodingNames) {
        return formats.stream()
                .filter(f -> encodingNames.contains(f.encodingName()))
                .findFirst();
    }

    /** Those that its packets may have. */
    Set<Integer> payloadTypes() {
        return formats.stream().map(MediaFormat::payloadType).collect(Collectors.toUnmodifiableSet());
    }

    /** The first format of this encoding. */
    public Optional<MediaFormat> format(String encodingName) {
        return formats.stream()
                .filter(f -> f.encodingName().equalsIgnoreCase(encodingName))
                .findFirst();
    }
}
