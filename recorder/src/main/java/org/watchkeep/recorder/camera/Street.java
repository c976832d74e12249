// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * A drawn street with people and traffic, the camera's name and time in letters and a {@link BarCode} along its lower
 * edge. The street follows from the camera's name and number, the movement from the picture's number: the same picture
 * number gives the same scene. Confined to one thread.
 */
final class Street {
    static final int WIDTH = Backdrop.WIDTH;
    static final int HEIGHT = Backdrop.HEIGHT;

    private static final DateTimeFormatter BURNED_IN = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    /** Neighbouring cameras stand in different light, so that a wall of them looks like a day. */
    private static final List<Light> LIGHTS =
            List.of(Light.MORNING, Light.OVERCAST, Light.AFTERNOON, Light.DUSK, Light.NIGHT);

    private static final int TITLE_ROWS = 22;
    private static final int INK = 235;
    private static final int STRIP_LEVEL = 20;
    private static final int TEXT_SCALE = 2;
    /** What the title leaves free beside the date: 27 letters of the doubled font. */
    private static final int MAX_TITLE_LETTERS = 27;

    private final Planes backdrop;
    private final Planes picture = new Planes(WIDTH, HEIGHT);
    private final Walkers farWalkers;
    private final Traffic farLane;
    private final Traffic nearLane;
    private final Walkers nearWalkers;

    Street(String name, int number) {
        SplittableRandom random = new SplittableRandom(seed(name, number));
        Light light = LIGHTS.get(Math.floorMod(number - 1, LIGHTS.size()));
        backdrop = Backdrop.draw(light, random.nextLong());
        darkenTitle(backdrop);
        String title = number + "  " + name.toUpperCase(Locale.ROOT);
        backdrop.write(title.substring(0, Math.min(title.length(), MAX_TITLE_LETTERS)), 6, 4, TEXT_SCALE, INK);
        backdrop.fillRows(Backdrop.STRIP_TOP, HEIGHT, STRIP_LEVEL);
        farWalkers = new Walkers(random, light, 5 + random.nextInt(4), 36, Backdrop.FAR_KERB - 10);
        farLane = new Traffic(random, light, 0.8, 3.1 + random.nextDouble(2), Backdrop.ROAD_MIDDLE - 5);
        nearLane = new Traffic(random, light, 1.05, -4.2 - random.nextDouble(2.4), Backdrop.NEAR_KERB - 10);
        nearWalkers = new Walkers(random, light, 3 + random.nextInt(3), 54, Backdrop.NEAR_KERB + 17);
    }

    /** Draws one picture; valid until the next call. */
    Planes draw(long frame, long utcMillis, long runningMillis) {
        picture.copyFrom(backdrop);
        farWalkers.drawOn(picture, frame);
        farLane.drawOn(picture, frame);
        nearLane.drawOn(picture, frame);
        nearWalkers.drawOn(picture, frame);
        String date = BURNED_IN.format(Instant.ofEpochMilli(utcMillis));
        int dateWidth = Font.BUILT_IN.width(date) * TEXT_SCALE;
        picture.write(date, WIDTH - 6 - dateWidth, 4, TEXT_SCALE, INK);
        picture.write(running(runningMillis), BarCode.LEFT_PIXELS + BarCode.WIDTH_PIXELS + 10, 337, TEXT_SCALE, 200);
        new BarCode(utcMillis, frame).draw(picture.luma(), WIDTH, WIDTH, HEIGHT);
        return picture;
    }

    /** {@code 0:01:23.4}, hours as many as it takes. */
    private static String running(long millis) {
        long seconds = millis / 1000;
        return String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    private static void darkenTitle(Planes planes) {
        for (int i = 0; i < TITLE_ROWS * WIDTH; i++) {
            planes.y[i] = (byte) (16 + ((planes.y[i] & 0xff) - 16) * 2 / 5);
        }
    }

    private static long seed(String name, int number) {
        CRC32C crc = new CRC32C();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        return (crc.getValue() << 16) ^ number;
    }
}
