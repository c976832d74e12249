#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the H.265 clip that the demo serves: our own drawn street, encoded once. The FFmpeg that Watchkeep ships has no
# H.265 encoder, so this wants another one with libx265 (Debian and Ubuntu: apt-get install ffmpeg), and `mvn test-compile`
# done. 200 pictures are 16 s; frame numbers in the bar code run from 0 to 199 and begin again with the clip.
# Run from the repository's root; writes the resource in place.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mvn -q -pl recorder dependency:build-classpath -Dmdep.outputFile="$work/classpath"
java -cp "recorder/target/test-classes:recorder/target/classes:$(cat "$work/classpath")" \
    org.watchkeep.recorder.camera.DrawnStreetFile "Old Dock" 108 200 "$work/street.yuv"
# No reordering and a key picture every 2 s, as cameras are set; Main profile, level 3.0; parameter sets in the header only.
ffmpeg -v error -y -f rawvideo -pix_fmt yuv420p -s 640x360 -r 25/2 -i "$work/street.yuv" \
    -c:v libx265 -preset slower -tag:v hvc1 \
    -x265-params "log-level=error:bframes=0:keyint=25:min-keyint=25:scenecut=0:open-gop=0:repeat-headers=0:info=0:crf=27:range=limited:colormatrix=smpte170m" \
    -bitexact -map_metadata -1 -movflags +faststart \
    recorder/src/main/resources/org/watchkeep/recorder/camera/street-h265.mp4
