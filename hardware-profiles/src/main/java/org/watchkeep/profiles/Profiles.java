// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.watchkeep.profiles.yaml.YamlFaultException;

/** The profiles that come with Watchkeep: one file each, named in an index in the order people read them. Immutable. */
public final class Profiles {
    private static final String FOLDER = "/org/watchkeep/profiles/";

    private final List<CameraProfile> cameras;
    private final List<RecorderProfile> recorders;

    private Profiles(List<CameraProfile> cameras, List<RecorderProfile> recorders) {
        this.cameras = List.copyOf(cameras);
        this.recorders = List.copyOf(recorders);
    }

    /** What reads one kind of profile. */
    private interface Reader<T> {
        T read(String source, byte[] bytes) throws YamlFaultException;
    }

    /** @throws IllegalStateException when what was packed is not whole: a test reads every profile before it is */
    public static Profiles builtIn() {
        return new Profiles(all("cameras", ProfileReader::camera), all("recorders", ProfileReader::recorder));
    }

    private static <T> List<T> all(String kind, Reader<T> reader) {
        List<T> profiles = new ArrayList<>();
        String index = new String(bytes(kind + "/index.txt"), StandardCharsets.UTF_8);
        for (String id : index.lines().filter(line -> !line.isBlank()).toList()) {
            String name = kind + "/" + id + ".yaml";
            try {
                profiles.add(reader.read(name, bytes(name)));
            } catch (YamlFaultException e) {
                throw new IllegalStateException("a built-in profile: " + e.getMessage(), e);
            }
        }
        return profiles;
    }

    private static byte[] bytes(String name) {
        try (InputStream in = Profiles.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + FOLDER + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Generic first, then by name. */
    public List<CameraProfile> cameras() {
        return cameras;
    }

    /** From the smallest to the largest. */
    public List<RecorderProfile> recorders() {
        return recorders;
    }

    public Optional<CameraProfile> camera(String id) {
        return cameras.stream().filter(p -> p.id().equals(id)).findFirst();
    }

    public Optional<RecorderProfile> recorder(String id) {
        return recorders.stream().filter(p -> p.id().equals(id)).findFirst();
    }
}
