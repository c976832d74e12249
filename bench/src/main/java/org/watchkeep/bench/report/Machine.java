// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a bench ran: figures mean nothing without it. */
public final class Machine {
    private Machine() {}

    public static ObjectNode describe() {
        ObjectNode node = new ObjectMapper().createObjectNode();
        node.put("processors", Runtime.getRuntime().availableProcessors());
        node.put("processor", firstValue(Path.of("/proc/cpuinfo"), "model name"));
        node.put("memory", firstValue(Path.of("/proc/meminfo"), "MemTotal"));
        node.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        node.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        Commit.writeTo(node);
        return node;
    }

    private static String firstValue(Path file, String key) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown (" + e.getMessage() + ")";
        }
    }
}
