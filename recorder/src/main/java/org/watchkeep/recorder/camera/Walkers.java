// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The people on one pavement. Where each stands follows from the number of the picture alone. Immutable once made. */
final class Walkers {
    /** Pictures of one step cycle: eight is enough that legs seem to swing. */
    private static final int PHASES = 8;

    /** Beyond the picture on each side, so that nobody appears out of nothing. */
    private static final int MARGIN = 40;

    private static final int[] COATS = {0x2b3a55, 0x7c2d33, 0x3d5a45, 0xc9a227, 0x5b4a6b, 0x1f2326, 0x8a8f96, 0xb5532d};
    private static final int[] TROUSERS = {0x2a2d34, 0x3d4a5c, 0x5a4b3d, 0x1e1e22, 0x6b6f76};
    private static final int[] SKINS = {0xf1c9a5, 0xd9a47a, 0xa86f47, 0x7a4a2e, 0xe8b894};
    private static final int[] HAIR = {0x2b1d14, 0x5a3a22, 0x15120f, 0x9a7b4f, 0x8d8d8d};

    private final List<Walker> walkers = new ArrayList<>();

    private record Walker(List<Sprite> phases, double start, double speed, int feet, double stride) {}

    private record Looks(int coat, int trousers, int skin, int hair, boolean bag, boolean hat) {}

    /**
     * @param tall height of a grown person in pixels
     * @param feet picture row of the feet of the person farthest away
     */
    Walkers(SplittableRandom random, Light light, int count, double tall, int feet) {
        for (int i = 0; i < count; i++) {
            double height = tall * (0.88 + random.nextDouble(0.2));
            Looks looks = looks(random, light);
            boolean right = random.nextBoolean();
            List<Sprite> phases = new ArrayList<>();
            for (int phase = 0; phase < PHASES; phase++) {
                phases.add(figure(looks, light, height, 2 * Math.PI * phase / PHASES, right));
            }
            double speed = height * (0.024 + random.nextDouble(0.014));
            double start = random.nextDouble(Backdrop.WIDTH + 2 * MARGIN);
            walkers.add(new Walker(phases, start, right ? speed : -speed, feet + i % 4 * 2, height * 0.9));
        }
    }

    void drawOn(Planes picture, long frame) {
        double ring = Backdrop.WIDTH + 2 * MARGIN;
        for (Walker walker : walkers) {
            double way = walker.start + walker.speed * frame;
            double x = way - Math.floor(way / ring) * ring - MARGIN;
            int phase = (int) Math.floorMod((long) Math.floor(way / walker.stride * PHASES), (long) PHASES);
            Sprite sprite = walker.phases.get(phase);
            sprite.drawOn(picture, (int) Math.round(x) - sprite.width / 2, walker.feet - sprite.height);
        }
    }

    private static Looks looks(SplittableRandom random, Light light) {
        return new Looks(
                light.on(COATS[random.nextInt(COATS.length)]),
                light.on(TROUSERS[random.nextInt(TROUSERS.length)]),
                light.on(SKINS[random.nextInt(SKINS.length)]),
                light.on(HAIR[random.nextInt(HAIR.length)]),
                random.nextInt(3) == 0,
                random.nextInt(4) == 0);
    }

    private static Sprite figure(Looks looks, Light light, double tall, double phase, boolean right) {
        double w = Math.ceil(tall * 0.7 / 2) * 2;
        Drawing d = new Drawing((int) w, (int) Math.ceil(tall) + 2);
        double unit = tall / 46;
        double x = w / 2;
        double face = right ? 1 : -1;
        double bob = Math.abs(Math.sin(phase)) * unit;
        double hip = 23 * unit - bob;
        double shoulder = 11 * unit - bob;
        double swing = Math.sin(phase);
        d.opacity(0.3).ellipse(0x000000, x, tall - 0.5, 9 * unit, 1.8 * unit).opacity(1);
        leg(d, looks.trousers, x, hip, -swing * face, unit, tall);
        limb(
                d,
                Drawing.mix(looks.coat, 0, 0.25),
                x,
                shoulder + 2 * unit,
                swing * face * 6 * unit,
                13 * unit,
                3.4 * unit);
        leg(d, Drawing.mix(looks.trousers, 0xffffff, 0.08), x, hip, swing * face, unit, tall);
        d.polygon(
                looks.coat,
                x - 4.6 * unit,
                shoulder,
                x + 4.6 * unit,
                shoulder,
                x + 5.2 * unit,
                hip + 4 * unit,
                x - 5.2 * unit,
                hip + 4 * unit);
        d.ellipse(looks.coat, x, shoulder + unit, 5 * unit, 2.6 * unit);
        limb(
                d,
                Drawing.mix(looks.coat, 0xffffff, 0.12),
                x,
                shoulder + 2 * unit,
                -swing * face * 6 * unit,
                13 * unit,
                3.4 * unit);
        d.rect(looks.skin, x - 1.4 * unit, shoulder - 3 * unit, 2.8 * unit, 3 * unit);
        d.ellipse(looks.skin, x + 0.5 * face * unit, shoulder - 5.4 * unit, 3.4 * unit, 4 * unit);
        d.ellipse(looks.hair, x - 0.7 * face * unit, shoulder - 7.4 * unit, 3.6 * unit, 2.7 * unit);
        if (looks.hat) {
            d.rect(Drawing.mix(looks.coat, 0, 0.4), x - 4 * unit, shoulder - 9.4 * unit, 8 * unit, 2.6 * unit);
        }
        if (looks.bag) {
            double bag = x - swing * face * 6 * unit;
            d.rect(light.on(0x6b4226), bag - 3 * unit, shoulder + 15 * unit, 6 * unit, 6.4 * unit);
        }
        return Sprite.of(d);
    }

    private static void leg(Drawing d, int rgb, double x, double hip, double swing, double unit, double tall) {
        double foot = x + swing * 7.5 * unit;
        double knee = x + swing * 3.4 * unit + Math.abs(swing) * unit;
        double ground = tall - 1.4 * unit;
        d.line(rgb, x, hip + 2 * unit, knee, (hip + ground) / 2 + unit, 4.2 * unit);
        d.line(rgb, knee, (hip + ground) / 2 + unit, foot, ground - 1.5 * unit, 3.4 * unit);
        d.line(0x17130f, foot - 1.2 * unit, ground, foot + 2 * unit, ground, 2.4 * unit);
    }

    private static void limb(Drawing d, int rgb, double x, double top, double reach, double length, double thick) {
        d.line(rgb, x, top, x + reach, top + length, thick);
    }
}
