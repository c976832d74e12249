// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: the version that the build wrote, and the Java at hand. */
final class ProductVersion implements IVersionProvider {
    private static final String RESOURCE = "version.properties";

    @Override
    public String[] getVersion() throws IOException {
        Properties built = new Properties();
        try (InputStream in = ProductVersion.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IOException("resource " + RESOURCE + " is missing from this build");
            }
            built.load(in);
        }
        return new String[] {
            "watchkeep " + built.getProperty("version", "(no version)") + ", Java "
                    + Runtime.version().feature()
        };
    }
}
