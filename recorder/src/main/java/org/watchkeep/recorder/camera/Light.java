// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.recorder.camera;

/** The time of day in a drawn street: what the sky looks like and what that light does to every colour. */
enum Light {
    MORNING(0x7fb2e6, 0xdfeaf2, 0xfff4e0, 1.0, false),
    OVERCAST(0x9aa7b4, 0xcfd5d8, 0xe4e8ec, 0.92, false),
    AFTERNOON(0x5b97d8, 0xe8e2d0, 0xffefcf, 1.0, false),
    DUSK(0x3d3f74, 0xe59a6b, 0xd6b4c4, 0.66, true),
    NIGHT(0x0b1024, 0x2a3050, 0x8f9cc4, 0.42, true);

    final int skyTop;
    final int skyBottom;
    final boolean lampsLit;
    private final int tint;
    private final double strength;

    Light(int skyTop, int skyBottom, int tint, double strength, boolean lampsLit) {
        this.skyTop = skyTop;
        this.skyBottom = skyBottom;
        this.tint = tint;
        this.strength = strength;
        this.lampsLit = lampsLit;
    }

    /** What a surface of this colour looks like in this light. */
    int on(int rgb) {
        return (lit(rgb >> 16, tint >> 16) << 16) | (lit(rgb >> 8, tint >> 8) << 8) | lit(rgb, tint);
    }

    private int lit(int surface, int of) {
        return (int) Math.min(255, (surface & 0xff) * ((of & 0xff) / 255.0) * strength);
    }
}
