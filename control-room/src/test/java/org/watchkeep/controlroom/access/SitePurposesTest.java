// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.watchkeep.controlroom.config.ConfigException;
import org.watchkeep.controlroom.config.SiteConfig;
import org.watchkeep.controlroom.config.SiteConfigReader;
import org.watchkeep.controlroom.config.SiteExample;
import org.watchkeep.controlroom.control.Refusal;
import org.watchkeep.retention.disk.RealDisk;

class SitePurposesTest {
    /** Half past midnight of 24 June in London. */
    private static final Instant NOW = Instant.parse("2026-06-23T23:30:00Z");

    @TempDir
    private Path folder;

    private SitePurposes site(String text) throws IOException, ConfigException {
        SiteConfig site = SiteConfigReader.read(Files.writeString(folder.resolve("site.yaml"), text));
        return SitePurposes.read(folder, site, () -> NOW);
    }

    @Test
    void cameraOfAScheme_hasThePurposesThatTheSchemeNames() throws Exception {
        PurposesFile.write(new RealDisk(), folder, LocalDate.of(2026, 6, 1));
        SitePurposes purposes = site(SiteExample.text());
        String camera = SiteConfigReader.read(folder.resolve("site.yaml"))
                .cameras()
                .get(0)
                .id();
        purposes.require("crime", camera);
        purposes.require("audit", camera);
        assertThatThrownBy(() -> purposes.require("traffic", camera))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("town-centre");
        purposes.require("traffic", "a camera that is configured no more");
        assertThat(purposes.warnings()).isEmpty();
    }

    @Test
    void dayOfReview_isOneOfTheSitesZone() throws Exception {
        Files.writeString(
                folder.resolve(PurposesFile.NAME),
                "purposes: [{id: crime, says: Crime, basis: code-of-practice, review: 2026-06-24}]");
        SitePurposes purposes = site(SiteExample.text());
        assertThatThrownBy(() -> purposes.require("crime", "gate"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("suspended");
        assertThat(purposes.warnings())
                .hasSize(2)
                .anySatisfy(warning -> assertThat(warning).contains("crime", "2026-06-24"))
                .anySatisfy(warning -> assertThat(warning).contains("town-centre", "public-safety"));
    }

    @Test
    void listThatCannotBeRead_isAWarning() throws Exception {
        Files.writeString(folder.resolve(PurposesFile.NAME), "purposes: 7");
        assertThat(site(SiteExample.text()).warnings())
                .singleElement()
                .satisfies(warning -> assertThat(warning).contains("no footage leaves", "purposes.yaml:1"));
    }
}
