// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.IOException;
import org.watchkeep.controlroom.BuiltVersion;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: the version that the build wrote, and the Java at hand. */
final class ProductVersion implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
        return new String[] {
            "watchkeep " + BuiltVersion.text() + ", Java " + Runtime.version().feature()
        };
    }
}
