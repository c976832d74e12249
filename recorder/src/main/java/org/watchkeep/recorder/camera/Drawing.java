// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.Arrays;

/**
 * A sheet to draw shapes on, three times finer than the picture each way so that edges come out smooth when it is
 * reduced. Used once for each backdrop and sprite, never while pictures are running. Confined to one thread.
 *
 * <p>Coordinates are picture pixels, y downwards; colours are 0xRRGGBB.
 */
final class Drawing {
    private static final int FINE = 3;

    private final int width;
    private final int height;
    private final int fineWidth;
    private final int[] argb;
    private double opacity = 1;

    Drawing(int width, int height) {
        this.width = width;
        this.height = height;
        fineWidth = width * FINE;
        argb = new int[fineWidth * height * FINE];
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** How much the shapes drawn from now on hide what is below them, 0 to 1. */
    Drawing opacity(double value) {
        opacity = value;
        return this;
    }

    Drawing rect(int rgb, double x, double y, double w, double h) {
        return polygon(rgb, x, y, x + w, y, x + w, y + h, x, y + h);
    }

    Drawing ellipse(int rgb, double cx, double cy, double rx, double ry) {
        int first = firstRow(cy - ry);
        int last = lastRow(cy + ry);
        for (int row = first; row <= last; row++) {
            double dy = (centre(row) - cy) / ry;
            if (dy * dy < 1) {
                double half = rx * Math.sqrt(1 - dy * dy);
                span(row, cx - half, cx + half, rgb);
            }
        }
        return this;
    }

    /** A stroke with round ends. */
    Drawing line(int rgb, double x0, double y0, double x1, double y1, double thickness) {
        double length = Math.hypot(x1 - x0, y1 - y0);
        double r = thickness / 2;
        if (length > 0) {
            double nx = (y1 - y0) / length * r;
            double ny = -(x1 - x0) / length * r;
            polygon(rgb, x0 + nx, y0 + ny, x1 + nx, y1 + ny, x1 - nx, y1 - ny, x0 - nx, y0 - ny);
        }
        return ellipse(rgb, x0, y0, r, r).ellipse(rgb, x1, y1, r, r);
    }

    /** Fills a polygon given as x, y, x, y, … by the even-odd rule. */
    Drawing polygon(int rgb, double... xy) {
        double top = Double.MAX_VALUE;
        double bottom = -Double.MAX_VALUE;
        for (int i = 1; i < xy.length; i += 2) {
            top = Math.min(top, xy[i]);
            bottom = Math.max(bottom, xy[i]);
        }
        double[] crossings = new double[xy.length / 2];
        for (int row = firstRow(top); row <= lastRow(bottom); row++) {
            int count = crossings(xy, centre(row), crossings);
            for (int i = 0; i + 1 < count; i += 2) {
                span(row, crossings[i], crossings[i + 1], rgb);
            }
        }
        return this;
    }

    /** Colours run from {@code top} to {@code bottom} down the rectangle. */
    Drawing gradient(int top, int bottom, double x, double y, double w, double h) {
        for (int row = firstRow(y); row <= lastRow(y + h); row++) {
            double part = Math.max(0, Math.min(1, (centre(row) - y) / h));
            if (centre(row) >= y && centre(row) < y + h) {
                span(row, x, x + w, mix(top, bottom, part));
            }
        }
        return this;
    }

    Drawing text(int rgb, String text, double x, double y, double scale) {
        Font.BUILT_IN.write(text, (dx, dy) -> rect(rgb, x + dx * scale, y + dy * scale, scale, scale));
        return this;
    }

    /** Premultiplied mean of the fine pixels under picture pixel x, y, as alpha in the top byte and plain RGB below. */
    int reduced(int x, int y) {
        int a = 0;
        int r = 0;
        int g = 0;
        int b = 0;
        for (int dy = 0; dy < FINE; dy++) {
            for (int dx = 0; dx < FINE; dx++) {
                int c = argb[(y * FINE + dy) * fineWidth + x * FINE + dx];
                int alpha = c >>> 24;
                a += alpha;
                r += (c >> 16 & 0xff) * alpha;
                g += (c >> 8 & 0xff) * alpha;
                b += (c & 0xff) * alpha;
            }
        }
        return a == 0 ? 0 : ((a / (FINE * FINE)) << 24) | ((r / a) << 16) | ((g / a) << 8) | (b / a);
    }

    static int mix(int from, int to, double part) {
        int r = channel(from >> 16, to >> 16, part);
        int g = channel(from >> 8, to >> 8, part);
        int b = channel(from, to, part);
        return (r << 16) | (g << 8) | b;
    }

    private static int channel(int from, int to, double part) {
        int a = from & 0xff;
        return (int) Math.round(a + ((to & 0xff) - a) * part);
    }

    private static int crossings(double[] xy, double y, double[] into) {
        int count = 0;
        int corners = xy.length / 2;
        for (int i = 0; i < corners; i++) {
            int next = (i + 1) % corners;
            double y0 = xy[2 * i + 1];
            double y1 = xy[2 * next + 1];
            if (y0 <= y != y1 <= y) {
                into[count++] = xy[2 * i] + (y - y0) / (y1 - y0) * (xy[2 * next] - xy[2 * i]);
            }
        }
        Arrays.sort(into, 0, count);
        return count;
    }

    private int firstRow(double y) {
        return Math.max(0, (int) Math.floor(y * FINE));
    }

    private int lastRow(double y) {
        return Math.min(height * FINE - 1, (int) Math.ceil(y * FINE));
    }

    private static double centre(int row) {
        return (row + 0.5) / FINE;
    }

    private void span(int row, double fromX, double toX, int rgb) {
        int from = Math.max(0, (int) Math.ceil(fromX * FINE - 0.5));
        int to = Math.min(fineWidth, (int) Math.ceil(toX * FINE - 0.5));
        int alpha = (int) Math.round(opacity * 255);
        for (int i = row * fineWidth + from; i < row * fineWidth + to; i++) {
            argb[i] = alpha == 255 ? 0xff000000 | rgb : over(argb[i], rgb, alpha);
        }
    }

    private static int over(int below, int rgb, int alpha) {
        int belowAlpha = (below >>> 24) * (255 - alpha) / 255;
        int total = alpha + belowAlpha;
        return total == 0 ? 0 : (total << 24) | mix(below & 0xffffff, rgb, (double) alpha / total);
    }
}
