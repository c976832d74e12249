// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlUrlsTest {
    private static final RtspUrl DIALLED = RtspUrl.parse("rtsp://cam.example:8554/live/main");

    private static RtspUrl base(String contentBase) {
        return ControlUrls.base(DIALLED, RtspHeaders.EMPTY.with("Content-Base", contentBase));
    }

    private static List<String> tracks(String base, String control) {
        return ControlUrls.ofTrack(RtspUrl.parse(base), Optional.of(control)).stream()
                .map(RtspUrl::toString)
                .toList();
    }

    /** Whatever host is named, ours is kept: cameras stand behind NAT. */
    @ParameterizedTest
    @CsvSource({
        "rtsp://cam.example:8554/live/main/, /live/main/",
        "rtsp://10.0.0.9/live/main/, /live/main/", // a private host
        "rtsp://::ffff:10.0.0.9/live/main/, /live/main/", // IPv6 without brackets
        "rtsp://rtsp://10.0.0.9:554/live/main/, /live/main/", // doubled scheme
        "rtsp://10.0.0.9, ''",
        "10.0.0.9/live/main/, /live/main/", // Anjvision: no scheme
        "10.0.0.9:554/live/main/, /live/main/",
        "cam.example/live/main/, /live/main/",
        "/live/main/, /live/main/", // a path
        "main/, /live/main/", // relative
        "' ', /live/main",
        "live main, /live/main" // not an address at all
    })
    void base_contentBaseForms_keepOurHost(String contentBase, String path) {
        assertThat(base(contentBase)).isEqualTo(DIALLED.withPath(path));
    }

    @Test
    void base_contentLocationOrNothing_isUsed() {
        assertThat(ControlUrls.base(DIALLED, RtspHeaders.EMPTY.with("Content-Location", "rtsp://x/other/")))
                .isEqualTo(DIALLED.withPath("/other/"));
        assertThat(ControlUrls.base(DIALLED, RtspHeaders.EMPTY)).isEqualTo(DIALLED);
    }

    @Test
    void ofTrack_relative_isJoinedFirstAndResolvedSecond() {
        assertThat(tracks("rtsp://h/live/main", "trackID=1"))
                .containsExactly("rtsp://h/live/main/trackID=1", "rtsp://h/live/trackID=1");
        assertThat(tracks("rtsp://h/live/main/", "trackID=1")).containsExactly("rtsp://h/live/main/trackID=1");
        assertThat(tracks("rtsp://h/live/main/", "/trackID=1"))
                .containsExactly("rtsp://h/live/main/trackID=1", "rtsp://h/trackID=1");
        assertThat(tracks("rtsp://h", "trackID=1")).containsExactly("rtsp://h/trackID=1");
    }

    @Test
    void ofTrack_behindAQuery_isJoinedToIt() {
        assertThat(tracks("rtsp://h/cam?channel=1&subtype=0", "trackID=0"))
                .startsWith("rtsp://h/cam?channel=1&subtype=0/trackID=0");
        assertThat(tracks("rtsp://h/cam", "?ctype=video")).containsExactly("rtsp://h/cam?ctype=video");
        assertThat(tracks("rtsp://h/cam?x=1/", "trackID=0")).startsWith("rtsp://h/cam?x=1/trackID=0");
    }

    @Test
    void ofTrack_absolute_keepsOurHost() {
        assertThat(tracks("rtsp://h:8554/cam/", "rtsp://10.1.1.1:554/cam/trackID=1"))
                .containsExactly("rtsp://h:8554/cam/trackID=1");
        assertThat(tracks("rtsp://h/cam/", "rtsp://rtsp://10.1.1.1/cam/trackID=1"))
                .containsExactly("rtsp://h/cam/trackID=1");
        // The base itself as the control of a media section.
        assertThat(tracks("rtsp://h/cam/", "rtsp://h/cam/")).containsExactly("rtsp://h/cam/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*", " "})
    void ofTrack_nothingOrStar_isTheBase(String control) {
        assertThat(tracks("rtsp://h/cam/", control)).containsExactly("rtsp://h/cam/");
    }

    @Test
    void ofSession_tries_endWithWhatWasDialled() {
        assertThat(ControlUrls.ofSession(
                        RtspUrl.parse("rtsp://h/cam"),
                        RtspUrl.parse("rtsp://h/cam/"),
                        Optional.of("rtsp://x/aggregate")))
                .extracting(RtspUrl::toString)
                .containsExactly("rtsp://h/aggregate", "rtsp://h/cam/", "rtsp://h/cam");
    }

    @Test
    void parse_addressForms_areRead() {
        assertThat(RtspUrl.parse("rtsp://192.0.2.1/x")).isEqualTo(new RtspUrl("192.0.2.1", 554, "/x"));
        assertThat(RtspUrl.parse("RTSP://[2001:db8::1]:8554/x?y=z"))
                .isEqualTo(new RtspUrl("2001:db8::1", 8554, "/x?y=z"));
        assertThat(RtspUrl.parse("rtsp://[2001:db8::1]")).hasToString("rtsp://[2001:db8::1]");
        assertThat(RtspUrl.parse("rtsp://h?x=1")).isEqualTo(new RtspUrl("h", 554, "?x=1"));
    }

    @Test
    void parse_passwordWithEveryOddCharacter_isDecodedOnceAndNeverInTheAddress() {
        String text = "rtsp://admin:p%40ss%3Aw%23rd%25%2541@h:554/x";
        assertThat(RtspUrl.credentialsIn(text)).contains(new Credentials("admin", "p@ss:w#rd%%41"));
        assertThat(RtspUrl.parse(text)).hasToString("rtsp://h/x");
        assertThat(RtspUrl.credentialsIn("rtsp://admin:a@b@h/x")).contains(new Credentials("admin", "a@b"));
        assertThat(RtspUrl.credentialsIn("rtsp://admin@h/x")).contains(new Credentials("admin", ""));
        assertThat(RtspUrl.credentialsIn("rtsp://h/x@y")).isEmpty();
        assertThat(new Credentials("admin", "secret")).asString().doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "http://h/x",
                "rtsp://",
                "rtsp:///x",
                "rtsp://h:0/x",
                "rtsp://h:99999/x",
                "rtsp://h:a/x",
                "rtsp://h/a b"
            })
    void parse_notAnAddress_isRefused(String text) {
        assertThatThrownBy(() -> RtspUrl.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Property(tries = 500)
    void resolve_nonsense_staysOnOurHost(@ForAll long seed, @ForAll @IntRange(max = 4) int damage) {
        byte[] good = "rtsp://10.0.0.9:554/live/main?x=1/trackID=1".getBytes(StandardCharsets.ISO_8859_1);
        String text = new String(Nonsense.damage(good, damage, new Random(seed)), StandardCharsets.ISO_8859_1)
                .replace('\r', ' ')
                .replace('\n', ' ');
        RtspUrl base = base(text);
        assertThat(base.authority()).isEqualTo("cam.example:8554");
        assertThat(ControlUrls.ofTrack(base, Optional.of(text)))
                .isNotEmpty()
                .allMatch(u -> u.authority().equals("cam.example:8554"));
        assertThat(ControlUrls.ofSession(DIALLED, base, Optional.of(text))).isNotEmpty();
    }
}
