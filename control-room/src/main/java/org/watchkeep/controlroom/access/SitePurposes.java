// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.access;

import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.control.Refusal;

/** The purposes of a site, today, for its cameras. Any thread. */
public final class SitePurposes {
    private final Purposes purposes;
    private final SiteConfig site;
    private final InstantSource clock;

    SitePurposes(Purposes purposes, SiteConfig site, InstantSource clock) {
        this.purposes = purposes;
        this.site = site;
        this.clock = clock;
    }

    /** Those of this data folder, as they are now. */
    public static SitePurposes read(Path data, SiteConfig site, InstantSource clock) {
        return new SitePurposes(PurposesFile.read(data), site, clock);
    }

    /** Throws unless this purpose may be stated for this camera today. */
    public void require(String purpose, String camera) throws Refusal {
        purposes.require(purpose, looked(camera), today());
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), site.timeZone());
    }

    private Purposes.Looked looked(String camera) {
        Optional<String> scheme = site.cameras().stream()
                .filter(known -> known.id().equals(camera))
                .findFirst()
                .flatMap(SiteConfig.Camera::scheme);
        Set<String> ofScheme = site.schemes().stream()
                .filter(known -> scheme.filter(known.id()::equals).isPresent())
                .flatMap(known -> known.purposes().stream())
                .collect(Collectors.toSet());
        return new Purposes.Looked(camera, scheme, ofScheme);
    }

    /** What somebody must see to: a list that cannot be read, a purpose that cannot be used, one of a scheme that there is not. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        purposes.trouble()
                .ifPresent(why ->
                        warnings.add("the list of purposes cannot be read, so no footage leaves for any: " + why));
        purposes.suspended(today()).forEach((id, why) -> warnings.add("purpose " + id + " is " + why));
        if (purposes.trouble().isEmpty()) {
            Set<String> known = purposes.all().stream().map(Purpose::id).collect(Collectors.toSet());
            for (SiteConfig.Scheme scheme : site.schemes()) {
                scheme.purposes().stream()
                        .filter(purpose -> !known.contains(purpose))
                        .forEach(purpose -> warnings.add("scheme " + scheme.id() + " has the purpose " + purpose
                                + ", which " + PurposesFile.NAME + " does not have"));
            }
        }
        return warnings;
    }
}
