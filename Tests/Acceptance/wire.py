"""A server to try, and clients of PostgreSQL's protocol that do just what they are told: no pool, no caches, no retries."""
import asyncio, base64, hashlib, hmac, os, re, socket, struct, subprocess, tempfile, threading


class Server:
    """`lode serve` in a warehouse of its own; it ends with the block."""

    def __init__(self, lode, *options, reads_log=True):
        self.reads_log = reads_log
        self._folder = tempfile.TemporaryDirectory()
        self.folder = self._folder.name
        self.command = [os.path.abspath(lode), "serve", "--listen", "127.0.0.1:0", "--warehouse", f"{self.folder}/lakehouse", "--trust",
                        *options]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stderr=subprocess.PIPE, text=True, cwd=self.folder)
        for line in self.process.stderr:
            found = re.search(r"accepts connections on ([\d.]+):(\d+)", line)
            if found:
                self.host, self.port = found[1], int(found[2])
                # The log goes on.
                if self.reads_log:
                    threading.Thread(target=self.process.stderr.read, daemon=True).start()
                return self
        raise SystemExit("lode serve did not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)

    def status(self, name):
        """A number of /proc/PID/status: VmRSS in MB, Threads."""
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith(name + ":"):
                number = int(line.split()[1])
                return number / 1024 if "kB" in line else number

    def connect(self, **options):
        return Connection(self.host, self.port, "lode", "lode", **options)


class Failure(Exception):
    """An ErrorResponse."""

    def __init__(self, body):
        fields = {part[:1].decode(): part[1:].decode() for part in body.split(b"\0") if part}
        self.code = fields.get("C")
        super().__init__(f"{self.code}: {fields.get('M')}")


def message(kind, body=b""):
    return kind + struct.pack(">i", len(body) + 4) + body


def text(*parts):
    return b"".join(part.encode() + b"\0" for part in parts)


def startup(user, database):
    body = struct.pack(">i", 196608) + text("user", user, "database", database) + b"\0"
    return struct.pack(">i", len(body) + 4) + body


def parse(name, sql):
    return message(b"P", text(name, sql) + b"\0\0")


def bind(portal, statement, values=(), binary=False):
    body = text(portal, statement) + struct.pack(">hh", 0, len(values))
    for value in values:
        encoded = str(value).encode()
        body += struct.pack(">i", len(encoded)) + encoded
    return message(b"B", body + struct.pack(">hh", 1, 1 if binary else 0))


def execute(portal="", limit=0):
    return message(b"E", text(portal) + struct.pack(">i", limit))


SYNC = message(b"S")


def query(sql):
    return message(b"Q", text(sql))


class Connection:
    """One that waits for each answer."""

    def __init__(self, host, port, user, database, password=None, receive_buffer=None):
        self.address = (host, port)
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect(self.address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.held = b""
        self.socket.sendall(startup(user, database))
        while True:
            kind, body = self.receive()
            if kind == b"R" and body[:4] == b"\0\0\0\x0a":
                self._prove(password)
            elif kind == b"K":
                self.key = body
            elif kind == b"Z":
                return

    def _prove(self, password):
        """SCRAM-SHA-256 without channel binding."""
        nonce = base64.b64encode(os.urandom(18)).decode()
        first = f"n=,r={nonce}"
        self.socket.sendall(message(b"p", text("SCRAM-SHA-256") + struct.pack(">i", len(first) + 3) + f"n,,{first}".encode()))
        challenge = self.receive()[1][4:].decode()
        given = dict(part.split("=", 1) for part in challenge.split(","))
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(given["s"]), int(given["i"]))
        key = hmac.digest(salted, b"Client Key", "sha256")
        final = f"c=biws,r={given['r']}"
        signature = hmac.digest(hashlib.sha256(key).digest(), f"{first},{challenge},{final}".encode(), "sha256")
        proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signature))).decode()
        self.socket.sendall(message(b"p", f"{final},p={proof}".encode()))

    def receive(self):
        """One message. An error is one of the answer, but for those that end the connection."""
        while len(self.held) < 5 or len(self.held) < 1 + struct.unpack(">i", self.held[1:5])[0]:
            more = self.socket.recv(1 << 16)
            if not more:
                raise ConnectionError("the server has closed the connection")
            self.held += more
        end = 1 + struct.unpack(">i", self.held[1:5])[0]
        kind, body, self.held = self.held[:1], self.held[5:end], self.held[end:]
        return kind, body

    def run(self, request):
        """Sends a request and reads up to ReadyForQuery: the rows, as lists of bytes."""
        self.socket.sendall(request)
        rows, failure = [], None
        while True:
            kind, body = self.receive()
            if kind == b"D":
                rows.append(cells(body))
            elif kind == b"E":
                failure = Failure(body)
            elif kind == b"Z":
                if failure:
                    raise failure
                return rows

    def discard(self, request):
        """Sends a request and throws its answer away: bytes that came."""
        self.socket.sendall(request)
        buffer, total, tail = bytearray(1 << 20), 0, b""
        while tail != b"Z\0\0\0\x05I":
            count = self.socket.recv_into(buffer)
            if not count:
                raise ConnectionError("the server has closed the connection")
            total += count
            tail = (tail + bytes(buffer[max(0, count - 6):count]))[-6:]
        return total

    def cancel(self):
        """Asks on a connection of its own to cancel what runs on this one."""
        with socket.create_connection(self.address) as other:
            other.sendall(struct.pack(">ii", 16, 80877102) + self.key)

    def close(self):
        self.socket.close()


def cells(body):
    (count,), offset, values = struct.unpack(">h", body[:2]), 2, []
    for _ in range(count):
        (length,) = struct.unpack(">i", body[offset:offset + 4])
        offset += 4
        values.append(None if length < 0 else body[offset:offset + length])
        offset += max(0, length)
    return values


class Task:
    """A connection of an event loop, for hundreds of them in one process."""

    @staticmethod
    async def connect(server):
        task = Task()
        task.reader, task.writer = await asyncio.open_connection(server.host, server.port)
        task.writer.write(startup("lode", "lode"))
        await task.answer()
        return task

    async def answer(self):
        """Reads up to ReadyForQuery: how many rows there were."""
        rows, failure = 0, None
        while True:
            head = await self.reader.readexactly(5)
            body = await self.reader.readexactly(struct.unpack(">i", head[1:])[0] - 4)
            if head[:1] == b"D":
                rows += 1
            elif head[:1] == b"E":
                failure = Failure(body)
            elif head[:1] == b"Z":
                if failure:
                    raise failure
                return rows

    async def run(self, request):
        self.writer.write(request)
        return await self.answer()
