// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.recorder.ingest.CameraSettings;
import org.watchkeep.recorder.ingest.RecorderSettings;
import org.watchkeep.recorder.rtsp.ServerCertificate;

/** What the recorder tier is told, out of the configuration. The passwords of cameras are wiped when it closes. */
final class TierSettings implements Closeable {
    private final Passwords passwords = new Passwords();

    static RecorderSettings ofSite(SiteConfig site) throws Refusal {
        RecorderSettings settings =
                RecorderSettings.ofThisMachine().with(site.connects()).with(site.udpPorts());
        return site.push().isPresent() ? settings.withPush(push(site.push().get())) : settings;
    }

    private static RecorderSettings.Push push(SiteConfig.Push port) throws Refusal {
        if (port.certificate().isEmpty()) {
            return new RecorderSettings.Push(port.listen(), Optional.empty());
        }
        SiteConfig.CertificateFiles files = port.certificate().get();
        try {
            ServerCertificate certificate =
                    ServerCertificate.ofPem(Files.readString(files.certificate()), Files.readString(files.key()));
            return new RecorderSettings.Push(port.listen(), Optional.of(certificate));
        } catch (IOException e) {
            throw Refusal.environment(
                    "push-certificate", "push: " + e.getMessage(), "Correct push.certificate and push.key.");
        }
    }

    /** One for each of its streams, the main one first. */
    List<CameraSettings> ofCamera(SiteConfig.Camera camera) throws Refusal {
        try {
            CameraSettings main = new CameraSettings(
                            camera.id(),
                            camera.number(),
                            camera.name(),
                            camera.url(),
                            Optional.empty(),
                            camera.classId(),
                            camera.transport(),
                            camera.tls())
                    .with(camera.habits());
            if (camera.credentials().isPresent()) {
                main = passwords.with(main, camera.credentials().get());
            }
            CameraSettings called = main;
            return camera.sub().map(sub -> List.of(called, called.ofSub(sub))).orElse(List.of(called));
        } catch (IllegalArgumentException e) {
            throw Refusal.badInput(
                    "bad-camera", "camera " + camera.id() + ": " + e.getMessage(), "Correct it in the configuration.");
        }
    }

    @Override
    public void close() {
        passwords.close();
    }
}
