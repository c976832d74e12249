// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.io.IOException;
import org.watchkeep.recorder.camera.SimulatedCamera.Coding;
import org.watchkeep.recorder.camera.SimulatedCamera.Drawn;

/** Pictures of a drawn {@link Street}, coded as they are needed: 12.5 a second, a key picture every 2 s. Confined to the pacing thread. */
final class DrawnSource implements PictureSource {
    static final int TICKS_PER_PICTURE = 7200;
    static final int GOP_PICTURES = 25;
    static final int BITS_PER_SECOND = 500_000;
    private static final int PICTURES_PER_1000_SECONDS = 12_500;

    /** Key pictures out of turn come at least this far apart, so that many viewers do not raise the bit rate. */
    private static final int LEAST_KEY_DISTANCE = 6;

    private final Street street;
    private final PictureEncoder encoder;
    private long frame;
    private long lastKeyFrame = -LEAST_KEY_DISTANCE;
    private boolean keyWanted;

    DrawnSource(String name, int number, Coding coding) throws IOException {
        this(name, number, new Drawn(coding));
    }

    DrawnSource(String name, int number, Drawn drawn) throws IOException {
        street = new Street(name, number);
        encoder = switch (drawn.coding()) {
            case H264 ->
                new H264Encoder(new H264Encoder.Settings(
                        Street.WIDTH,
                        Street.HEIGHT,
                        PICTURES_PER_1000_SECONDS,
                        drawn.keyPictureEvery(),
                        drawn.slices(),
                        BITS_PER_SECOND));
            case MJPEG -> new JpegEncoder(Street.WIDTH, Street.HEIGHT, PICTURES_PER_1000_SECONDS);
        };
    }

    @Override
    public ParameterSets parameterSets() {
        return encoder.parameterSets();
    }

    @Override
    public boolean isOver() {
        return false;
    }

    @Override
    public long dueNanos() {
        return PictureSource.nanosOf(frame * TICKS_PER_PICTURE);
    }

    @Override
    public Timed next(long utcMillis) throws IOException {
        boolean key = keyWanted && frame - lastKeyFrame >= LEAST_KEY_DISTANCE;
        long runningMillis = dueNanos() / 1_000_000;
        Picture picture = encoder.encode(street.draw(frame, utcMillis, runningMillis), key);
        if (picture.isKey()) {
            keyWanted = false;
            lastKeyFrame = frame;
        }
        return new Timed(picture, frame++ * TICKS_PER_PICTURE);
    }

    @Override
    public void requestKeyPicture() {
        keyWanted = true;
    }

    @Override
    public void close() {
        encoder.close();
    }
}
