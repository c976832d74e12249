# SPDX-License-Identifier: Apache-2.0
"""An MJPEG camera made of the GStreamer RTSP server, for tests.

gst_jpeg_camera.py FOLDER

Codes fifty pictures, leaves them in FOLDER as 000.jpg and so on, and sends them over and over at 25 a second with times
that only ever grow. Listens on a free port of the loopback address, prints it as "port N", and ends when its standard
input does.
"""

import os
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

PICTURES = 50
PICTURE_NANOS = Gst.SECOND // 25
PICTURE_MILLIS = 40
SIZE = "width=640,height=360,framerate=25/1"


def coded_pictures(folder):
    pipeline = Gst.parse_launch(
        f"videotestsrc num-buffers={PICTURES} pattern=ball ! video/x-raw,format=I420,{SIZE} "
        "! jpegenc quality=80 ! appsink name=out sync=false"
    )
    out = pipeline.get_by_name("out")
    pipeline.set_state(Gst.State.PLAYING)
    pictures = []
    while (sample := out.emit("pull-sample")) is not None:
        buffer = sample.get_buffer()
        pictures.append(buffer.extract_dup(0, buffer.get_size()))
        with open(os.path.join(folder, f"{len(pictures) - 1:03}.jpg"), "wb") as file:
            file.write(pictures[-1])
    pipeline.set_state(Gst.State.NULL)
    return pictures


class Camera(GstRtspServer.RTSPMediaFactory):
    def __init__(self, pictures):
        super().__init__()
        self.pictures = pictures
        self.set_shared(True)
        self.set_launch(
            f"( appsrc name=src is-live=true format=time caps=image/jpeg,{SIZE} ! rtpjpegpay name=pay0 pt=26 )"
        )
        self.connect("media-configure", self.on_media)

    def on_media(self, _factory, media):
        source = media.get_element().get_child_by_name("src")
        state = {"picture": 0}

        def push():
            number = state["picture"]
            buffer = Gst.Buffer.new_wrapped(self.pictures[number % len(self.pictures)])
            buffer.pts = buffer.dts = number * PICTURE_NANOS
            buffer.duration = PICTURE_NANOS
            state["picture"] = number + 1
            return source.emit("push-buffer", buffer) == Gst.FlowReturn.OK

        GLib.timeout_add(PICTURE_MILLIS, push)


def main():
    Gst.init(None)
    pictures = coded_pictures(sys.argv[1])
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    server.get_mount_points().add_factory("/cam", Camera(pictures))
    loop = GLib.MainLoop()
    server.attach(None)
    GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, GLib.IO_HUP | GLib.IO_IN, lambda *_: loop.quit())
    print(f"port {server.get_bound_port()}", flush=True)
    loop.run()


main()
