// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.watchkeep.controlroom.config.YamlNode.Entry;
import org.watchkeep.controlroom.config.YamlNode.Mapping;
import org.watchkeep.controlroom.config.YamlNode.Scalar;
import org.watchkeep.controlroom.config.YamlNode.Sequence;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Reads one YAML document into nodes that know their lines. Stricter than YAML: no key twice, no anchors and aliases (a
 * few bytes of them can stand for gigabytes), no second document. Confined to the calling thread.
 */
final class YamlReader {
    /** Site, cameras, camera, place, aliases: the deepest a site goes is 6. */
    private static final int MAX_DEPTH = 16;
    /** 4,000 cameras of 25 values each, twice over. */
    private static final int MAX_NODES = 200_000;

    private final Path file;
    private final YAMLParser parser;
    private int nodes;

    private YamlReader(Path file, YAMLParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /** The only document in {@code bytes}; {@code file} is for messages. */
    static YamlNode read(Path file, byte[] bytes) throws ConfigException {
        String text = decode(file, bytes);
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(bytes.length + 1);
        YAMLFactory factory = YAMLFactory.builder().loaderOptions(options).build();
        try (YAMLParser parser = factory.createParser(text)) {
            return new YamlReader(file, parser).document();
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getLineNr());
            throw new ConfigException(file, line, "not YAML: " + firstLine(e.getOriginalMessage()));
        } catch (IOException | YAMLException e) {
            throw new ConfigException(file, 0, "not YAML: " + firstLine(e.getMessage()));
        }
    }

    private static String decode(Path file, byte[] bytes) throws ConfigException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ConfigException(file, 0, "not UTF-8 text");
        }
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "unreadable" : message.lines().findFirst().orElse("unreadable");
    }

    private YamlNode document() throws IOException, ConfigException {
        if (parser.nextToken() == null) {
            throw new ConfigException(file, 0, "empty (expected: a site; see `watchkeep config example`)");
        }
        YamlNode root = node(0);
        if (parser.nextToken() != null) {
            throw new ConfigException(file, line(), "a second document (expected: one)");
        }
        return root;
    }

    /** The node that begins at the current token; leaves the parser on its last token. */
    private YamlNode node(int depth) throws IOException, ConfigException {
        if (depth > MAX_DEPTH) {
            throw new ConfigException(file, line(), "nested deeper than " + MAX_DEPTH + " levels");
        }
        if (++nodes > MAX_NODES) {
            throw new ConfigException(file, line(), "more than " + MAX_NODES + " values");
        }
        if (parser.isCurrentAlias() || parser.getObjectId() != null) {
            throw new ConfigException(
                    file, line(), "anchors (&) and aliases (*) are not read here: write the value out, or quote it");
        }
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> mapping(depth);
            case START_ARRAY -> sequence(depth);
            case VALUE_NULL -> new Scalar(line(), "");
            case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
                new Scalar(line(), parser.getText());
            default -> throw new ConfigException(file, line(), "unexpected " + token);
        };
    }

    private Mapping mapping(int depth) throws IOException, ConfigException {
        int start = line();
        List<Entry> entries = new ArrayList<>();
        Map<String, Integer> lineOfKey = new HashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            int line = line();
            Integer before = lineOfKey.putIfAbsent(key, line);
            if (before != null) {
                throw new ConfigException(file, line, key + ": stands twice (first in line " + before + ")");
            }
            parser.nextToken();
            entries.add(new Entry(line, key, node(depth + 1)));
        }
        return new Mapping(start, entries);
    }

    private Sequence sequence(int depth) throws IOException, ConfigException {
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
