// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Charts as inline SVG; their colours are the page's, by class. */
final class Svg {
    private static final int WIDTH = 760;
    private static final int LABELS = 250;
    private static final int VALUES = 110;
    /** Of what stands behind a bar: the widest digits and letters of the page's type. */
    private static final int LETTER = 8;

    private static final int BESIDE_BAR = 8;
    private static final int ROW = 32;
    private static final int BAR = 16;
    private static final int PLOT_HEIGHT = 220;
    private static final int AXIS = 64;
    private static final int TICKS = 5;

    private Svg() {}

    /** Which of the page's colours. */
    enum Tone {
        /** What this is about. */
        OURS,
        /** What it is held against. */
        OTHER,
        /** The second part of a bar. */
        BESIDE,
        BAD;

        String cssClass() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A part of a bar. */
    record Part(double value, Tone tone) {}

    /** @param shown what stands behind the bar */
    record Row(String label, List<Part> parts, String shown) {
        Row {
            parts = List.copyOf(parts);
        }

        double total() {
            return parts.stream().mapToDouble(Part::value).sum();
        }
    }

    /** A line across all bars. */
    record Mark(double value, String label) {}

    record Point(double x, double y) {}

    record Series(String name, Tone tone, List<Point> points) {
        Series {
            points = List.copyOf(points);
        }
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    /** Bars from the left, one a row, each with its value behind it. */
    static String bars(String title, List<Row> rows, Optional<Mark> mark) {
        double most = Math.max(
                mark.map(Mark::value).orElse(0.0),
                rows.stream().mapToDouble(Row::total).max().orElse(0));
        int longest = rows.stream().mapToInt(row -> row.shown().length()).max().orElse(0);
        int values = Math.max(VALUES, BESIDE_BAR + longest * LETTER);
        double scale = (WIDTH - LABELS - values) / (most == 0 ? 1 : most);
        int top = mark.isPresent() ? 24 : 4;
        int height = top + rows.size() * ROW + 4;
        StringBuilder svg = open(title, height);
        mark.ifPresent(m -> {
            double x = LABELS + m.value() * scale;
            svg.append(format(
                    "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" class=\"mark\"/>", x, x, top, height - 4));
            svg.append(format(
                    "<text x=\"%.1f\" y=\"14\" class=\"label\" text-anchor=\"middle\">%s</text>",
                    x, escape(m.label())));
        });
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            int y = top + i * ROW;
            svg.append(format(
                    "<text x=\"%d\" y=\"%d\" class=\"label\" text-anchor=\"end\">%s</text>",
                    LABELS - 12, y + 21, escape(row.label())));
            double x = LABELS;
            for (Part part : row.parts()) {
                double width = part.value() * scale;
                svg.append(format(
                        "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" class=\"%s\"/>",
                        x, y + 8, Math.max(0.5, width), BAR, part.tone().cssClass()));
                x += width;
            }
            svg.append(format(
                    "<text x=\"%.1f\" y=\"%d\" class=\"value\">%s</text>",
                    x + BESIDE_BAR, y + 21, escape(row.shown())));
        }
        return svg.append("</svg>").toString();
    }

    /** Lines over time in seconds, named at their ends. */
    static String lines(String title, String unit, List<Series> series) {
        double fromX = series.stream()
                .flatMap(s -> s.points().stream())
                .mapToDouble(Point::x)
                .min()
                .orElse(0);
        double toX = series.stream()
                .flatMap(s -> s.points().stream())
                .mapToDouble(Point::x)
                .max()
                .orElse(1);
        double most = nice(series.stream()
                .flatMap(s -> s.points().stream())
                .mapToDouble(Point::y)
                .max()
                .orElse(1));
        double scaleX = (WIDTH - AXIS - VALUES - 20) / Math.max(1e-9, toX - fromX);
        double scaleY = (PLOT_HEIGHT - 20) / most;
        StringBuilder svg = open(title, PLOT_HEIGHT + 36);
        for (int i = 0; i <= TICKS; i++) {
            double y = PLOT_HEIGHT - most * i / TICKS * scaleY;
            svg.append(format(
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" class=\"grid\"/>",
                    AXIS, WIDTH - VALUES - 20, y, y));
            svg.append(format(
                    "<text x=\"%d\" y=\"%.1f\" class=\"label\" text-anchor=\"end\">%s</text>",
                    AXIS - 8, y + 4, Summary.Figures.shown(most * i / TICKS, "")));
        }
        svg.append(format("<text x=\"%d\" y=\"12\" class=\"label\">%s</text>", AXIS + 4, escape(unit)));
        svg.append(format(
                "<text x=\"%d\" y=\"%d\" class=\"label\">%s</text>",
                AXIS, PLOT_HEIGHT + 24, Summary.Figures.shown(Math.rint(fromX), "s")));
        svg.append(format(
                "<text x=\"%d\" y=\"%d\" class=\"label\" text-anchor=\"end\">%s</text>",
                WIDTH - VALUES - 20, PLOT_HEIGHT + 24, Summary.Figures.shown(Math.rint(toX), "s")));
        double nameY = Double.NaN;
        for (Series one : series) {
            StringBuilder path = new StringBuilder();
            double lastY = PLOT_HEIGHT;
            for (Point point : one.points()) {
                lastY = PLOT_HEIGHT - point.y() * scaleY;
                path.append(path.isEmpty() ? "M" : "L")
                        .append(format("%.1f %.1f", AXIS + (point.x() - fromX) * scaleX, lastY));
            }
            svg.append(format(
                    "<path d=\"%s\" class=\"line %s\"/>", path, one.tone().cssClass()));
            // Names of lines that end at the same height stand below each other.
            double at = Double.isNaN(nameY) || Math.abs(lastY - nameY) >= 16 ? lastY : nameY + 16;
            nameY = at;
            svg.append(format(
                    "<text x=\"%d\" y=\"%.1f\" class=\"value %s-text\">%s</text>",
                    WIDTH - VALUES - 14, at + 4, one.tone().cssClass(), escape(one.name())));
        }
        return svg.append("</svg>").toString();
    }

    private static StringBuilder open(String title, int height) {
        return new StringBuilder(format(
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\"><title>%s</title>",
                WIDTH, height, escape(title), escape(title)));
    }

    /** The next of 1, 2, 2.5, 5 times a power of ten. */
    private static double nice(double value) {
        if (value <= 0) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double step : new double[] {1, 2, 2.5, 5}) {
            if (value <= step * power) {
                return step * power;
            }
        }
        return 10 * power;
    }
}
