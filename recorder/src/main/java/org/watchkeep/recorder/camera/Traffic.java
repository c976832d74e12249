// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The vehicles of one lane, in a queue that never overtakes. Where each is follows from the picture's number alone. Immutable once made. */
final class Traffic {
    private static final int[] PAINT = {0x9c1f27, 0x27447a, 0xd8dadd, 0x2b2e33, 0x7d8a94, 0x2f6b4f, 0xc9b458, 0x5f2746};

    private final List<Vehicle> vehicles = new ArrayList<>();
    private final double ringPixels;
    private final double speed;
    private final int wheelsRow;

    private record Vehicle(Sprite sprite, double place) {}

    /**
     * @param speed pixels a picture, negative towards the left
     * @param wheelsRow picture row on which the wheels stand
     */
    Traffic(SplittableRandom random, Light light, double scale, double speed, int wheelsRow) {
        this.speed = speed;
        this.wheelsRow = wheelsRow;
        double place = 0;
        int count = 4 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            Sprite sprite = vehicle(random, light, scale, speed > 0);
            vehicles.add(new Vehicle(sprite, place));
            place += sprite.width + 60 + random.nextInt(240);
        }
        ringPixels = Math.max(place, Backdrop.WIDTH + 400);
    }

    void drawOn(Planes picture, long frame) {
        for (Vehicle vehicle : vehicles) {
            double way = vehicle.place + speed * frame;
            double x = way - Math.floor(way / ringPixels) * ringPixels - 240;
            Sprite sprite = vehicle.sprite;
            sprite.drawOn(picture, (int) Math.round(x), wheelsRow - sprite.height);
        }
    }

    private static Sprite vehicle(SplittableRandom random, Light light, double scale, boolean right) {
        int kind = random.nextInt(10);
        Body body = new Body(light, scale, right);
        if (kind == 0) {
            return body.bus();
        }
        if (kind < 3) {
            return body.cab();
        }
        int paint = PAINT[random.nextInt(PAINT.length)];
        return kind < 5 ? body.van(paint) : body.car(paint);
    }

    /** Draws one vehicle in units of which a car is 92 long; front to the right, mirrored for the other lane. */
    private record Body(Light light, double scale, boolean right) {
        private static final int GLASS = 0x3d4d59;

        Sprite car(int paint) {
            Pen pen = new Pen(96, 36, this);
            pen.shadow(48, 90);
            pen.shape(paint, 3, 21, 8, 17, 24, 15, 36, 5, 62, 5, 76, 16, 90, 19, 93, 24, 93, 29, 3, 29);
            pen.shape(GLASS, 29, 15, 38, 7, 48, 7, 48, 15);
            pen.shape(GLASS, 51, 15, 51, 7, 61, 7, 71, 15);
            pen.lines(Drawing.mix(paint, 0, 0.35), 3, 25, 93, 25);
            pen.lamps(91, 21, 4, 20);
            pen.wheels(7, 21, 75);
            return pen.sprite();
        }

        Sprite van(int paint) {
            Pen pen = new Pen(118, 52, this);
            pen.shadow(58, 110);
            pen.shape(paint, 3, 6, 6, 4, 82, 4, 98, 20, 112, 25, 114, 30, 114, 45, 3, 45);
            pen.shape(GLASS, 80, 20, 80, 8, 84, 8, 95, 20);
            pen.shape(Drawing.mix(paint, 0xffffff, 0.25), 10, 12, 70, 12, 70, 30, 10, 30);
            pen.lines(Drawing.mix(paint, 0, 0.3), 76, 6, 76, 44);
            pen.lamps(112, 31, 3, 30);
            pen.wheels(8, 24, 95);
            return pen.sprite();
        }

        Sprite cab() {
            Pen pen = new Pen(98, 40, this);
            int black = 0x17181c;
            pen.shadow(48, 92);
            pen.shape(black, 3, 22, 6, 14, 22, 13, 30, 4, 66, 4, 74, 16, 92, 19, 95, 25, 95, 33, 3, 33);
            pen.shape(GLASS, 25, 14, 32, 6, 46, 6, 46, 14);
            pen.shape(GLASS, 49, 14, 49, 6, 64, 6, 70, 14);
            pen.glow(0xffb733, 44, 1, 56, 1, 56, 4, 44, 4);
            pen.lamps(93, 22, 4, 22);
            pen.wheels(7.5, 21, 76);
            return pen.sprite();
        }

        Sprite bus() {
            Pen pen = new Pen(196, 92, this);
            int red = 0xb71f27;
            pen.shadow(98, 190);
            pen.shape(red, 4, 8, 10, 3, 184, 3, 191, 10, 192, 84, 4, 84);
            pen.shape(0xe9e2d3, 4, 42, 192, 42, 192, 46, 4, 46);
            for (int i = 0; i < 9; i++) {
                double x = 12 + i * 19.5;
                pen.pane(x, 13, x + 16, 31);
                if (i < 7) {
                    pen.pane(x, 52, x + 16, 68);
                }
            }
            pen.shape(0x222a30, 152, 50, 168, 50, 168, 83, 152, 83);
            pen.pane(174, 50, 190, 70);
            pen.glow(0xf0a92b, 174, 35, 190, 35, 190, 40, 174, 40);
            pen.lamps(190, 76, 4, 74);
            pen.wheels(10.5, 40, 140);
            return pen.sprite();
        }
    }

    private static final class Pen {
        private final Drawing sheet;
        private final Body body;
        private final double width;
        private final double ground;

        Pen(double width, double height, Body body) {
            this.body = body;
            this.width = width;
            ground = height - 1.5;
            sheet = new Drawing((int) Math.ceil(width * body.scale), (int) Math.ceil(height * body.scale));
        }

        private double x(double unit) {
            return (body.right ? unit : width - unit) * body.scale;
        }

        private double y(double unit) {
            return unit * body.scale;
        }

        private double[] scaled(double... xy) {
            double[] out = new double[xy.length];
            for (int i = 0; i < xy.length; i += 2) {
                out[i] = x(xy[i]);
                out[i + 1] = y(xy[i + 1]);
            }
            return out;
        }

        void shape(int rgb, double... xy) {
            sheet.polygon(body.light.on(rgb), scaled(xy));
        }

        /** As {@link #shape}, but shining by itself where the lamps are lit. */
        void glow(int rgb, double... xy) {
            sheet.polygon(body.light.lampsLit ? rgb : body.light.on(rgb), scaled(xy));
        }

        void pane(double x0, double y0, double x1, double y1) {
            int rgb = body.light.lampsLit ? 0xe8d9a8 : body.light.on(0x50636f);
            sheet.polygon(rgb, scaled(x0, y0, x1, y0, x1, y1, x0, y1));
        }

        void lines(int rgb, double x0, double y0, double x1, double y1) {
            sheet.line(body.light.on(rgb), x(x0), y(y0), x(x1), y(y1), 0.8);
        }

        void shadow(double centre, double length) {
            sheet.opacity(0.38)
                    .ellipse(0x000000, x(centre), y(ground - 1), length / 2 * body.scale, 4 * body.scale)
                    .opacity(1);
        }

        void lamps(double frontX, double frontY, double rearX, double rearY) {
            boolean lit = body.light.lampsLit;
            double s = body.scale;
            sheet.ellipse(lit ? 0xfff6d8 : body.light.on(0xf2efe2), x(frontX), y(frontY), 2.4 * s, 2.2 * s);
            sheet.ellipse(lit ? 0xff3b2e : body.light.on(0xc22a22), x(rearX), y(rearY), 1.8 * s, 2.4 * s);
        }

        void wheels(double radius, double rear, double front) {
            double s = body.scale;
            for (double unit : new double[] {rear, front}) {
                sheet.ellipse(0x141414, x(unit), y(ground - radius + 0.5), radius * s, radius * s);
                sheet.ellipse(
                        body.light.on(0x9aa0a5),
                        x(unit),
                        y(ground - radius + 0.5),
                        radius * 0.52 * s,
                        radius * 0.52 * s);
            }
        }

        Sprite sprite() {
            return Sprite.of(sheet);
        }
    }
}
