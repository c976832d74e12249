// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles.yaml;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.watchkeep.profiles.yaml.YamlNode.Entry;
import org.watchkeep.profiles.yaml.YamlNode.Mapping;
import org.watchkeep.profiles.yaml.YamlNode.Scalar;
import org.watchkeep.profiles.yaml.YamlNode.Sequence;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Reads one YAML document into nodes that know their lines. Stricter than YAML: no key twice, no anchors and aliases (a
 * few bytes of them can stand for gigabytes), no second document. Confined to the calling thread.
 */
public final class YamlReader {
    /** Site, cameras, camera, place, aliases: the deepest a site goes is 6. */
    private static final int MAX_DEPTH = 16;
    /** 4,000 cameras of 25 values each, twice over. */
    private static final int MAX_NODES = 200_000;

    private final String source;
    private final String expected;
    private final YAMLParser parser;
    private int nodes;

    private YamlReader(String source, String expected, YAMLParser parser) {
        this.source = source;
        this.expected = expected;
        this.parser = parser;
    }

    /**
     * The only document in {@code bytes}, which the caller has bounded.
     *
     * @param source what messages call it
     * @param expected what it should hold, said where it is empty
     */
    public static YamlNode read(String source, byte[] bytes, String expected) throws YamlFaultException {
        String text = decode(source, bytes);
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(bytes.length + 1);
        YAMLFactory factory = YAMLFactory.builder().loaderOptions(options).build();
        try (YAMLParser parser = factory.createParser(text)) {
            return new YamlReader(source, expected, parser).document();
        } catch (JsonProcessingException e) {
            throw fault(source, e);
        } catch (IOException | YAMLException e) {
            throw new YamlFaultException(source, 0, "not YAML: " + firstLine(e.getMessage()));
        }
    }

    /** SnakeYAML tells what it was doing (the context), and what it met there (the problem), which helps more. */
    private static YamlFaultException fault(String source, JsonProcessingException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
                String context = marked.getContext() == null ? "" : ", " + firstLine(marked.getContext());
                return new YamlFaultException(
                        source,
                        marked.getProblemMark().getLine() + 1,
                        "not YAML: " + firstLine(marked.getProblem()) + context);
            }
        }
        int line = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getLineNr());
        return new YamlFaultException(source, line, "not YAML: " + firstLine(e.getOriginalMessage()));
    }

    private static String decode(String source, byte[] bytes) throws YamlFaultException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new YamlFaultException(source, 0, "not UTF-8 text");
        }
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "unreadable" : message.lines().findFirst().orElse("unreadable");
    }

    private YamlNode document() throws IOException, YamlFaultException {
        if (parser.nextToken() == null) {
            throw new YamlFaultException(source, 0, "empty (expected: " + expected + ")");
        }
        YamlNode root = node(0);
        if (parser.nextToken() != null) {
            throw new YamlFaultException(source, line(), "a second document (expected: one)");
        }
        return root;
    }

    /** The node that begins at the current token; leaves the parser on its last token. */
    private YamlNode node(int depth) throws IOException, YamlFaultException {
        if (depth > MAX_DEPTH) {
            throw new YamlFaultException(source, line(), "nested deeper than " + MAX_DEPTH + " levels");
        }
        if (++nodes > MAX_NODES) {
            throw new YamlFaultException(source, line(), "more than " + MAX_NODES + " values");
        }
        if (parser.isCurrentAlias() || parser.getObjectId() != null) {
            throw new YamlFaultException(
                    source, line(), "anchors (&) and aliases (*) are not read here: write the value out, or quote it");
        }
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> mapping(depth);
            case START_ARRAY -> sequence(depth);
            case VALUE_NULL -> new Scalar(line(), "");
            case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
                new Scalar(line(), parser.getText());
            default -> throw new YamlFaultException(source, line(), "unexpected " + token);
        };
    }

    private Mapping mapping(int depth) throws IOException, YamlFaultException {
        int start = line();
        List<Entry> entries = new ArrayList<>();
        Map<String, Integer> lineOfKey = new HashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            int line = line();
            Integer before = lineOfKey.putIfAbsent(key, line);
            if (before != null) {
                throw new YamlFaultException(source, line, key + ": stands twice (first in line " + before + ")");
            }
            parser.nextToken();
            entries.add(new Entry(line, key, node(depth + 1)));
        }
        return new Mapping(start, entries);
    }

    private Sequence sequence(int depth) throws IOException, YamlFaultException {
        int start = line();
        List<YamlNode> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(node(depth + 1));
        }
        return new Sequence(start, items);
    }

    private int line() {
        return Math.max(0, ((JsonParser) parser).currentTokenLocation().getLineNr());
    }
}
