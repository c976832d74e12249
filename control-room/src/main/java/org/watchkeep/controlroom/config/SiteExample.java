// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.config;

/** A site.yaml to begin from, as {@code config example} prints it. A test reads it back. */
public final class SiteExample {
    private SiteExample() {}

    public static String text() {
        return """
                # A Watchkeep site. Unknown keys are refused; relative paths are relative to this file's folder.
                site:
                  name: Example Town
                  timeZone: Europe/London

                # Each volume is a folder on a disk of its own; size is what reels may take of it.
                volumes:
                  - {id: disk-1, path: /srv/watchkeep/disk-1, size: 500G}

                # passphraseFile: one line, mode 0600. The two homes belong on different devices.
                keys:
                  keystore: keys/master.p12
                  passphraseFile: keys/passphrase
                  homes: [keys/home-a, /srv/watchkeep/keys-home-b]

                # Why its footage is kept for so long: what the assessment of the scheme says. Ordinary CCTV: at most 31 days.
                classes:
                  - {id: town, days: 31, reason: Requests and reports of crime reach us within a month}

                schemes:
                  - {id: town-centre, name: Town centre, purposes: [crime, public-safety]}

                # No password stands in this file: passwordFile names a file with one line, mode 0600.
                cameras:
                  - id: high-street-1
                    number: 101
                    name: High Street by the clock tower
                    place: {street: High Street, area: Centre, lat: 51.5007, lon: -0.1246, aliases: [Clock tower]}
                    scheme: town-centre
                    class: town
                    url: rtsp://192.0.2.11/stream1
                    credentials: {user: recorder, passwordFile: keys/high-street-1.password}
                    transport: auto
                  - id: station-2
                    number: 102
                    name: Station forecourt
                    class: town
                    url: rtsp://192.0.2.12:8554/main
                    enabled: false
                """;
    }
}
