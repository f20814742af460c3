#!/usr/bin/env python3
"""AWS Glue's Data Catalog in memory, over HTTP, with one table of many partitions: pages and filters as AWS documents.

    glue_stub.py PORT PARTITIONS FOLDER

The table web.logs lies in FOLDER and is partitioned by day and hour. A page has at most 1,000 partitions, whatever is asked; tokens belong
to their request. Signatures are looked at only so far that there must be one.
"""
import http.server, json, re, sys

PORT, COUNT, FOLDER = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
STORAGE = {"InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
           "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
           "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe", "Parameters": {}}}
TABLE = {"Name": "logs", "DatabaseName": "web", "TableType": "EXTERNAL_TABLE", "VersionId": "1", "Parameters": {"classification": "parquet"},
         "PartitionKeys": [{"Name": "day", "Type": "string"}, {"Name": "hour", "Type": "int"}],
         "StorageDescriptor": dict(STORAGE, Columns=[{"Name": "id", "Type": "bigint"}], Location=FOLDER)}
VALUES = [(f"{2000 + i // 24 // 372:04}-{i // 24 // 31 % 12 + 1:02}-{i // 24 % 31 + 1:02}", i % 24) for i in range(COUNT)]
calls = {}


def compiled(expression):
    """An expression of GetPartitions as Python's; only comparisons, IN, AND and OR."""
    words = {"AND": "and", "OR": "or", "IN": "in", "=": "==", "<>": "!="}
    parts = re.findall(r"'[^']*'|<>|<=|>=|[A-Za-z_]\w*|-?\d+|[=<>(),]", expression)
    text = " ".join(words.get(part.upper(), part) for part in parts)
    text = re.sub(r"in \( ([^()]*) \)", r"in (\1,)", text)
    return eval(f"lambda day, hour: {text}", {})


def partitions(request):
    found = VALUES
    if request.get("Expression"):
        wanted = compiled(request["Expression"])
        found = [value for value in found if wanted(*value)]
    start, size = int(request.get("NextToken", 0)), min(int(request.get("MaxResults", 1000)), 1000)
    answer = {"Partitions": [
        {"Values": [day, str(hour)], "StorageDescriptor": dict(STORAGE, Location=f"{FOLDER}/day={day}/hour={hour}")}
        for day, hour in found[start:start + size]]}
    if start + size < len(found):
        answer["NextToken"] = str(start + size)
    return answer


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.answer(200, calls)

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        action = self.headers.get("X-Amz-Target", "").split(".")[-1]
        calls[action] = calls.get(action, 0) + 1
        if "AWS4-HMAC-SHA256" not in self.headers.get("Authorization", ""):
            return self.answer(400, {"__type": "MissingAuthenticationTokenException"})
        if action == "GetDatabase" and request["Name"] == "web":
            return self.answer(200, {"Database": {"Name": "web"}})
        if action == "GetTable" and request["Name"] == "logs":
            return self.answer(200, {"Table": TABLE})
        if action == "GetPartitions":
            return self.answer(200, partitions(request))
        self.answer(400, {"__type": "EntityNotFoundException", "Message": "no such entity"})

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
