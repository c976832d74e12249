// SPDX-License-Identifier: Apache-2.0
package org.watchkeep.profiles;

/**
 * A machine that records: its parts, each with where the figure comes from. What it carries is not stated but computed
 * from them, by {@link RecorderLimits}. Immutable.
 *
 * @param note for people; may be empty
 * @param diskWriteMegabytesPerSecond what one disk writes in sequence where it is slowest: on its inner tracks
 * @param diskWorkloadTerabytesPerYear what its maker lets one disk read and write in a year
 */
public record RecorderProfile(
        String id,
        String name,
        String note,
        Stated<Disks> disks,
        Stated<Double> diskWriteMegabytesPerSecond,
        Stated<Double> diskWorkloadTerabytesPerYear,
        Stated<Network> network,
        Stated<Processor> processor,
        Stated<Integer> ramGigabytes) {

    /** What the disks are. */
    public enum DiskKind {
        /** Turns: a seek costs milliseconds. */
        HDD,
        SSD
    }

    /** How disks stand in for each other. */
    public enum Raid {
        NONE("none"),
        RAID_1("raid1"),
        RAID_5("raid5"),
        RAID_6("raid6"),
        RAID_10("raid10");

        private final String word;

        Raid(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /**
     * The disks footage lies on.
     *
     * @param groups arrays of equal size they form, each a volume; without RAID each disk is a volume
     * @param usableFraction what may be filled of each, for SSDs that slow down when they are full
     */
    public record Disks(DiskKind kind, int count, double terabytesEach, Raid raid, int groups, double usableFraction) {
        /** Disks' worth of footage: without those that parity or mirrors take. */
        public int dataDisks() {
            return switch (raid) {
                case NONE -> count;
                case RAID_1, RAID_10 -> count / 2;
                case RAID_5 -> count - groups;
                case RAID_6 -> count - 2 * groups;
            };
        }

        public int volumes() {
            return raid == Raid.NONE ? count : groups;
        }

        public double usableTerabytes() {
            return dataDisks() * terabytesEach * usableFraction;
        }
    }

    /** @param ingestPorts those of them that cameras come in by; the others are for viewing, export or stand by */
    public record Network(int ports, double gigabitsPerSecond, int ingestPorts) {}

    /** @param relativeSpeed of one core, to one of the machine on which CPU seconds were measured */
    public record Processor(int cores, double relativeSpeed, String model) {}
}
