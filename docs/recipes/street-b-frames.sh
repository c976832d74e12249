#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the two clips that the quirks `b-frames` and `sub-layers` play: our own drawn street, 50 pictures (4 s), encoded once.
# Neither OpenH264 nor anything else in the FFmpeg that Watchkeep ships codes B-frames or H.265, so this wants another one
# with libx264 and libx265 (Debian and Ubuntu: apt-get install ffmpeg), and `mvn test-compile` done.
# Run from the repository's root; writes the resources in place.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
clips=recorder/src/main/resources/org/watchkeep/recorder/camera
mvn -q -pl recorder dependency:build-classpath -Dmdep.outputFile="$work/classpath"
java -cp "recorder/target/test-classes:recorder/target/classes:$(cat "$work/classpath")" \
    org.watchkeep.recorder.camera.DrawnStreetFile "Old Dock" 108 50 "$work/street.yuv"
set -- -v error -y -f rawvideo -pix_fmt yuv420p -s 640x360 -r 25/2 -i "$work/street.yuv"
# Two B-frames between references, a key picture every 2 s; parameter sets in the header only.
ffmpeg "$@" -c:v libx264 -preset slow -profile:v high \
    -x264-params "bframes=2:b-adapt=0:b-pyramid=none:keyint=25:min-keyint=25:scenecut=0:open-gop=0:crf=30:fullrange=off:colormatrix=smpte170m" \
    -bitexact -map_metadata -1 -movflags +faststart "$clips/street-b-frames.mp4"
# Two temporal sub-layers, pictures that nothing refers to (TRAIL_N), scaling lists.
ffmpeg "$@" -c:v libx265 -preset slow -tag:v hvc1 \
    -x265-params "log-level=error:bframes=3:b-adapt=0:b-pyramid=1:temporal-layers=2:keyint=25:min-keyint=25:scenecut=0:open-gop=0:repeat-headers=0:info=0:crf=31:range=limited:colormatrix=smpte170m:scaling-list=default" \
    -bitexact -map_metadata -1 -movflags +faststart "$clips/street-sub-layers.mp4"
