#!/usr/bin/env python3
"""Looks for secrets in everything that sessions leave behind.

    no_secrets.py --lode PATH/TO/lode --services FOLDER [--port 19800]

FOLDER has seaweed.sh, which starts SeaweedFS. Keys, session tokens, customers' encryption keys and signed URLs are given in every way
there is: by CREATE SECRET, by the environment, by profiles, in a query; to a shell, a script and a server; where everything is right, where
keys are wrong, where the service fails, stalls, or is not there. Then every byte that was printed or logged, and every file that was
written, on this machine and in the bucket, is searched for them: as they are, percent-encoded, in base64 and in hexadecimal.
"""
import base64, http.server, os, signal, socket, subprocess, threading, time, urllib.parse

import boto3
from botocore.config import Config

from seaweed import BUCKET, KEY, SECRET
from warehouse import Warehouse, arguments, conclude, object_store

TOKEN = "FwoGZXIvYXdzEToken/with+signs=="
CUSTOMER = base64.b64encode(b"0123456789abcdef0123456789ABCDEF").decode()
WRONG = "wrongSecret/98765+xyz"
BEARER = "bearer-Token.1234567890"
PASSWORD = "a-password-of-lode-4711"


def forms(secret):
    """A secret as it may have been written."""
    raw = secret.encode()
    return {raw, urllib.parse.quote(secret, safe="").encode(), base64.b64encode(raw).rstrip(b"="), raw.hex().encode(), raw.hex().upper().encode()}


class Broken(http.server.BaseHTTPRequestHandler):
    """A service in trouble: says so, with what it was sent in its message, as some do."""

    def answer(self):
        said = f"<Error><Code>InternalError</Code><Message>{self.headers.get('Authorization')} {self.path} {dict(self.headers)}</Message></Error>"
        self.send_response(500 if "fails" in self.path else 403)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said.encode())

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer

    def log_message(self, *_):
        pass


def main():
    args = arguments(__doc__, services="", port=19800)
    with object_store(args) as store:
        run(args, Warehouse(args.lode, store))


def run(args, house):
    store, said = house.store, {}
    broken = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Broken)
    threading.Thread(target=broken.serve_forever, daemon=True).start()
    trouble = f"127.0.0.1:{broken.server_port}"
    house.environment |= {"AWS_MAX_ATTEMPTS": "2", "LODE_PASSWORD": PASSWORD}
    os.makedirs(f"{house.folder}/.aws")
    with open(f"{house.folder}/.aws/credentials", "w") as file:
        file.write(f"[wrong]\naws_access_key_id = {KEY}\naws_secret_access_key = {WRONG}\naws_session_token = {TOKEN}\n")
    outside = {f"{house.folder}/.aws/credentials"}

    # Of the older kind, with a name of its own for the signature.
    older = boto3.client(
        "s3", endpoint_url=store.endpoint, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name="us-east-1",
        config=Config(signature_version="s3"))
    signed = older.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "none/x.csv"})
    store.client.put_object(Bucket=BUCKET, Key="there/x.csv", Body=b"n\n5\n")
    good = store.client.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "there/x.csv"})
    signatures = [urllib.parse.parse_qs(urllib.parse.urlsplit(u).query) for u in (signed, good)]
    marks = [values[0] for query in signatures for name, values in query.items() if "ignature" in name]
    secrets = {SECRET, WRONG, TOKEN, CUSTOMER, BEARER, PASSWORD, *marks}
    assert len(marks) == 2, signatures

    host = store.endpoint.split("//")[1]
    here = f"(TYPE s3, KEY_ID '{KEY}', SECRET '{SECRET}', ENDPOINT '{host}', USE_SSL false, URL_STYLE 'path', SCOPE 's3://{BUCKET}')"
    lines = [
        f"CREATE SECRET here {here}",
        f"CREATE SECRET here {here}",
        f"CREATE OR REPLACE SECRET wrong (TYPE s3, KEY_ID '{KEY}', SECRET '{WRONG}', SESSION_TOKEN '{TOKEN}', ENDPOINT '{host}', USE_SSL false, SCOPE 's3://elsewhere')",
        f"CREATE OR REPLACE SECRET broken (TYPE s3, KEY_ID '{KEY}', SECRET '{WRONG}', SESSION_TOKEN '{TOKEN}', CUSTOMER_KEY '{CUSTOMER}', ENDPOINT '{trouble}', USE_SSL false, SCOPE 's3://fails')",
        f"CREATE OR REPLACE SECRET refused (TYPE s3, KEY_ID '{KEY}', SECRET '{WRONG}', SESSION_TOKEN '{TOKEN}', ENDPOINT '{trouble}', USE_SSL false, SCOPE 's3://refuses')",
        f"CREATE OR REPLACE SECRET nobody (TYPE s3, KEY_ID '{KEY}', SECRET '{WRONG}', ENDPOINT '127.0.0.1:1', USE_SSL false, SCOPE 's3://nobody')",
        f"CREATE OR REPLACE SECRET web (TYPE http, BEARER_TOKEN '{BEARER}', SCOPE 'http://{trouble}')",
        f"CREATE SECRET (TYPE s3, KEY_ID '{KEY}', SECRET '{SECRET}', SCRET '{TOKEN}')",
        f"CREATE SECRET (TYPE s3, SECRET '{SECRET}')",
        f"CREATE SECRET (TYPE s4, KEY_ID '{KEY}', SECRET '{SECRET}')",
        f"CREATE SECRET x (TYPE s3, CUSTOMER_KEY '{CUSTOMER}x', KEY_ID 'k', SECRET '{SECRET}', SCOPE 's3://bad')",
        f"CREATE SECRET broken syntax (TYPE s3, KEY_ID '{KEY}', SECRET '{SECRET}'",
        "CREATE TABLE IF NOT EXISTS t AS SELECT 1 AS a", "INSERT INTO t SELECT 2", "SELECT * FROM t", "UPDATE t SET a = a + 1", "VACUUM RETAIN 0 HOURS",
        f"SELECT * FROM read_csv('{good}')", f"SELECT * FROM read_csv('{signed}')", f"SELECT * FROM '{signed}'",
        f"SELECT * FROM read_csv('{good}', filename = true)", f"EXPLAIN SELECT * FROM read_csv('{good}')",
        f"EXPLAIN ANALYZE SELECT * FROM read_csv('{good}')", f"COPY t TO '{signed}'", f"DESCRIBE SELECT * FROM read_csv('{good}')",
        f"CREATE TABLE IF NOT EXISTS fetched AS SELECT * FROM read_csv('{good}')",
        f"SELECT * FROM read_csv('http://{trouble}/fails.csv')", f"SELECT * FROM read_csv('http://{trouble}/refuses.csv')",
        *(f"SELECT * FROM read_csv('s3://{bucket}/x.csv')" for bucket in ("elsewhere", "fails", "refuses", "nobody", "bad")),
        *(f"COPY t TO 's3://{bucket}/x.parquet'" for bucket in ("elsewhere", "fails", "refuses", "nobody")),
        *(f"SELECT count(*) FROM read_csv('s3://{bucket}/*/x.csv')" for bucket in ("elsewhere", "fails", "refuses", "nobody")),
        f"EXPLAIN (VERBOSE) SELECT * FROM read_csv('s3://fails/x.csv')", "EXPLAIN ANALYZE SELECT * FROM t",
        "SELECT * FROM lode.secrets", "SELECT * FROM duckdb_secrets()", "SHOW ALL", "SELECT * FROM pg_settings", "SELECT * FROM lode.query_history",
        "SELECT query FROM pg_stat_activity", "SELECT current_query()", "SHOW TABLES", "SHOW CREATE TABLE t", "DROP SECRET web",
    ]

    def shell(name, statements, **environment):
        for number, sql in enumerate(statements):
            done = subprocess.run(
                [house.lode, "--warehouse", house.location, *(("-c", "; ".join(x.rstrip(";") for x in lines[:7] if x != lines[1])) if number > 11 else ()), "-c", sql],
                capture_output=True, cwd=house.folder, env=house.environment | environment, timeout=300)
            said[f"{name} {number}: {sql[:90]}"] = done.stdout + done.stderr

    shell("shell", lines)
    some = ["SELECT * FROM t", "INSERT INTO t SELECT 3", f"SELECT * FROM read_csv('s3://{BUCKET}/there/x.csv')", "VACUUM"]
    shell("wrong key", some, AWS_SECRET_ACCESS_KEY=WRONG, AWS_SESSION_TOKEN=TOKEN)
    shell("profile", some, AWS_SECRET_ACCESS_KEY="", AWS_ACCESS_KEY_ID="", AWS_PROFILE="wrong")
    shell("in trouble", some, AWS_ENDPOINT_URL_S3=f"http://{trouble}", AWS_SESSION_TOKEN=TOKEN)
    shell("nobody there", some, AWS_ENDPOINT_URL_S3="http://127.0.0.1:1", AWS_SESSION_TOKEN=TOKEN)

    # A script, whose statements go into the history.
    for number, sql in enumerate(lines):
        with open(f"{house.folder}/script.sql", "w") as file:
            file.write(";\n".join(x for x in lines[:7] if x != lines[1]) + ";\n" + sql + ";\n")
        process = house.start_command("run", f"{house.folder}/script.sql")
        said[f"run {number}: {sql[:90]}"] = process.communicate()[1].encode()
        os.unlink(f"{house.folder}/script.sql")

    # A server that logs all that it can.
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = open(f"{house.folder}/server.log", "wb")
    server = subprocess.Popen(
        [house.lode, "serve", "--listen", f"127.0.0.1:{port}", "--warehouse", house.location, "--trust", "--log-level", "trace",
         "--log-min-duration", "0"], cwd=house.folder, env=house.environment, stdout=log, stderr=log)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.1)
    for number, sql in enumerate(lines):
        done = subprocess.run(
            [house.lode, "--connect", f"postgres://lode@127.0.0.1:{port}/lode", "-c", sql], capture_output=True, cwd=house.folder,
            env=house.environment, timeout=300)
        said[f"server {number}: {sql[:90]}"] = done.stdout + done.stderr
    server.send_signal(signal.SIGTERM)
    server.wait()
    log.close()

    files = {}
    for where, _, names in os.walk(house.folder):
        for name in names:
            if f"{where}/{name}" not in outside:
                with open(f"{where}/{name}", "rb") as file:
                    files[f"{where}/{name}"] = file.read()
    for page in store.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        for item in page.get("Contents", []):
            files[f"s3://{BUCKET}/{item['Key']}"] = store.client.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read()
    problems = []
    for where, text in (said | files).items():
        for secret in secrets:
            if any(form in text for form in forms(secret)):
                problems.append(f"{where!r} has {secret[:6]}…")
    assert any("catalog.sqlite" in name for name in files) and any("history.sqlite" in name for name in files), sorted(files)
    assert any(b"ERROR 42501" in text for text in said.values()) and any(b"ERROR 58030" in text for text in said.values())
    print(f"{len(said)} outputs, {len(files)} files and objects, {sum(map(len, (said | files).values())) >> 10} KiB, searched for {len(secrets)} secrets in {len(forms(SECRET))} forms")
    conclude(problems, "no secret anywhere")


main()
