// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The letters burned into drawn pictures: a bitmap font of 5 x 8 pixels kept as readable text beside this class, so that
 * a headless machine without any font installed draws the same picture. Immutable.
 *
 * <p>The file is made of bands: {@code = ABC}, then eight lines in which each glyph takes five columns and one blank.
 */
final class Font {
    static final int GLYPH_WIDTH = 5;
    static final int GLYPH_HEIGHT = 8;
    /** A glyph and the blank column after it. */
    static final int ADVANCE = GLYPH_WIDTH + 1;

    static final Font BUILT_IN = load("font-5x8.txt");

    private final Map<Character, long[]> glyphs;

    private Font(Map<Character, long[]> glyphs) {
        this.glyphs = glyphs;
    }

    /** Takes the pixels of a text that are ink. */
    interface Ink {
        void dot(int x, int y);
    }

    /** Calls {@code ink} for each set pixel of the text, the upper left corner of the first glyph being 0, 0. */
    void write(String text, Ink ink) {
        String plain = plain(text);
        for (int i = 0; i < plain.length(); i++) {
            long[] rows = rowsOf(plain.charAt(i));
            for (int y = 0; y < GLYPH_HEIGHT; y++) {
                for (int x = 0; x < GLYPH_WIDTH; x++) {
                    if (((rows[y] >> x) & 1) == 1) {
                        ink.dot(i * ADVANCE + x, y);
                    }
                }
            }
        }
    }

    /** Width of a text in pixels, without the blank column behind the last glyph. */
    int width(String text) {
        return Math.max(0, plain(text).length() * ADVANCE - 1);
    }

    /** Accents fall off; what still has no glyph is drawn as a question mark. */
    private static String plain(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFD).replaceAll("\\p{M}", "");
    }

    private long[] rowsOf(char letter) {
        if (letter == ' ') {
            return new long[GLYPH_HEIGHT];
        }
        long[] rows = glyphs.get(letter);
        return rows != null ? rows : Objects.requireNonNull(glyphs.get('?'), "the font has no question mark");
    }

    private static Font load(String resource) {
        try (InputStream in = Font.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("font: " + resource + " is missing from the jar");
            }
            return parse(new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))
                    .lines()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException("font: " + resource, e);
        }
    }

    private static Font parse(List<String> lines) {
        Map<Character, long[]> glyphs = new HashMap<>();
        for (int line = 0; line + GLYPH_HEIGHT < lines.size(); line += GLYPH_HEIGHT + 1) {
            String letters = lines.get(line).substring(2);
            for (int i = 0; i < letters.length(); i++) {
                long[] rows = new long[GLYPH_HEIGHT];
                for (int y = 0; y < GLYPH_HEIGHT; y++) {
                    rows[y] = row(lines.get(line + 1 + y), i * ADVANCE);
                }
                glyphs.put(letters.charAt(i), rows);
            }
        }
        return new Font(Map.copyOf(glyphs));
    }

    private static long row(String line, int start) {
        long bits = 0;
        for (int x = 0; x < GLYPH_WIDTH; x++) {
            bits |= line.charAt(start + x) == '#' ? 1L << x : 0;
        }
        return bits;
    }
}
