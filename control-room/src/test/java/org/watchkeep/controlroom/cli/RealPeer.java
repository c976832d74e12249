// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.controlroom.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Somebody else's program as a camera: what it plays, how it is configured, and its process. Confined to one thread. */
final class RealPeer implements AutoCloseable {
    static final String USER = "admin";
    static final String PASSWORD = "s3cret";

    private static final String PYTHON = "/usr/bin/python3";
    private static final long STARTS_WITHIN_SECONDS = 20;

    /** How packets are asked for, in words of the configuration. */
    enum Transport {
        AUTO,
        TCP,
        UDP;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What is known of a peer beforehand. Immutable.
     *
     * @param transports those by which packets can come from it
     * @param auth how it asks for a login, {@code none} where it does not
     * @param isTimeoutSaid whether it names its session's timeout
     */
    record Traits(List<String> transports, String auth, boolean isTimeoutSaid) {}

    final String id;
    final PeerClip clip;
    final Transport transport;
    final Traits traits;
    private final Path folder;
    /** Empty where the peer pushes: it cannot be called. */
    private Optional<String> url = Optional.empty();

    private Optional<Process> process = Optional.empty();

    private RealPeer(String id, PeerClip clip, Transport transport, Traits traits, Path folder) {
        this.id = id;
        this.clip = clip;
        this.transport = transport;
        this.traits = traits;
        this.folder = folder;
    }

    // ---- who is there ---------------------------------------------------------------------------------------------

    /** Why GStreamer's server cannot be had; empty where it can. */
    static Optional<String> withoutGStreamer() throws IOException, InterruptedException {
        boolean isThere = Files.isExecutable(Path.of(PYTHON))
                && new ProcessBuilder(
                                        PYTHON,
                                        "-c",
                                        "import gi; gi.require_version('GstRtspServer', '1.0'); "
                                                + "from gi.repository import GstRtspServer")
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0;
        return isThere
                ? Optional.empty()
                : Optional.of("GStreamer's RTSP server for Python is not installed (gir1.2-gst-rtsp-server-1.0,"
                        + " python3-gi): test skipped");
    }

    /** Why VLC cannot be had; empty where it can. */
    static Optional<String> withoutVlc() {
        if (!Program.isThere("cvlc")) {
            return Optional.of("VLC is not installed (vlc-bin, vlc-plugin-base): test skipped");
        }
        return Program.isRoot() && !Program.isThere("runuser")
                ? Optional.of("VLC does not run as root, and there is no runuser: test skipped")
                : Optional.empty();
    }

    // ---- cameras that are called ----------------------------------------------------------------------------------

    /** GStreamer's RTSP server, with a Digest login, playing the clip over and over. */
    static RealPeer gstreamer(PeerClip clip, Transport transport, Path folder) throws Exception {
        Traits traits = new Traits(List.of("tcp", "udp"), "digest-md5", false);
        RealPeer peer = new RealPeer("gst-" + clip.codec() + "-" + transport.word(), clip, transport, traits, folder);
        Path script = Path.of(System.getProperty("watchkeep.root"), "recorder/src/test/resources/peers/gst_camera.py");
        List<String> command =
                List.of(PYTHON, script.toString(), clip.elementary().toString(), "digest", USER, PASSWORD);
        peer.start(command, false);
        return peer;
    }

    /**
     * VLC, which sends by UDP only and ends with its file.
     *
     * @param file the clip's pictures, over and over; anybody may read it
     */
    static RealPeer vlc(PeerClip clip, Path file, Path folder) throws Exception {
        Traits traits = new Traits(List.of("udp"), "none", true);
        RealPeer peer = new RealPeer("vlc-" + clip.codec() + "-udp", clip, Transport.AUTO, traits, folder);
        String url = "rtsp://127.0.0.1:" + Program.freePort() + "/cam";
        List<String> command = new ArrayList<>();
        if (Program.isRoot()) {
            command.addAll(List.of("runuser", "-u", "nobody", "--", "env", "HOME=/tmp"));
        }
        command.addAll(List.of("cvlc", "-q", "--no-audio", "--sout", "#rtp{sdp=" + url + "}", file.toString()));
        peer.start(command, true);
        peer.url = Optional.of(url);
        return peer;
    }

    /** Until a camera can be called; a peer that pushes is ready at once. */
    void awaitReady() throws IOException {
        if (traits.auth().equals("none")) {
            int port = URI.create(url.orElseThrow()).getPort();
            Program.await(id + " listens", STARTS_WITHIN_SECONDS, () -> isListening(port), this::said);
        } else if (process.isPresent()) {
            // The peer ends with its input, and says no more than this line.
            Process started = process.get();
            String line = new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            if (line == null || !line.startsWith("port ")) {
                throw new AssertionError(id + " did not start: " + said());
            }
            url = Optional.of("rtsp://127.0.0.1:" + line.substring("port ".length()) + "/cam");
        }
    }

    private boolean isListening(int port) {
        if (!process.orElseThrow().isAlive()) {
            throw new AssertionError(id + " has ended: " + said());
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    // ---- cameras that push ----------------------------------------------------------------------------------------

    /** FFmpeg pushing, by its own choice of transport or by TCP; it begins with {@link #push}. */
    static RealPeer ffmpeg(PeerClip clip, Transport transport, Path folder) {
        List<String> transports = transport == Transport.TCP ? List.of("tcp") : List.of("udp", "tcp");
        return new RealPeer(
                "push-" + clip.codec() + "-" + transport.word(),
                clip,
                transport,
                new Traits(transports, "digest-md5", false),
                folder);
    }

    void push(int port, int seconds) throws IOException {
        List<String> command = new ArrayList<>(List.of("ffmpeg", "-v", "error", "-re", "-stream_loop", "-1"));
        command.addAll(List.of("-i", clip.file().toString(), "-t", Integer.toString(seconds), "-c", "copy"));
        command.addAll(List.of("-f", "rtsp"));
        if (transport == Transport.TCP) {
            command.addAll(List.of("-rtsp_transport", "tcp"));
        }
        command.add("rtsp://" + USER + ":" + PASSWORD + "@127.0.0.1:" + port + "/" + id);
        start(command, true);
    }

    /** Until a push has come to its own end. */
    void awaitEnd(long seconds) throws InterruptedException {
        Process pushing = process.orElseThrow();
        if (!pushing.waitFor(seconds, TimeUnit.SECONDS)) {
            throw new AssertionError(id + " goes on: " + said());
        }
    }

    // ---- all ------------------------------------------------------------------------------------------------------

    boolean isPushing() {
        return url.isEmpty();
    }

    Optional<String> url() {
        return url;
    }

    /** Its address in the configuration. */
    String configuredUrl() {
        return url.orElse("push:" + id);
    }

    boolean wantsLogin() {
        return !traits.auth().equals("none");
    }

    private Process start(List<String> command, boolean isOutputKept) throws IOException {
        System.out.println(id + ": " + String.join(" ", command));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log().toFile());
        if (isOutputKept) {
            builder.redirectErrorStream(true).redirectOutput(log().toFile());
        }
        Process started = builder.start();
        process = Optional.of(started);
        return started;
    }

    private Path log() {
        return folder.resolve(id + ".log");
    }

    /** What the program has said so far. */
    String said() {
        try {
            return Files.exists(log()) ? new String(Files.readAllBytes(log()), StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() throws Exception {
        if (process.isEmpty()) {
            return;
        }
        Process running = process.get();
        running.getOutputStream().close();
        running.destroy();
        if (!running.waitFor(5, TimeUnit.SECONDS)) {
            running.destroyForcibly().waitFor();
        }
    }
}
