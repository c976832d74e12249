// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.watchkeep.controlroom.config.SecretFile;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.recorder.ingest.AwaitedLogin;
import org.watchkeep.recorder.ingest.CameraSettings;
import org.watchkeep.recorder.rtsp.Credentials;

/**
 * Passwords of cameras, from their files. One that cannot be had is looked for again, on a thread of its own, until it is
 * found: event loops never touch a disk.
 */
final class Passwords implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Passwords.class);

    /** Sooner than a camera asks again. */
    private static final long AGAIN_SECONDS = 2;

    private @Nullable Future<?> looking;
    private final List<Awaited> awaited = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "passwords");
        made.setDaemon(true);
        return made;
    });

    /** A camera whose password cannot be had waits for it; the others record. */
    CameraSettings with(CameraSettings camera, SiteConfig.Credentials login) {
        SecretFile.warning(login.passwordFile()).ifPresent(LOG::warn);
        Awaited look = new Awaited(camera.id(), login);
        look.look();
        if (look.found().isPresent()) {
            return camera.with(look.found().get());
        }
        LOG.error("camera {}: {}", camera.id(), look.missing());
        if (looking == null) {
            looking = thread.scheduleWithFixedDelay(
                    () -> awaited.forEach(Awaited::look), AGAIN_SECONDS, AGAIN_SECONDS, TimeUnit.SECONDS);
        }
        awaited.add(look);
        return camera.awaiting(look);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    /** Looked for by one thread, asked for by any. */
    private static final class Awaited implements AwaitedLogin {
        private final String camera;
        private final SiteConfig.Credentials login;
        private volatile Optional<Credentials> found = Optional.empty();
        private volatile String missing = "";

        Awaited(String camera, SiteConfig.Credentials login) {
            this.camera = camera;
            this.login = login;
        }

        void look() {
            if (found.isPresent()) {
                return;
            }
            try {
                char[] password = SecretFile.read(login.passwordFile());
                try {
                    found = Optional.of(new Credentials(login.user(), new String(password), login.login()));
                } finally {
                    Arrays.fill(password, '\0');
                }
                if (!missing.isEmpty()) {
                    LOG.info("camera {}: its password is there", camera);
                }
            } catch (IOException | IllegalArgumentException e) {
                missing = "its password cannot be had: " + e.getMessage() + "; put it into " + login.passwordFile()
                        + ", one line, which is looked for again every few seconds";
            }
        }

        @Override
        public Optional<Credentials> found() {
            return found;
        }

        @Override
        public String missing() {
            return missing;
        }
    }
}
