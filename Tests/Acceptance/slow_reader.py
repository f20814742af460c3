#!/usr/bin/env python3
"""A client that reads 1 MB/s of a huge result costs the server a small buffer, and the query ends as soon as it is cancelled or left.

    slow_reader.py --lode PATH/TO/lode [--rows 50000000] [--seconds 30]
"""
import struct, sys, time
from warehouse import arguments, conclude
from wire import SYNC, Server, bind, execute, parse, query


def sip(connection, seconds, rate=1 << 20):
    """Reads at a pace for some time."""
    began, taken = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        taken += len(connection.socket.recv(64 << 10))
        time.sleep(max(0, taken / rate - (time.monotonic() - began)))


def quiet(server, patience=1.0):
    """How long the server still computes, by its processor time; None beyond the patience."""
    def ticks():
        fields = open(f"/proc/{server.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])
    began = time.monotonic()
    while time.monotonic() - began < patience:
        before = ticks()
        time.sleep(0.05)
        if ticks() - before <= 1:
            return time.monotonic() - began - 0.05
    return None


def end_of(connection):
    """The code of the error, and how long it took to come to the end of the answer, reading as fast as possible."""
    began, code = time.monotonic(), None
    connection.held = b""
    data = bytearray()
    while not data.endswith(b"Z\0\0\0\x05I"):
        more = connection.socket.recv(1 << 20)
        if not more:
            return "closed", time.monotonic() - began
        data = (data + more)[-4096:]
    found = data.rfind(b"C57014\0")
    return ("57014" if found >= 0 else None), time.monotonic() - began


def main():
    args = arguments(__doc__, rows=50_000_000, seconds=30)
    problems = []
    sql = f"select i, i * 3 as triple, 'row ' || i::varchar as name from range({args.rows}) as r(i)"
    with Server(args.lode, "--memory", "1GB") as server:
        first = server.connect()
        first.run(query("select 1"))
        requests = {"simple": query(sql), "extended": parse("", sql) + bind("", "", binary=True) + execute() + SYNC}
        for kind, request in requests.items():
            # What the process needs once is not what the reader costs.
            warm = server.connect(receive_buffer=64 << 10)
            warm.socket.sendall(request)
            sip(warm, 2)
            warm.close()
            time.sleep(0.5)
            before, threads = server.status("VmRSS"), server.status("Threads")
            slow = server.connect(receive_buffer=64 << 10)
            slow.socket.sendall(request)
            highest = 0
            for _ in range(max(1, args.seconds // 2)):
                sip(slow, 2)
                highest = max(highest, server.status("VmRSS"))
            point = time.monotonic()
            first.run(query("select 2"))
            point = time.monotonic() - point
            print(f"{kind}: grew by {highest - before:.1f} MB, threads {threads} -> {server.status('Threads')}, "
                  f"another client's query {point * 1000:.1f} ms")
            if highest - before >= 50:
                problems.append(f"{kind}: grew by {highest - before:.1f} MB")
            slow.cancel()
            code, took = end_of(slow)
            print(f"{kind}: cancelled, {code} after {took * 1000:.0f} ms")
            if code != "57014" or took > 0.1:
                problems.append(f"{kind}: cancel gave {code} after {took * 1000:.0f} ms")
            # One that computes at full speed, and whose client leaves.
            busy = server.connect()
            busy.socket.sendall(request)
            for _ in range(20):
                busy.socket.recv(1 << 20)
            busy.close()
            rest = quiet(server)
            print(f"{kind}: left alone, the query went on for {'too long' if rest is None else f'{rest * 1000:.0f} ms'}")
            if rest is None or rest > 0.1:
                problems.append(f"{kind}: went on after its client was gone")
            slow.close()
    conclude(problems, "a slow reader costs little, and what is cancelled or left ends")


if __name__ == "__main__":
    main()
