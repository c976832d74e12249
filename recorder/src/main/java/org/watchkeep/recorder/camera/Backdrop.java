// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.SplittableRandom;

/**
 * What does not move in a drawn street: sky, houses, pavements, road and street furniture. Everything follows from the
 * seed, so a camera shows the same street each time it starts. Used on one thread, once.
 */
final class Backdrop {
    static final int WIDTH = 640;
    static final int HEIGHT = 360;

    /** Where the houses meet the far pavement. */
    static final int HOUSE_LINE = 204;

    static final int FAR_KERB = 225;
    static final int NEAR_KERB = 297;
    static final int ROAD_MIDDLE = (FAR_KERB + NEAR_KERB) / 2 + 2;

    /** Below this row the picture belongs to the bar code and the running time. */
    static final int STRIP_TOP = 328;

    private static final int PAVEMENT = 0xa9a59b;
    private static final int KERB = 0xc9c6bd;
    private static final int TARMAC = 0x565a5e;
    private static final int YELLOW = 0xd9b93b;
    private static final int WHITE_PAINT = 0xdedede;
    private static final int CROSSING_WIDTH = 54;

    /** Grain of a surface, in luma steps up and down: without it walls and road look like paper. */
    private static final int GRAIN = 3;

    private final Light light;
    private final SplittableRandom random;
    private final Drawing sheet = new Drawing(WIDTH, HEIGHT);

    private Backdrop(Light light, SplittableRandom random) {
        this.light = light;
        this.random = random;
    }

    static Planes draw(Light light, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Backdrop backdrop = new Backdrop(light, random);
        backdrop.sky();
        new Houses(backdrop.sheet, light, random).row(HOUSE_LINE);
        backdrop.ground();
        backdrop.furniture();
        return backdrop.develop();
    }

    private int lit(int rgb) {
        return light.on(rgb);
    }

    private void sky() {
        sheet.gradient(light.skyTop, light.skyBottom, 0, 0, WIDTH, HOUSE_LINE);
        int clouds = light == Light.NIGHT ? 0 : 3 + random.nextInt(4);
        int cloud = Drawing.mix(light.skyBottom, 0xffffff, light.lampsLit ? 0.15 : 0.55);
        for (int i = 0; i < clouds; i++) {
            double x = random.nextDouble(WIDTH);
            double y = 30 + random.nextDouble(45);
            sheet.opacity(0.35);
            for (int puff = 0; puff < 5; puff++) {
                sheet.ellipse(cloud, x + puff * 17 - 34, y + random.nextDouble(6), 24, 7 + random.nextDouble(5));
            }
            sheet.opacity(1);
        }
        int far = Drawing.mix(light.skyBottom, lit(0x6b7280), 0.55);
        for (double x = -10; x < WIDTH; ) {
            double w = 18 + random.nextDouble(46);
            double h = 96 + random.nextDouble(46);
            sheet.rect(far, x, HOUSE_LINE - h, w, h);
            x += w;
        }
    }

    private void ground() {
        sheet.rect(lit(PAVEMENT), 0, HOUSE_LINE, WIDTH, FAR_KERB - 3 - HOUSE_LINE);
        int joint = lit(Drawing.mix(PAVEMENT, 0, 0.16));
        for (double x = 0; x < WIDTH; x += 20) {
            sheet.line(joint, x, HOUSE_LINE, x - 3, FAR_KERB - 3, 0.5);
        }
        sheet.rect(joint, 0, HOUSE_LINE + 9, WIDTH, 0.6);
        sheet.rect(lit(KERB), 0, FAR_KERB - 3, WIDTH, 3);
        sheet.rect(lit(TARMAC), 0, FAR_KERB, WIDTH, NEAR_KERB - FAR_KERB);
        for (int patch = 0; patch < 4; patch++) {
            sheet.opacity(0.25);
            sheet.rect(
                    lit(random.nextBoolean() ? 0x44474a : 0x6a6d70),
                    random.nextDouble(WIDTH),
                    FAR_KERB + 6 + random.nextDouble(45),
                    30 + random.nextDouble(80),
                    8 + random.nextDouble(12));
            sheet.opacity(1);
        }
        for (double x = -20; x < WIDTH; x += 46) {
            sheet.rect(lit(WHITE_PAINT), x, ROAD_MIDDLE - 1, 24, 2);
        }
        sheet.rect(lit(YELLOW), 0, FAR_KERB + 2, WIDTH, 1.2).rect(lit(YELLOW), 0, FAR_KERB + 5, WIDTH, 1.2);
        sheet.rect(lit(YELLOW), 0, NEAR_KERB - 7, WIDTH, 1.6).rect(lit(YELLOW), 0, NEAR_KERB - 3.5, WIDTH, 1.6);
        sheet.rect(lit(KERB), 0, NEAR_KERB, WIDTH, 4);
        sheet.rect(lit(Drawing.mix(PAVEMENT, 0xffffff, 0.08)), 0, NEAR_KERB + 4, WIDTH, HEIGHT - NEAR_KERB - 4);
        for (double x = -20; x < WIDTH + 40; x += 34) {
            sheet.line(joint, x, NEAR_KERB + 4, x - 9, STRIP_TOP, 0.8);
        }
        sheet.rect(joint, 0, NEAR_KERB + 17, WIDTH, 0.9);
    }

    private void furniture() {
        if (random.nextInt(3) > 0) {
            crossing(90 + random.nextInt(420));
        }
        int trees = random.nextInt(4);
        for (int i = 0; i < trees; i++) {
            tree(40 + random.nextInt(560), 58 + random.nextInt(24));
        }
        for (double x = 60 + random.nextInt(80); x < WIDTH; x += 190 + random.nextInt(50)) {
            lamp(x);
        }
        if (random.nextBoolean()) {
            postBox(30 + random.nextInt(580));
        }
        if (random.nextBoolean()) {
            busStop(80 + random.nextInt(460));
        }
    }

    private void crossing(double x) {
        sheet.rect(lit(TARMAC), x - 4, FAR_KERB, CROSSING_WIDTH + 8, NEAR_KERB - FAR_KERB);
        for (double y = FAR_KERB + 1; y < NEAR_KERB - 2; y += 12) {
            sheet.polygon(lit(0xeeeeee), x, y, x + CROSSING_WIDTH, y, x + CROSSING_WIDTH - 2, y + 6, x - 2, y + 6);
        }
        beacon(x - 8);
        beacon(x + CROSSING_WIDTH + 6);
    }

    /** A striped post with an amber globe, as at a zebra crossing. */
    private void beacon(double x) {
        double foot = FAR_KERB - 4;
        for (int i = 0; i < 8; i++) {
            sheet.rect(lit(i % 2 == 0 ? 0x1c1c1c : 0xf0f0f0), x - 1.2, foot - 6 * (i + 1), 2.4, 6);
        }
        sheet.ellipse(light.lampsLit ? 0xffb52e : lit(0xf2a01f), x, foot - 52, 4.6, 4.6);
    }

    private void lamp(double x) {
        double foot = FAR_KERB - 5;
        double top = foot - 104;
        sheet.line(lit(0x3a4044), x, foot, x, top, 2.2).line(lit(0x3a4044), x, top, x + 20, top - 5, 1.8);
        sheet.rect(lit(0x3a4044), x - 2, foot - 14, 4, 14);
        if (light.lampsLit) {
            for (int ring = 5; ring > 0; ring--) {
                sheet.opacity(0.07).ellipse(0xffe0a0, x + 22, top - 2, ring * 7, ring * 5);
            }
            sheet.opacity(0.10)
                    .polygon(0xffe0a0, x + 15, top, x + 29, top, x + 74, FAR_KERB + 30, x - 30, FAR_KERB + 30);
            sheet.opacity(1);
        }
        sheet.ellipse(light.lampsLit ? 0xfff1c8 : lit(0xd8dcdf), x + 22, top - 4, 6.5, 2.2);
    }

    private void tree(double x, double size) {
        double foot = FAR_KERB - 6;
        sheet.line(lit(0x5b4632), x, foot, x, foot - size * 0.7, 5);
        int[] greens = {0x3d6b35, 0x4a7d3c, 0x588c47};
        for (int i = 0; i < 26; i++) {
            double angle = random.nextDouble(2 * Math.PI);
            double reach = Math.sqrt(random.nextDouble()) * size * 0.42;
            sheet.ellipse(
                    lit(greens[i % greens.length]),
                    x + Math.cos(angle) * reach,
                    foot - size + Math.sin(angle) * reach * 0.8,
                    size * 0.15,
                    size * 0.13);
        }
    }

    private void postBox(double x) {
        double foot = FAR_KERB - 5;
        sheet.rect(lit(0xb3191f), x - 5, foot - 24, 10, 22).ellipse(lit(0xc8242a), x, foot - 24, 6, 3.4);
        sheet.rect(lit(0x1b1b1b), x - 5.4, foot - 3, 10.8, 3).rect(lit(0x1b1b1b), x - 3, foot - 19, 6, 1.4);
        sheet.rect(lit(0xf0f0f0), x - 2.5, foot - 15, 5, 4);
    }

    private void busStop(double x) {
        double foot = FAR_KERB - 4;
        sheet.opacity(0.45).rect(lit(0xc9dce4), x + 8, foot - 40, 52, 34).opacity(1);
        sheet.rect(lit(0x40464b), x + 6, foot - 43, 58, 3.4);
        sheet.rect(lit(0x40464b), x + 7, foot - 42, 2, 42).rect(lit(0x40464b), x + 60, foot - 42, 2, 42);
        sheet.rect(lit(0x7b4a33), x + 16, foot - 13, 34, 3);
        sheet.rect(lit(0x40464b), x - 3, foot - 56, 2, 56).ellipse(lit(0xc9252c), x - 2, foot - 58, 7, 7);
        sheet.text(lit(0xffffff), "BUS", x - 10.5, foot - 61, 1);
    }

    private Planes develop() {
        Planes picture = new Planes(WIDTH, HEIGHT);
        SplittableRandom grain = random.split();
        for (int y = 0; y < HEIGHT; y++) {
            int rough = y < 90 ? 0 : GRAIN;
            for (int x = 0; x < WIDTH; x++) {
                int rgb = sheet.reduced(x, y) & 0xffffff;
                int noise = rough == 0 ? 0 : grain.nextInt(-rough, rough + 1);
                picture.y[y * WIDTH + x] = (byte) Math.max(16, Math.min(235, Planes.lumaOf(rgb) + noise));
                if (x % 2 == 0 && y % 2 == 0) {
                    picture.u[y / 2 * (WIDTH / 2) + x / 2] = (byte) Planes.blueOf(rgb);
                    picture.v[y / 2 * (WIDTH / 2) + x / 2] = (byte) Planes.redOf(rgb);
                }
            }
        }
        return picture;
    }
}
