// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.watchkeep.recorder.rtsp.Manners;
import org.watchkeep.recorder.rtsp.RtspRequest;

/** How SETUP and its Transport header are answered. Stateless. */
public enum TransportQuirk implements Quirk {
    MODE_IN_TRANSPORT("the granted transport says mode=PLAY", "accept it", granting(old -> old + ";mode=PLAY")),
    QUOTED_MODE_IN_TRANSPORT(
            "the granted transport says mode=\"play\"", "accept it", granting(old -> old + ";mode=\"play\"")),
    REFUSES_MODE_IN_TRANSPORT(
            "400 where the client names a mode", "name none", refusingSetUp(400, wanted -> wanted.contains("mode"))),
    DEMANDS_ORDER_IN_TRANSPORT(
            "461 unless the parameters come in one order",
            "ask for RTP/AVP/TCP;unicast;interleaved=",
            refusingSetUp(461, wanted -> !wanted.startsWith("RTP/AVP/TCP;unicast;interleaved="))),
    OTHER_CHANNELS(
            "other interleaved channels than were asked for",
            "use the camera's",
            hearing(wanted -> wanted.replaceFirst("interleaved=\\d+-\\d+", "interleaved=6-7"))),
    ONE_CHANNEL_NAMED(
            "one interleaved channel where two are meant",
            "take the next for RTCP",
            granting(old -> old.replaceFirst("(interleaved=\\d+)-\\d+", "$1"))),
    ODD_FIRST_CHANNEL(
            "interleaved channels begin with an odd number",
            "accept it",
            hearing(wanted -> wanted.replaceFirst("interleaved=\\d+-\\d+", "interleaved=3-4"))),
    TRANSPORT_WITHOUT_TCP(
            "RTP/AVP with interleaved=, no word of TCP",
            "take it for TCP",
            granting(old -> old.replace("RTP/AVP/TCP", "RTP/AVP"))),
    EMPTY_SOURCE("source= with nothing behind it", "pass over it", granting(old -> old + ";source=")),
    SEVERAL_TRANSPORTS_IN_ONE_HEADER(
            "several transports in one header",
            "take the first that can be used",
            granting(old -> "RTP/AVP;unicast;client_port=0-0;interleaved=," + old)),
    SPACE_BEFORE_SSRC(
            "a blank before the hexadecimal SSRC, which is another than the packets have",
            "cut it off",
            granting(old -> old + ";ssrc= 7A1B2C3D")),
    BAD_SSRC_IN_TRANSPORT(
            "an SSRC that is too long and no number",
            "take it for unknown",
            granting(old -> old + ";ssrc=FFFFFFFFFFxyz")),
    ZERO_SSRC_IN_TRANSPORT("an SSRC of 0", "take it for unknown", granting(old -> old + ";ssrc=0")),
    WRONG_SSRC_IN_TRANSPORT(
            "another SSRC than the packets have",
            "take them from the announced port",
            granting(old -> old + ";ssrc=0BADCAFE")),
    HOST_NAMES_IN_TRANSPORT(
            "names of hosts as source and destination",
            "pass over them",
            granting(old -> old + ";source=camera.local;destination=nvr.local")),
    GRANTS_TCP_FOR_UDP(
            "asked for datagrams it grants interleaved frames",
            "take what is granted",
            hearing(wanted -> isUdp(wanted) ? "RTP/AVP/TCP;unicast;interleaved=0-1" : wanted)),
    UDP_GRANTED_NOTHING_SENT(
            "datagrams are granted and none arrives, as behind a firewall",
            "end the session; ask for interleaved frames where the transport is left to us",
            () -> Oddity.of(TransportQuirk::sendingElsewhere)),
    NO_SERVER_PORT(
            "datagrams are granted without the camera's ports",
            "learn them from the first packet",
            granting(old -> old.replaceFirst(";server_port=[^;]*", ""))),
    FRESH_DESCRIBE_FOR_OTHER_TRANSPORT(
            "interleaved frames are refused, and after that whatever else is asked for on that connection",
            "begin anew, over a new connection",
            () -> Oddity.mannersOf(TransportQuirk::refusingSecondTransport)),
    AUDIO_SETUP_FAILS(
            "the SDP offers audio, whose SETUP fails and spoils the session",
            "record the video alone",
            () -> Oddity.of(spoiltBySetUpOf("audio", "m=audio 0 RTP/AVP 0\r\na=control:audio\r\n"))),
    BACKCHANNEL_REFUSED(
            "the SDP offers a backchannel, whose SETUP fails and spoils the session",
            "never ask for one",
            () -> Oddity.of(spoiltBySetUpOf("back", "m=audio 0 RTP/AVP 8\r\na=sendonly\r\na=control:back\r\n")));

    /** RFC 863: the discard service, which nobody runs. */
    private static final class Nowhere {
        static final int PORT = 9;
    }

    private static final Pattern CLIENT_PORTS = Pattern.compile("client_port=\\d+(-\\d+)?");

    @SuppressWarnings("ImmutableEnumChecker") // what it makes is new each time
    private final Recipe recipe;

    TransportQuirk(String does, String wants, Supplier<Oddity> oddity) {
        recipe = new Recipe(does, wants, oddity);
    }

    @Override
    public Recipe recipe() {
        return recipe;
    }

    private static Supplier<Oddity> granting(UnaryOperator<String> edit) {
        return () -> Oddity.of(Answers.transport(edit));
    }

    private static Supplier<Oddity> hearing(UnaryOperator<String> misheard) {
        return () -> Oddity.of(Answers.hearing(request -> Answers.withHeader(request, "Transport", misheard)));
    }

    private static Supplier<Oddity> refusingSetUp(int status, Predicate<String> which) {
        return () -> Oddity.of(Answers.refusing(
                status,
                request -> Answers.isMethod(request, "SETUP")
                        && which.test(request.headers().first("Transport").orElse(""))));
    }

    private static boolean isUdp(String transport) {
        return !transport.contains("/TCP");
    }

    /** The server sends to a port where nobody listens, and the client is told its own. */
    private static Manners.Reply sendingElsewhere(RtspRequest request, Manners.Server server) {
        String wanted = request.headers().first("Transport").orElse("");
        Matcher ports = CLIENT_PORTS.matcher(wanted);
        if (!ports.find() || !isUdp(wanted)) {
            return server.answer(request);
        }
        String nowhere = "client_port=" + Nowhere.PORT + "-" + (Nowhere.PORT + 1);
        Manners.Reply reply =
                server.answer(Answers.withHeader(request, "Transport", old -> ports.replaceFirst(nowhere)));
        return reply.withBytes(reply.bytes().replace(nowhere, ports.group()));
    }

    private static Manners refusingSecondTransport() {
        AtomicBoolean isRefused = new AtomicBoolean();
        return (request, server) -> {
            String wanted = request.headers().first("Transport").orElse("");
            if (!Answers.isMethod(request, "SETUP")) {
                return server.answer(request);
            }
            if (isRefused.get()) {
                return Answers.status(request, 455);
            }
            if (!isUdp(wanted)) {
                isRefused.set(true);
                return Answers.status(request, 461);
            }
            return server.answer(request);
        };
    }

    /** A further section first in the SDP; once its SETUP was asked for, nothing is granted on any connection. */
    private static Manners spoiltBySetUpOf(String control, String section) {
        boolean[] spoilt = new boolean[1];
        Manners offering = Answers.sdp(sdp -> sdp.replaceFirst("m=video", section + "m=video"));
        return Answers.both(offering, (request, server) -> {
            spoilt[0] |= Answers.isMethod(request, "SETUP") && request.uri().endsWith(control);
            return spoilt[0] ? Answers.status(request, 500) : server.answer(request);
        });
    }
}
