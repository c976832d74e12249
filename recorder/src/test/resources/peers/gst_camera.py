# SPDX-License-Identifier: Apache-2.0
"""A camera made of the GStreamer RTSP server, for tests.

gst_camera.py FILE.h264 none|basic|digest USER PASSWORD

Loops over an H.264 byte stream at 25 pictures a second with times that only ever grow. Listens on a free port of the
loopback address, prints it as "port N", and ends when its standard input does.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

CAPS = "video/x-h264,stream-format=byte-stream,alignment=au,framerate=25/1"
PICTURE_NANOS = Gst.SECOND // 25
PICTURE_MILLIS = 40


def read_units(path):
    """Every access unit of the file, as bytes."""
    pipeline = Gst.parse_launch(
        f"filesrc location={path} ! h264parse config-interval=-1 "
        "! video/x-h264,stream-format=byte-stream,alignment=au ! appsink name=out sync=false"
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
    def __init__(self, units):
        super().__init__()
        self.units = units
        self.set_shared(True)
        self.set_launch(
            f"( appsrc name=src is-live=true format=time caps={CAPS} "
            "! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
        )
        self.connect("media-configure", self.on_media)

    def on_media(self, _factory, media):
        source = media.get_element().get_child_by_name("src")
        state = {"picture": 0}

        def push():
            picture = state["picture"]
            unit = self.units[picture % len(self.units)]
            buffer = Gst.Buffer.new_wrapped(unit)
            buffer.pts = buffer.dts = picture * PICTURE_NANOS
            buffer.duration = PICTURE_NANOS
            state["picture"] = picture + 1
            return source.emit("push-buffer", buffer) == Gst.FlowReturn.OK

        GLib.timeout_add(PICTURE_MILLIS, push)


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
    Gst.init(None)
    units = read_units(path)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    factory = Camera(units)
    if scheme != "none":
        demand_login(server, factory, scheme, user, password)
    server.get_mount_points().add_factory("/cam", factory)
    loop = GLib.MainLoop()
    server.attach(None)
    GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, GLib.IO_HUP | GLib.IO_IN, lambda *_: loop.quit())
    print(f"port {server.get_bound_port()}", flush=True)
    loop.run()


main()
