# SPDX-License-Identifier: Apache-2.0
"""A camera made of the GStreamer RTSP server, for tests.

gst_camera.py FILE.h264|FILE.h265 none|basic|digest USER PASSWORD

Loops over a byte stream at 25 pictures a second with times that only ever grow. Listens on a free port of the loopback
address, prints it as "port N", and ends when its standard input does.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

PICTURE_NANOS = Gst.SECOND // 25
PICTURE_MICROS = 40_000
TRY_MILLIS = 20
MAX_TRIES = 500


def caps(codec):
    return f"video/x-{codec},stream-format=byte-stream,alignment=au"


def read_units(path, codec):
    """Every access unit of the file, as bytes."""
    pipeline = Gst.parse_launch(
        f"filesrc location={path} ! {codec}parse config-interval=-1 ! {caps(codec)} ! appsink name=out sync=false"
    )
    out = pipeline.get_by_name("out")
    pipeline.set_state(Gst.State.PLAYING)
    units = []
    while True:
        sample = out.emit("pull-sample")
        if sample is None:
            break
        buffer = sample.get_buffer()
        units.append(buffer.extract_dup(0, buffer.get_size()))
    pipeline.set_state(Gst.State.NULL)
    return units


class Camera(GstRtspServer.RTSPMediaFactory):
    def __init__(self, units, codec):
        super().__init__()
        self.units = units
        self.set_shared(True)
        self.set_launch(
            f"( appsrc name=src is-live=true format=time caps={caps(codec)},framerate=25/1 "
            f"! {codec}parse ! rtp{codec}pay name=pay0 pt=96 config-interval=-1 )"
        )
        self.connect("media-configure", self.on_media)

    def on_media(self, _factory, media):
        source = media.get_element().get_child_by_name("src")
        state = {"picture": 0, "begun": 0, "tries": 0}

        def push():
            picture = state["picture"]
            buffer = Gst.Buffer.new_wrapped(self.units[picture % len(self.units)])
            buffer.pts = buffer.dts = picture * PICTURE_NANOS
            buffer.duration = PICTURE_NANOS
            if source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                # Not begun yet, or ended.
                state["tries"] += 1
                if picture == 0 and state["tries"] < MAX_TRIES:
                    GLib.timeout_add(TRY_MILLIS, push)
                return GLib.SOURCE_REMOVE
            now = GLib.get_monotonic_time()
            if picture == 0:
                state["begun"] = now
            state["picture"] = picture + 1
            # Counted from the beginning: a timer that is late once is not late for ever after.
            due = state["begun"] + (picture + 1) * PICTURE_MICROS
            GLib.timeout_add(max(0, due - now) // 1000, push)
            return GLib.SOURCE_REMOVE

        GLib.timeout_add(TRY_MILLIS, push)


def demand_login(server, factory, scheme, user, password):
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "user")
    if scheme == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.set_realm("cam")
        auth.add_digest(user, password, token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    factory.add_role_from_structure(
        Gst.Structure.new_from_string(
            "user,media.factory.access=(boolean)true,media.factory.construct=(boolean)true"
        )
    )
    server.set_auth(auth)


def main():
    path, scheme, user, password = sys.argv[1:5]
    codec = path.rpartition(".")[2]
    Gst.init(None)
    units = read_units(path, codec)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    factory = Camera(units, codec)
    if scheme != "none":
        demand_login(server, factory, scheme, user, password)
    server.get_mount_points().add_factory("/cam", factory)
    loop = GLib.MainLoop()
    server.attach(None)
    GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, GLib.IO_HUP | GLib.IO_IN, lambda *_: loop.quit())
    print(f"port {server.get_bound_port()}", flush=True)
    loop.run()


main()
