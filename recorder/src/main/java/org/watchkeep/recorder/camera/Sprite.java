// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

/** A small figure with soft edges, ready to be laid over a picture at any place. Immutable. */
final class Sprite {
    final int width;
    final int height;
    private final byte[] alpha;
    private final byte[] y;
    private final byte[] u;
    private final byte[] v;

    private Sprite(int width, int height) {
        this.width = width;
        this.height = height;
        alpha = new byte[width * height];
        y = new byte[width * height];
        u = new byte[width * height];
        v = new byte[width * height];
    }

    static Sprite of(Drawing drawing) {
        Sprite sprite = new Sprite(drawing.width(), drawing.height());
        for (int row = 0; row < sprite.height; row++) {
            for (int x = 0; x < sprite.width; x++) {
                int argb = drawing.reduced(x, row);
                int rgb = argb & 0xffffff;
                int i = row * sprite.width + x;
                sprite.alpha[i] = (byte) (argb >>> 24);
                sprite.y[i] = (byte) Planes.lumaOf(rgb);
                sprite.u[i] = (byte) Planes.blueOf(rgb);
                sprite.v[i] = (byte) Planes.redOf(rgb);
            }
        }
        return sprite;
    }

    /** Lays the figure over the picture with its upper left corner at left, top; what falls outside is cut off. */
    void drawOn(Planes picture, int left, int top) {
        int fromX = Math.max(0, -left);
        int toX = Math.min(width, picture.width - left);
        int fromY = Math.max(0, -top);
        int toY = Math.min(height, picture.height - top);
        for (int row = fromY; row < toY; row++) {
            int source = row * width;
            int line = (top + row) * picture.width + left;
            boolean chromaRow = (top + row) % 2 == 0;
            int chromaLine = (top + row) / 2 * (picture.width / 2);
            for (int x = fromX; x < toX; x++) {
                int a = alpha[source + x] & 0xff;
                if (a == 0) {
                    continue;
                }
                picture.y[line + x] = blend(picture.y[line + x], y[source + x], a);
                // Chroma has half the resolution: the pixels on even places speak for their neighbours.
                if (chromaRow && (left + x) % 2 == 0) {
                    int chroma = chromaLine + (left + x) / 2;
                    picture.u[chroma] = blend(picture.u[chroma], u[source + x], a);
                    picture.v[chroma] = blend(picture.v[chroma], v[source + x], a);
                }
            }
        }
    }

    private static byte blend(byte below, byte above, int alpha) {
        int b = below & 0xff;
        return (byte) (b + (((above & 0xff) - b) * alpha + 127) / 255);
    }
}
