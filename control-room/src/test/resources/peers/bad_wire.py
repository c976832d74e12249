# SPDX-License-Identifier: Apache-2.0
"""A bad network between this machine and a network namespace, for tests. Needs root.

bad_wire.py NAMESPACE NEAR FAR SHARE SEED

Makes the namespace and a wire to it: two TUN devices, with the address NEAR here and FAR there. What goes over it takes
10 ms. Of the RTP packets from here each is lost, overtaken or brought twice with the probability SHARE, one of the three
at most. Everything else passes. The kernel's netem does the like, but not every kernel has it, and it does not say which
packets it lost.

Prints "ready". The line "clean" on standard input makes the wire a good one; its end takes all down and prints, as JSON,
what was done. Packets are told apart by source and number.
"""

import fcntl
import heapq
import json
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN_WITHOUT_HEADER = 0x0001 | 0x1000
MAX_PACKET = 65536
DELAY_SECONDS = 0.010
# Behind all of its own picture, and before the next one at 25 a second.
OVERTAKEN_SECONDS = 0.020


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


def tun(name):
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN_WITHOUT_HEADER))
    return device


def media(packet):
    """The UDP payload of an IPv4 packet, where that looks like RTP or RTCP."""
    if len(packet) < 28 or packet[0] >> 4 != 4 or packet[9] != 17:
        return None
    payload = packet[(packet[0] & 15) * 4 + 8 :]
    return payload if len(payload) >= 12 and payload[0] >> 6 == 2 else None


def is_rtcp(payload):
    return 192 <= payload[1] <= 223


class Wire:
    def __init__(self, near, far, share, seed):
        self.devices = {near: far, far: near}
        self.near = near
        self.share = share
        self.random = random.Random(seed)
        self.waiting = []
        self.count = 0
        self.sent = set()
        self.lost = set()
        self.arrived = set()
        self.twice = 0
        self.overtaken = 0
        self.newest = {}
        self.camera_counts = {}

    def pass_on(self, to, packet, key, seconds):
        self.count += 1
        heapq.heappush(self.waiting, (time.monotonic() + seconds, self.count, to, packet, key))

    def take(self, device):
        packet = os.read(device, MAX_PACKET)
        to = self.devices[device]
        payload = media(packet) if device == self.near else None
        if payload is None or is_rtcp(payload):
            if payload is not None and payload[1] == 200:
                source, packets = struct.unpack_from(">I12xI", payload, 4)
                self.camera_counts[source] = packets
            self.pass_on(to, packet, None, DELAY_SECONDS)
            return
        key = (payload[8:12], struct.unpack_from(">H", payload, 2)[0], payload[4:8])
        self.sent.add(key)
        chance = self.random.random()
        if chance < self.share:
            self.lost.add(key)
        elif chance < 2 * self.share:
            self.pass_on(to, packet, key, DELAY_SECONDS + OVERTAKEN_SECONDS)
        else:
            self.pass_on(to, packet, key, DELAY_SECONDS)
            if chance < 3 * self.share:
                self.twice += 1
                self.pass_on(to, packet, key, DELAY_SECONDS)

    def deliver(self):
        now = time.monotonic()
        while self.waiting and self.waiting[0][0] <= now:
            _, _, to, packet, key = heapq.heappop(self.waiting)
            os.write(to, packet)
            if key is not None:
                self.arrived.add(key)
                behind = (self.newest.get(key[0], key[1]) - key[1]) & 0xFFFF
                if 0 < behind < 0x8000:
                    self.overtaken += 1
                else:
                    self.newest[key[0]] = key[1]

    def run(self):
        while True:
            pause = max(0.0, self.waiting[0][0] - time.monotonic()) if self.waiting else 1.0
            ready, _, _ = select.select([sys.stdin, *self.devices], [], [], pause)
            for source in ready:
                if source is not sys.stdin:
                    self.take(source)
                elif sys.stdin.readline() == "":
                    return
                else:
                    self.share = 0.0
            self.deliver()

    def report(self):
        return {
            "sent": len(self.sent),
            "lost": len(self.lost),
            "arrived": len(self.arrived),
            "twice": self.twice,
            "overtaken": self.overtaken,
            "cameraSaysSent": sum(self.camera_counts.values()),
        }


def main():
    namespace, near, far, share, seed = sys.argv[1:6]
    near_name, far_name = namespace + "n", namespace + "f"
    ip("netns", "add", namespace)
    try:
        wire = Wire(tun(near_name), tun(far_name), float(share), int(seed))
        ip("link", "set", far_name, "netns", namespace)
        ip("addr", "add", near, "peer", far, "dev", near_name)
        ip("link", "set", near_name, "up")
        ip("-n", namespace, "addr", "add", far, "peer", near, "dev", far_name)
        ip("-n", namespace, "link", "set", far_name, "up")
        ip("-n", namespace, "link", "set", "lo", "up")
        print("ready", flush=True)
        wire.run()
        print(json.dumps(wire.report()), flush=True)
    finally:
        ip("netns", "del", namespace)


main()
