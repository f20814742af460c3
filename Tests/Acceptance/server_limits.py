#!/usr/bin/env python3
"""What a server does at its limits: memory for all statements, COPY of more than that, clients that leave, a log that nobody reads,
and the end by SIGTERM.

    server_limits.py --lode PATH/TO/lode [--megabytes 300]
"""
import signal, subprocess, time
from warehouse import arguments, conclude
from wire import Failure, Server, message, query


def rest(connection):
    """What still comes until the server closes the connection: kinds of messages, and codes of errors."""
    seen = []
    try:
        while True:
            kind, body = connection.receive()
            seen.append(Failure(body).code if kind == b"E" else kind.decode())
    except ConnectionError:
        return seen


def memory(lode, megabytes, problems):
    with Server(lode, "--memory", "128MB") as server:
        client = server.connect()
        try:
            client.run(query("select i, count(*) from range(30000000) as r(i) group by i order by 2 limit 3"))
            problems.append("an aggregation beyond --memory was answered")
        except Failure as error:
            if error.code != "53200":
                problems.append(f"an aggregation beyond --memory: {error}")
        client.run(query("create table t (a integer, b varchar)"))
        rows = b"".join(b"%d\t%s\n" % (i, b"x" * 90) for i in range(1000))
        count = megabytes * 10
        client.socket.sendall(query("copy t from stdin"))
        client.receive()
        before, highest = server.status("VmRSS"), 0
        for number in range(count):
            client.socket.sendall(message(b"d", rows))
            if number % 50 == 0:
                highest = max(highest, server.status("VmRSS"))
        client.run(message(b"c"))
        print(f"COPY of {megabytes} MB: memory grew by {highest - before:.0f} MB")
        if highest - before > 200:
            problems.append(f"COPY of {megabytes} MB grew memory by {highest - before:.0f} MB")
        for leaving in ("close", "fail"):
            other = server.connect()
            other.socket.sendall(query("copy t from stdin"))
            other.receive()
            other.socket.sendall(message(b"d", rows) * 5)
            if leaving == "fail":
                other.socket.sendall(message(b"f", b"no more\0"))
            time.sleep(0.2)
            other.close()
        time.sleep(0.5)
        found = int(client.run(query("select count(*) from t"))[0][0])
        if found != count * 1000:
            problems.append(f"{found} rows in place of {count * 1000}")


def log(lode, problems):
    """Lines of many times a pipe's size: the server answers, and ends when it is told to."""
    with Server(lode, "--log-min-duration", "0", reads_log=False) as server:
        client, statements = server.connect(), 2000
        client.socket.settimeout(30)
        for number in range(statements):
            client.run(query(f"select {number} as a, '{'x' * 900}' as b" + ", 1" * 300))
        began = time.monotonic()
        server.process.terminate()
        try:
            server.process.wait(20)
            print(f"{statements} statements answered beside a full log; the end took {time.monotonic() - began:.2f} s")
        except subprocess.TimeoutExpired:
            problems.append("a log that nobody reads holds the server's end")
            server.process.kill()


def end(lode, problems):
    with Server(lode, "--grace", "2s") as server:
        idle, open_, busy, endless = (server.connect() for _ in range(4))
        open_.run(query("begin"))
        busy.socket.sendall(query("select count(*) from range(20000000) as r(i) where i % 7 = 3"))
        endless.socket.sendall(query("with recursive r(n) as (select 1 union all select n + 1 from r) select count(*) from r"))
        time.sleep(0.1)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        wanted = {"idle": (idle, ["57P01"]), "in a transaction": (open_, ["57P01"]), "busy": (busy, ["T", "D", "C", "Z", "57P01"]),
                  "endless": (endless, ["T", "57P01", "Z", "57P01"])}
        for name, (connection, messages) in wanted.items():
            seen = rest(connection)
            print(f"{name}: {' '.join(seen)} after {time.monotonic() - began:.2f} s")
            if seen != messages:
                problems.append(f"{name}: {seen} in place of {messages}")
        status = server.process.wait(10)
        if status != 0 or time.monotonic() - began > 3:
            problems.append(f"the server ended with {status} after {time.monotonic() - began:.1f} s")


def main():
    args = arguments(__doc__, megabytes=300)
    problems = []
    memory(args.lode, args.megabytes, problems)
    log(args.lode, problems)
    end(args.lode, problems)
    conclude(problems, "limits hold, and the end is in order")


if __name__ == "__main__":
    main()
