// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.SplittableRandom;

/** Draws the row of houses along a street: terraces, shops, pubs, stucco fronts, offices. Used on one thread, once. */
final class Houses {
    private static final int FLOOR = 38;
    private static final int[] BRICKS = {0x9c5340, 0x8a4a3b, 0xa86a4c, 0xb08a5e, 0x7d5a4a};
    private static final int[] STUCCO = {0xe6dfcf, 0xdcd3c3, 0xefe6d2, 0xcfd6d9, 0xe2d2c2};
    private static final int[] SHOP_FRONTS = {0x1f4d3a, 0x2a3f6b, 0x7a1f2b, 0x3b3b3b, 0x8a6a1f, 0x5a2d66};
    private static final String[] SHOPS = {
        "BAKERY", "CAFE", "BOOKS", "CHEMIST", "FLORIST", "POST OFFICE", "BARBER", "GREENGROCER", "TAILOR", "TEA ROOM"
    };
    private static final String[] PUBS = {"THE ANCHOR", "RED LION", "THE SWAN", "KINGS ARMS", "THE PLOUGH"};
    private static final int GLASS = 0x51626e;
    private static final int LIT_GLASS = 0xf3cf82;

    private final Drawing sheet;
    private final Light light;
    private final SplittableRandom random;

    Houses(Drawing sheet, Light light, SplittableRandom random) {
        this.sheet = sheet;
        this.light = light;
        this.random = random;
    }

    /** Fills the width of the sheet with houses that stand on {@code ground}. */
    void row(double ground) {
        double x = -random.nextInt(40);
        int shop = random.nextInt(SHOPS.length);
        int last = -1;
        while (x < sheet.width()) {
            int kind = random.nextInt(5);
            if (kind == last) {
                kind = (kind + 1) % 5;
            }
            double w = 74 + random.nextInt(40);
            switch (kind) {
                case 0 -> terrace(x, ground, w);
                case 1 -> shop(x, ground, w, SHOPS[shop++ % SHOPS.length]);
                case 2 -> pub(x, ground, w + 12);
                case 3 -> stucco(x, ground, w);
                default -> office(x, ground, w + 20);
            }
            x += w + (kind == 2 ? 12 : kind > 3 ? 20 : 0);
            last = kind;
        }
    }

    private int lit(int rgb) {
        return light.on(rgb);
    }

    private int pick(int[] colours) {
        return colours[random.nextInt(colours.length)];
    }

    private void terrace(double x, double ground, double w) {
        double h = FLOOR * (2 + random.nextInt(2));
        int brick = pick(BRICKS);
        wall(x, ground, w, h, brick);
        courses(x, ground, w, h, brick);
        roof(x, ground - h, w, 0x4b4f57);
        chimney(x + w * 0.78, ground - h, brick);
        int columns = w > 92 ? 3 : 2;
        windows(x, ground - h, w, (int) (h / FLOOR) - 1, columns, 0xf2f0ea);
        double door = x + w * 0.22;
        door(door, ground, pick(SHOP_FRONTS));
        sash(x + w * 0.68, ground - 31, 16, 22, 0xf2f0ea);
    }

    private void shop(double x, double ground, double w, String name) {
        double h = FLOOR * 3;
        int brick = pick(BRICKS);
        wall(x, ground, w, h, brick);
        courses(x, ground, w, h, brick);
        cornice(x, ground - h, w, 0xd9d2c4);
        windows(x, ground - h, w, 2, 2, 0xf2f0ea);
        front(x, ground, w, pick(SHOP_FRONTS), name);
        awning(x, ground, w);
    }

    private void pub(double x, double ground, double w) {
        double h = FLOOR * 2.7;
        wall(x, ground, w, h, pick(STUCCO));
        roof(x, ground - h, w, 0x5a4038);
        chimney(x + w * 0.2, ground - h, BRICKS[0]);
        windows(x, ground - h, w, 1, 3, 0x2b2b2b);
        String name = PUBS[random.nextInt(PUBS.length)];
        front(x, ground, w, 0x173d2c, name);
        sheet.rect(lit(0x2b2b2b), x + w - 16, ground - 92, 15, 1.5);
        sheet.rect(lit(0xe8d9a8), x + w - 16, ground - 90, 13, 17).rect(lit(0x7a1f2b), x + w - 14, ground - 88, 9, 13);
    }

    private void stucco(double x, double ground, double w) {
        double h = FLOOR * 3.2;
        int wall = pick(STUCCO);
        wall(x, ground, w, h, wall);
        cornice(x, ground - h, w, Drawing.mix(wall, 0xffffff, 0.4));
        sheet.rect(lit(Drawing.mix(wall, 0, 0.12)), x, ground - FLOOR - 3, w, 3);
        windows(x, ground - h + 6, w, 2, 3, 0xffffff);
        door(x + w / 2, ground, 0x1b2430);
        sheet.rect(lit(0xf5f2ea), x + w / 2 - 13, ground - 37, 26, 3);
        sheet.rect(lit(0xf5f2ea), x + w / 2 - 12, ground - 34, 3, 34)
                .rect(lit(0xf5f2ea), x + w / 2 + 9, ground - 34, 3, 34);
        sash(x + w * 0.2, ground - 32, 14, 22, 0xffffff);
        sash(x + w * 0.8, ground - 32, 14, 22, 0xffffff);
    }

    private void office(double x, double ground, double w) {
        double h = FLOOR * (3.4 + random.nextInt(2) * 0.5);
        wall(x, ground, w, h, 0x8e979d);
        sheet.rect(lit(0x6e767c), x, ground - h, w, 4);
        int floors = (int) (h / 27);
        int panes = (int) (w / 15);
        double pane = (w - 6) / panes;
        for (int floor = 0; floor < floors; floor++) {
            for (int i = 0; i < panes; i++) {
                double top = ground - h + 8 + floor * 26;
                if (top + 20 < ground - 4) {
                    sheet.rect(glass(), x + 3 + i * pane + 1, top, pane - 2, 19);
                    sheet.opacity(0.16)
                            .polygon(
                                    0xffffff,
                                    x + 5 + i * pane,
                                    top + 19,
                                    x + 5 + i * pane,
                                    top + 9,
                                    x + 1 + (i + 1) * pane,
                                    top,
                                    x + 1 + (i + 1) * pane,
                                    top + 8)
                            .opacity(1);
                }
            }
        }
        sheet.rect(lit(0x2f3a42), x + w / 2 - 15, ground - 32, 30, 32);
        sheet.rect(light.lampsLit ? LIT_GLASS : lit(0x7d929e), x + w / 2 - 13, ground - 30, 12.4, 30);
        sheet.rect(light.lampsLit ? LIT_GLASS : lit(0x7d929e), x + w / 2 + 0.6, ground - 30, 12.4, 30);
    }

    private void wall(double x, double ground, double w, double h, int rgb) {
        sheet.rect(lit(rgb), x, ground - h, w, h);
        sheet.rect(lit(Drawing.mix(rgb, 0, 0.28)), x + w - 1.2, ground - h, 1.2, h);
        sheet.rect(lit(Drawing.mix(rgb, 0, 0.22)), x, ground - 5, w, 5);
    }

    private void courses(double x, double ground, double w, double h, int brick) {
        sheet.opacity(0.5);
        for (double y = ground - h + 3; y < ground - 5; y += 4) {
            sheet.rect(lit(Drawing.mix(brick, 0, 0.18)), x, y, w, 0.7);
        }
        sheet.opacity(1);
    }

    private void roof(double x, double eaves, double w, int slate) {
        sheet.polygon(lit(slate), x - 2, eaves + 1, x + w + 2, eaves + 1, x + w - 9, eaves - 17, x + 9, eaves - 17);
        sheet.opacity(0.4);
        for (int i = 1; i < 5; i++) {
            sheet.rect(lit(Drawing.mix(slate, 0, 0.3)), x + 9 - i * 2, eaves - 17 + i * 3.6, w - 18 + i * 4, 0.7);
        }
        sheet.opacity(1).rect(lit(0x2c2f33), x - 2, eaves, w + 4, 2);
    }

    private void chimney(double x, double eaves, int brick) {
        sheet.rect(lit(Drawing.mix(brick, 0, 0.15)), x - 6, eaves - 31, 12, 17);
        sheet.rect(lit(0xb5714f), x - 4.5, eaves - 36, 3.4, 5).rect(lit(0xb5714f), x + 1, eaves - 36, 3.4, 5);
    }

    private void cornice(double x, double top, double w, int rgb) {
        sheet.rect(lit(rgb), x - 1, top - 3, w + 2, 5).rect(lit(Drawing.mix(rgb, 0, 0.35)), x, top + 2, w, 1.2);
    }

    private void windows(double x, double top, double w, int floors, int columns, int frame) {
        for (int floor = 0; floor < floors; floor++) {
            for (int i = 0; i < columns; i++) {
                sash(x + w * (i + 0.5) / columns, top + 9 + floor * FLOOR, 14, 23, frame);
            }
        }
    }

    private void sash(double centre, double top, double w, double h, int frame) {
        double x = centre - w / 2;
        sheet.rect(lit(Drawing.mix(frame, 0x777777, 0.5)), x - 2, top + h, w + 4, 2.4);
        sheet.rect(lit(frame), x - 1, top - 1, w + 2, h + 2).rect(glass(), x + 0.6, top + 0.6, w - 1.2, h - 1.2);
        sheet.rect(lit(frame), x, top + h / 2 - 0.7, w, 1.4).rect(lit(frame), centre - 0.5, top, 1, h);
    }

    private int glass() {
        if (light.lampsLit && random.nextInt(5) < 2) {
            return Drawing.mix(LIT_GLASS, 0xd9935a, random.nextDouble(0.6));
        }
        return lit(Drawing.mix(GLASS, 0x9fb6c4, random.nextDouble(0.45)));
    }

    private void door(double centre, double ground, int rgb) {
        sheet.rect(lit(0xf2efe6), centre - 9, ground - 35, 18, 35).rect(lit(rgb), centre - 7, ground - 28, 14, 28);
        sheet.rect(glass(), centre - 7, ground - 33.5, 14, 4.5);
        sheet.rect(lit(Drawing.mix(rgb, 0, 0.3)), centre - 5, ground - 25, 10, 9);
        sheet.rect(lit(Drawing.mix(rgb, 0, 0.3)), centre - 5, ground - 13, 10, 9);
        sheet.ellipse(lit(0xd8b653), centre + 5, ground - 14, 1, 1).rect(lit(0xbab5aa), centre - 11, ground - 2, 22, 2);
    }

    private void front(double x, double ground, double w, int rgb, String name) {
        sheet.rect(lit(rgb), x + 1, ground - FLOOR, w - 3, FLOOR);
        sheet.rect(lit(Drawing.mix(rgb, 0xffffff, 0.1)), x + 1, ground - FLOOR, w - 3, 11);
        double text = Font.BUILT_IN.width(name);
        sheet.text(lit(0xf4ecd2), name, x + (w - text) / 2, ground - FLOOR + 2, 1);
        int window = light.lampsLit ? LIT_GLASS : lit(0x8fa6b0);
        double doorAt = x + w * 0.66;
        sheet.rect(window, x + 6, ground - 25, doorAt - x - 12, 19)
                .rect(window, doorAt + 16, ground - 25, x + w - doorAt - 22, 19);
        for (double i = x + 10; i < doorAt - 10; i += 9) {
            int goods = pick(SHOP_FRONTS);
            sheet.rect(lit(Drawing.mix(goods, 0xffffff, 0.45)), i, ground - 12, 6, 6);
        }
        sheet.rect(lit(Drawing.mix(rgb, 0, 0.35)), doorAt, ground - 26, 13, 26)
                .rect(window, doorAt + 2, ground - 24, 9, 14);
    }

    private void awning(double x, double ground, double w) {
        int colour = pick(SHOP_FRONTS);
        int stripes = (int) (w / 8);
        double stripe = (w - 8) / stripes;
        for (int i = 0; i < stripes; i++) {
            int rgb = i % 2 == 0 ? Drawing.mix(colour, 0xffffff, 0.2) : 0xf1ede2;
            double left = x + 4 + i * stripe;
            sheet.polygon(
                    lit(rgb),
                    left,
                    ground - 27,
                    left + stripe,
                    ground - 27,
                    left + stripe,
                    ground - 20,
                    left,
                    ground - 20);
        }
    }
}
