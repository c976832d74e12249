// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The version that the build wrote beside the command line. Stateless. */
public final class BuiltVersion {
    private static final String RESOURCE = "cli/version.properties";

    private BuiltVersion() {}

    public static String text() throws IOException {
        Properties built = new Properties();
        try (InputStream in = BuiltVersion.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IOException("resource " + RESOURCE + " is missing from this build");
            }
            built.load(in);
        }
        return built.getProperty("version", "(no version)");
    }
}
