// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles;

/**
 * A figure that the arithmetic of {@link RecorderLimits} and {@link Plan} rests on, with where it comes from. What
 * {@code bench} measures on a real machine outranks every one of them.
 */
public enum PlanningFigure {
    /** A 1 GbE port brings 941 Mbit/s of TCP; pictures of many cameras at once, and viewing, want the rest. */
    NETWORK_SHARE(0.65, "of a port's rate", Basis.ASSUMED, "usual planning: 600 to 700 Mbit/s sustained a 1 GbE port"),

    /** Writing in blocks of 4 MB, a seek now and then; the other half is for reading, scrubbing and a rebuild. */
    DISK_WRITE_SHARE(0.5, "of sequential writing", Basis.ASSUMED, "a seek of 8 to 12 ms for each block of 4 MB"),

    /** Of the full budget, nothing put aside for reading: exports and scrubs count against it too. */
    WORKLOAD_SHARE(1, "of the maker's yearly budget", Basis.ASSUMED, "the budget is for reading and writing together"),

    /** Packet-paced cameras and reads of 16 KB; bursts cost 1.3, the floor is 0.87. */
    CPU_SECONDS_PER_GB(
            1.9,
            "CPU seconds a GB received",
            Basis.MEASURED,
            "a trial of the same design on 2 cores of an AMD EPYC (Zen 5), 300 cameras sending packet by packet"),

    /** Receiving and direct I/O 0.16, SHA-256 0.50, AES-GCM 0.21: what nothing can be faster than. */
    CPU_FLOOR_SECONDS_PER_GB(
            0.87, "CPU seconds a GB received", Basis.MEASURED, "receive, hash, encrypt and write alone, same machine"),

    CPU_SHARE(0.5, "of the cores", Basis.ASSUMED, "the other half views, exports, scrubs and rides out storms"),

    MEMORY_BASE_MB(300, "MB", Basis.ASSUMED, "our own goal for a recorder without cameras"),

    MEMORY_STREAM_MB(1.2, "MB a stream", Basis.ASSUMED, "our own goal; 0.8 measured at 4 Mbit/s in the trial"),

    MEMORY_SHARE(0.5, "of the RAM", Basis.ASSUMED, "the other half is for the system, viewing and export"),

    /** Fragment headers, records, seals, and what a commit pads. */
    STORE_OVERHEAD(1.01, "bytes stored a byte received", Basis.ASSUMED, "fragmented MP4 adds under 1 %, records less"),

    /** Heads and cleared reels, an hour of key epoch, holds waiting to be copied, busier weeks than the average. */
    CAPACITY_SHARE(0.85, "of usable capacity", Basis.ASSUMED, "10 to 15 % free is usual; peaks go above the average"),

    /** More streams than this make a spindle seek more than it writes. */
    STREAMS_PER_SPINDLE(16, "streams a turning disk", Basis.ASSUMED, "our store's own rule, see docs/design/store.md");

    /** How a figure was come by. */
    public enum Basis {
        MEASURED,
        ASSUMED
    }

    private final double value;
    private final String unit;
    private final Basis basis;
    private final String source;

    PlanningFigure(double value, String unit, Basis basis, String source) {
        this.value = value;
        this.unit = unit;
        this.basis = basis;
        this.source = source;
    }

    public double value() {
        return value;
    }

    public String unit() {
        return unit;
    }

    public Basis basis() {
        return basis;
    }

    public String source() {
        return source;
    }
}
