#!/usr/bin/env python3
"""Reads and writes object stores through Lode's SQL: SeaweedFS (plain and with TLS) and moto, servers of this machine.

    s3.py --lode PATH/TO/lode --services FOLDER [--port 19300]

FOLDER has seaweed.sh, moto.sh and tls.sh, which start the servers ($LODE_VENVS says where their programs are). What Lode writes is read
again with boto3, and the other way round. One line a check; the exit code is 1 if one fails.
"""
import os, subprocess, sys, tempfile, threading, uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from warehouse import arguments

KEY, SECRET, BUCKET = "lodekey", "lodesecret12345", "lode"


class Server:
    """One endpoint, with Lode and boto3 as its clients."""

    def __init__(self, args, name, endpoint, ca=None, checks_identities=True):
        self.name, self.endpoint, self.checks_identities, self.bad = name, endpoint, checks_identities, []
        self.folder = tempfile.mkdtemp(prefix="lode-s3-")
        self.lode = [os.path.abspath(args.lode), "--warehouse", f"{self.folder}/lakehouse", "--format", "csv", "--quiet"]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        self.environment = clean | {
            "HOME": self.folder, "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL_S3": endpoint, "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1"}
        if ca:
            self.environment["AWS_CA_BUNDLE"] = ca
        self.client = boto3.client(
            "s3", endpoint_url=endpoint, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name="us-east-1", verify=ca or True,
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 2}, connect_timeout=3, read_timeout=20))
        self.place = f"probe-{uuid.uuid4().hex[:8]}"
        try:
            self.client.create_bucket(Bucket=BUCKET)
        except ClientError:
            pass

    def url(self, name=""):
        return f"s3://{BUCKET}/{self.place}/{name}"

    def run(self, sql, **environment):
        done = subprocess.run(
            self.lode + ["-c", sql], capture_output=True, text=True, cwd=self.folder, env=self.environment | environment, timeout=120)
        if SECRET in done.stdout + done.stderr:
            raise AssertionError("the secret was printed")
        return done

    def rows(self, sql, **environment):
        done = self.run(sql, **environment)
        if done.returncode:
            raise AssertionError(done.stderr.strip())
        return [line.split(",") for line in done.stdout.split("\n")[1:] if line]

    def fails(self, sql, state, **environment):
        done = self.run(sql, **environment)
        if done.returncode == 0 or f"ERROR {state}" not in done.stderr:
            raise AssertionError(f"expected {state}: {done.stdout} {done.stderr}")

    def put(self, name, body):
        self.client.put_object(Bucket=BUCKET, Key=f"{self.place}/{name}", Body=body)

    def get(self, name):
        return self.client.get_object(Bucket=BUCKET, Key=f"{self.place}/{name}")["Body"].read()

    def keys(self, prefix=""):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=f"{self.place}/{prefix}")
        return sorted(o["Key"][len(self.place) + 1:] for page in pages for o in page.get("Contents", []))

    def uploads(self):
        return self.client.list_multipart_uploads(Bucket=BUCKET, Prefix=f"{self.place}/").get("Uploads", [])

    def check(self, what, body):
        try:
            note = body()
            print(f"ok    {self.name:14} {what}{'' if note is None else ': ' + str(note)}", flush=True)
        except Exception as error:
            self.bad.append(what)
            print(f"FAIL  {self.name:14} {what}: {type(error).__name__}: {str(error)[:600]}", flush=True)


def equal(found, wanted):
    assert found == wanted, f"{found} is not {wanted}"


def reading(server):
    s = server

    def formats():
        s.put("a b+ü/x.csv", "id,name\n1,a\n2,b\n")
        s.put("a b+ü/y.jsonl", '{"id": 3, "name": "c"}\n')
        equal(s.rows(f"SELECT * FROM read_csv('{s.url('a b+ü/x.csv')}') ORDER BY id"), [["1", "a"], ["2", "b"]])
        equal(s.rows(f"SELECT id, name FROM '{s.url('a b+ü/y.jsonl')}'"), [["3", "c"]])
    s.check("CSV and JSON, keys that are no ASCII", formats)

    def parquet():
        s.rows(f"COPY (SELECT i AS id, i * 2 AS twice, md5(i::varchar) AS text FROM generate_series(1, 200000) AS t(i)) TO '{s.url('big.parquet')}'")
        equal(s.rows(f"SELECT count(*), sum(id), sum(twice), count(DISTINCT text) FROM read_parquet('{s.url('big.parquet')}')"),
              [["200000", "20000100000", "40000200000", "200000"]])
        assert s.get("big.parquet")[:4] == b"PAR1"
        return f"{len(s.get('big.parquet'))} bytes"
    s.check("Parquet written and read", parquet)

    def pages():
        for number in range(1010):
            s.put(f"many/{number:04}.csv", f"n\n{number}\n")
        equal(s.rows(f"SELECT count(*), sum(n) FROM read_csv('{s.url('many/*.csv')}')"), [["1010", str(sum(range(1010)))]])
    s.check("a listing of several pages", pages)

    def globs():
        for day in range(1, 4):
            for part in range(2):
                s.put(f"t/day={day}/{part}.csv", f"v\n{day * 10 + part}\n")
        s.put("t/day=1-b/0.csv", "v\n99\n")
        equal(s.rows(f"SELECT count(*) FROM read_csv('{s.url('t/*/*.csv')}', hive_partitioning = false)"), [["7"]])
        equal(s.rows(f"SELECT v FROM read_csv('{s.url('t/day=2/*.csv')}') ORDER BY v"), [["20"], ["21"]])
        equal(s.rows(f"SELECT day, sum(v) FROM read_csv('{s.url('t/day=[123]/?.csv')}') GROUP BY day ORDER BY day"),
              [["1", "21"], ["2", "41"], ["3", "61"]])
        equal(s.rows(f"SELECT count(*) FROM read_csv('{s.url('**/0.csv')}', hive_partitioning = false)"), [["4"]])
        equal(s.rows(f"SELECT count(*) FROM read_csv('{s.url('t/day=3')}')"), [["2"]])
    s.check("patterns and folders", globs)

    def order():
        for name in ("o/a-b", "o/a/b", "o/a.b", "o/a"):
            s.put(name + ".csv", "n\n1\n")
        equal(s.rows(f"SELECT count(*) FROM read_csv('{s.url('o/**')}')"), [["4"]])
    s.check("an object and a folder of one name", order)

    def missing():
        s.fails(f"SELECT * FROM read_parquet('{s.url('none.parquet')}')", "58P01")
        s.fails(f"SELECT * FROM read_parquet('{s.url('none/*.parquet')}')", "58P01")
        s.fails("SELECT * FROM read_parquet('s3://no-such-bucket-here/x.parquet')", "58P01")
    s.check("what is missing is 58P01", missing)

    def empty():
        s.put("empty.csv", "")
        s.run(f"SELECT * FROM read_csv('{s.url('empty.csv')}')")
        s.put("damaged.parquet", b"PAR1 and nothing else")
        s.fails(f"SELECT * FROM read_parquet('{s.url('damaged.parquet')}')", "XX001")
    s.check("empty and damaged objects", empty)


def writing(server):
    s = server

    def copies():
        s.rows(f"COPY (SELECT 1 AS a, 'x' AS b) TO '{s.url('out.csv')}' (HEADER true)")
        equal(s.get("out.csv"), b"a,b\n1,x\n")
        s.rows(f"COPY (SELECT 1 AS a, 'x' AS b) TO '{s.url('out.json')}'")
        assert b'"a"' in s.get("out.json")
    s.check("COPY TO CSV and JSON", copies)

    def large():
        s.rows(f"COPY (SELECT i, random() AS r, md5(i::varchar) AS m FROM generate_series(1, 1500000) AS t(i)) TO '{s.url('large.csv')}' (FORMAT csv)")
        equal(s.rows(f"SELECT count(*), sum(i) FROM read_csv('{s.url('large.csv')}')"), [["1500000", "1125000750000"]])
        equal(s.uploads(), [])
        return f"{len(s.get('large.csv')) >> 20} MiB"
    s.check("an object of many parts", large)

    def partitions():
        s.rows(f"COPY (SELECT i, i % 5 AS k FROM generate_series(1, 1000) AS t(i)) TO '{s.url('parts')}' (FORMAT parquet, PARTITION_BY (k))")
        equal(len(s.keys("parts/")), 5)
        equal(s.rows(f"SELECT k, count(*) FROM read_parquet('{s.url('parts/*/*.parquet')}') GROUP BY k ORDER BY k"), [[str(k), "200"] for k in range(5)])
        s.fails(f"COPY (SELECT 1 AS i, 1 AS k) TO '{s.url('parts')}' (FORMAT parquet, PARTITION_BY (k))", "58P02")
        s.rows(f"COPY (SELECT 7 AS i, 9 AS k) TO '{s.url('parts')}' (FORMAT parquet, PARTITION_BY (k), OVERWRITE)")
        equal(s.rows(f"SELECT i, k FROM read_parquet('{s.url('parts/*/*.parquet')}')"), [["7", "9"]])
        equal(len(s.keys("parts/")), 1)
    s.check("COPY TO folders, and overwriting them", partitions)

    def failing():
        s.fails(f"COPY (SELECT 1 / (900000 - i) AS a, md5(i::varchar) AS m FROM generate_series(1, 1000000) AS t(i)) TO '{s.url('failed.csv')}' (FORMAT csv)", "22012")
        assert "failed.csv" not in s.keys(), "half of it is there"
        equal(s.uploads(), [])
    s.check("a statement that fails leaves nothing", failing)

    def killed():
        process = subprocess.Popen(
            s.lode + ["-c", f"COPY (SELECT i, md5(i::varchar) AS m FROM generate_series(1, 100000000) AS t(i)) TO '{s.url('killed.csv')}' (FORMAT csv)"],
            cwd=s.folder, env=s.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            if s.uploads():
                break
            threading.Event().wait(0.1)
        process.kill()
        process.wait()
        assert "killed.csv" not in s.keys(), "half of it is there"
        return f"{len(s.uploads())} upload left for VACUUM"
    s.check("a writer that is killed shows nothing", killed)


def tables(server):
    s = server

    def external():
        s.rows(f"COPY (SELECT i, i % 3 AS k FROM generate_series(1, 300) AS t(i)) TO '{s.url('x')}' (FORMAT parquet, PARTITION_BY (k))")
        made = f"CREATE EXTERNAL TABLE IF NOT EXISTS x (i bigint) PARTITIONED BY (k bigint) STORED AS PARQUET LOCATION '{s.url('x')}'; MSCK REPAIR TABLE x"
        s.rows(made)
        equal(s.rows("SELECT k, count(*), sum(i) FROM x GROUP BY k ORDER BY k"), [["0", "100", "15150"], ["1", "100", "14950"], ["2", "100", "15050"]])
        s.rows(f"COPY (SELECT 1000 AS i, 7 AS k) TO '{s.url('x')}' (FORMAT parquet, PARTITION_BY (k), APPEND); MSCK REPAIR TABLE x")
        equal(s.rows("SELECT i FROM x WHERE k = 7"), [["1000"]])
        equal(len(s.keys("x/k=7/")), 1)
    s.check("an external table", external)


def warehouses(server):
    s = server
    house = s.url("house").rstrip("/")

    def lode(sql, *more, fails=False):
        done = subprocess.run(
            [s.lode[0], "--warehouse", house, *more, "--format", "csv", "--quiet", "-c", sql], capture_output=True, text=True, cwd=s.folder,
            env=s.environment, timeout=120)
        if bool(done.returncode) != fails:
            raise AssertionError(done.stdout + done.stderr)
        return [line.split(",") for line in done.stdout.split("\n")[1:] if line] if not fails else done.stderr

    def catalog(*arguments):
        done = subprocess.run([s.lode[0], "catalog", *arguments, "--warehouse", house], capture_output=True, text=True, cwd=s.folder, env=s.environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def files():
        return [k for k in s.keys("house/") if "/_lode/" not in k]

    def changes():
        lode("CREATE TABLE t PARTITIONED BY (k) AS SELECT i, 0 AS v, i % 3 AS k FROM generate_series(1, 300) AS g(i)")
        lode("INSERT INTO t SELECT 1000, 1, 7")
        lode("UPDATE t SET v = 5 WHERE k = 1; DELETE FROM t WHERE k = 2 AND i < 200; "
             "MERGE INTO t USING (SELECT 3 AS i, 9 AS v) AS n ON t.i = n.i WHEN MATCHED THEN UPDATE SET v = n.v; "
             "INSERT OVERWRITE t SELECT 2000, 2, 7; BEGIN; INSERT INTO t SELECT 3000, 3, 8; INSERT INTO t SELECT 3001, 3, 8; COMMIT")
        equal(lode("SELECT k, count(*), sum(i), sum(v) FROM t GROUP BY k ORDER BY k"), answer)
        return f"{len(files())} files"
    answer = [["0", "100", "15150", "9"], ["1", "100", "14950", "500"], ["2", "34", "8483", "0"], ["7", "1", "2000", "2"], ["8", "2", "6001", "6"]]
    s.check("a warehouse: CREATE AS, INSERT, UPDATE, DELETE, MERGE, INSERT OVERWRITE, a transaction", changes)

    def failing():
        before = s.keys("house/")
        assert "22012" in lode("INSERT INTO t SELECT 1 / (90000 - i), 1, i % 50 FROM generate_series(1, 100000) AS g(i)", fails=True)
        equal(s.keys("house/"), before)
    s.check("a warehouse: a statement that fails leaves nothing", failing)

    def vacuum():
        s.client.create_multipart_upload(Bucket=BUCKET, Key=f"{s.place}/house/main/t/lost.parquet")
        listed = lode("VACUUM RETAIN 0 HOURS DRY RUN")
        assert any("lost.parquet" in row[1] for row in listed) and len(s.uploads()) >= 1, listed
        lode("VACUUM RETAIN 0 HOURS")
        assert not any("/house/" in u["Key"] for u in s.uploads()), s.uploads()
        equal(len(files()), 6)
        return f"{len(listed)} files and uploads went"
    s.check("a warehouse: VACUUM finds files and uploads", vacuum)

    def rebuild():
        path = catalog("show")
        assert path.startswith(s.folder) and os.path.exists(path), path
        for name in os.listdir(os.path.dirname(path)):
            os.unlink(os.path.join(os.path.dirname(path), name))
        assert "catalog of this warehouse is missing" in lode("SELECT * FROM t", fails=True)
        catalog("rebuild")
        equal(lode("SELECT k, count(*), sum(i), sum(v) FROM t GROUP BY k ORDER BY k"), answer)
    s.check("a warehouse: the catalog is lost and made again", rebuild)

    def others():
        lode("CREATE TABLE u AS SELECT 1 AS i")
        catalog("rebuild", "--catalog", f"{s.folder}/other.sqlite")
        lode("INSERT INTO u SELECT 2", "--catalog", f"{s.folder}/other.sqlite")
        assert "another catalog writes to this warehouse" in lode("INSERT INTO u SELECT 3", fails=True)
    s.check("a warehouse: two catalogs notice each other", others)


def settings(server):
    s = server
    host, tls = s.endpoint.split("//")[1], s.endpoint.startswith("https")
    plain = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_ENDPOINT_URL_S3": ""}
    s.put("set.csv", "n\n5\n")
    query = f"SELECT n FROM read_csv('{s.url('set.csv')}')"
    secret = f"(TYPE s3, KEY_ID '{KEY}', SECRET '{SECRET}', ENDPOINT '{host}', URL_STYLE 'path', USE_SSL {str(tls).lower()}, SCOPE 's3://{BUCKET}')"

    def presigned():
        url = s.client.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": f"{s.place}/set.csv"})
        equal(s.rows(f"SELECT n FROM read_csv('{url}')", **plain), [["5"]])
        if s.checks_identities:
            s.fails(f"SELECT n FROM read_csv('{url[:-4]}0000')", "42501", **plain)
    s.check("signed URLs", presigned)

    def secrets():
        equal(s.rows(f"CREATE SECRET here {secret}; {query}", **plain), [["5"]])
        shown = s.rows(f"CREATE SECRET here {secret}; SELECT name, secret_string FROM duckdb_secrets()", **plain)
        assert shown[0][0] == "here" and "redacted" in ",".join(shown[0]), shown
        s.rows(f"CREATE SECRET here {secret}; DROP SECRET here; SELECT count(*) FROM lode.secrets", **plain)
    s.check("CREATE SECRET", secrets)

    def profiles():
        os.makedirs(f"{s.folder}/.aws", exist_ok=True)
        with open(f"{s.folder}/.aws/credentials", "w") as file:
            file.write(f"[lake]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")
        with open(f"{s.folder}/.aws/config", "w") as file:
            file.write(f"[profile lake]\nregion = us-east-1\nendpoint_url = {s.endpoint}\n")
        equal(s.rows(query, **plain, AWS_PROFILE="lake"), [["5"]])
        equal(s.rows(f"CREATE SECRET (TYPE s3, PROVIDER credential_chain, PROFILE 'lake'); {query}", **plain), [["5"]])
        s.fails(query, "42704", **plain, AWS_PROFILE="lakes")
    s.check("profiles of ~/.aws", profiles)

    def identities():
        s.fails(query, "42501", AWS_SECRET_ACCESS_KEY="wrong")
        s.fails(query, "42501", AWS_ACCESS_KEY_ID="nobody")
        s.fails(query, "42501", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
        s.fails(f"COPY (SELECT 1 AS a) TO '{s.url('x.csv')}'", "42501", AWS_ACCESS_KEY_ID="readkey", AWS_SECRET_ACCESS_KEY="readsecret12345")
    if s.checks_identities:
        s.check("wrong, unknown, missing and weak identities are 42501", identities)

    def encryption():
        made = f"CREATE SECRET {secret[:-1]}, SERVER_SIDE_ENCRYPTION 'AES256'); COPY (SELECT 4 AS a) TO '{s.url('sse.csv')}'"
        s.rows(made, **plain)
        return s.client.head_object(Bucket=BUCKET, Key=f"{s.place}/sse.csv").get("ServerSideEncryption")
    s.check("encryption by the server", encryption)

    def managed():
        made = f"CREATE SECRET {secret[:-1]}, SERVER_SIDE_ENCRYPTION 'aws:kms', KMS_KEY_ID 'lode'); COPY (SELECT 4 AS a) TO '{s.url('kms.csv')}'"
        s.rows(made, **plain)
        equal(s.rows(f"SELECT a FROM read_csv('{s.url('kms.csv')}')"), [["4"]])
        return s.client.head_object(Bucket=BUCKET, Key=f"{s.place}/kms.csv").get("ServerSideEncryption")
    s.check("encryption with a managed key", managed)

    def customer():
        key = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
        made = f"CREATE SECRET {secret[:-1]}, CUSTOMER_KEY '{key}');"
        done = s.run(f"{made} COPY (SELECT 4 AS a) TO '{s.url('ssec.parquet')}'; SELECT a FROM read_parquet('{s.url('ssec.parquet')}')", **plain)
        equal([line for line in done.stdout.split("\n") if line][-1:], ["4"])
        assert key not in done.stderr
    if tls or not s.checks_identities:
        s.check("encryption with the customer's key", customer)


def main():
    args = arguments(__doc__, services="", port=19300)
    folder, port = tempfile.mkdtemp(prefix="lode-servers-"), args.port

    def service(script, action, at, **environment):
        done = subprocess.run(
            [f"{args.services}/{script}", action, f"{folder}/{script}", str(at)], env=os.environ | environment, capture_output=True, text=True)
        assert action == "stop" or done.returncode == 0, done.stderr
    subprocess.run([f"{args.services}/tls.sh", f"{folder}/tls"], check=True, capture_output=True)
    certificate = {"S3_CERT": f"{folder}/tls/server.pem", "S3_PEM": f"{folder}/tls/server.key"}
    bad = 0
    try:
        service("seaweed.sh", "start", port, **certificate)
        service("moto.sh", "start", port + 30)
        servers = [
            Server(args, "seaweedfs", f"http://127.0.0.1:{port}"),
            Server(args, "seaweedfs TLS", f"https://127.0.0.1:{port + 11}", ca=f"{folder}/tls/ca.pem"),
            Server(args, "moto", f"http://127.0.0.1:{port + 30}", checks_identities=False),
        ]
        for server in servers:
            reading(server)
            writing(server)
            tables(server)
            warehouses(server)
            settings(server)
            bad += len(server.bad)
    finally:
        service("seaweed.sh", "stop", port)
        service("moto.sh", "stop", port + 30)
    print(f"{bad} failed")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
