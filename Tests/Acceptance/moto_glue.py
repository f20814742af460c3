"""Moto as the Glue of an acceptance script: started, looked into, stopped."""
import json, os, subprocess, tempfile, urllib.request


class MotoGlue:
    """A server of this machine. FOLDER has moto.sh, which starts it ($LODE_VENVS says where its program is)."""

    def __init__(self, services, port):
        self._script, self._port = os.path.abspath(f"{services}/moto.sh"), str(port)
        self._folder = tempfile.TemporaryDirectory(prefix="lode-moto-")
        self.endpoint = f"http://127.0.0.1:{port}"
        done = self._run("start")
        assert done.returncode == 0, done.stderr

    def _run(self, action):
        return subprocess.run([self._script, action, self._folder.name, self._port], capture_output=True, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._run("stop")

    def __call__(self, action, **request):
        """What another client sees: a request as AWS documents it, unsigned but for a header that says so."""
        header = "AWS4-HMAC-SHA256 Credential=test/20240101/us-east-1/glue/aws4_request, SignedHeaders=host, Signature=0"
        made = urllib.request.Request(
            self.endpoint, json.dumps(request).encode(),
            {"X-Amz-Target": f"AWSGlue.{action}", "Content-Type": "application/x-amz-json-1.1", "Authorization": header})
        with urllib.request.urlopen(made) as answer:
            return json.loads(answer.read() or b"{}")

    def places(self):
        """Where rows of tables lie: a location for each table without partitions, or for each partition."""
        found = []
        for database in self("GetDatabases")["DatabaseList"]:
            for table in self("GetTables", DatabaseName=database["Name"])["TableList"]:
                if table["TableType"] == "VIRTUAL_VIEW":
                    continue
                if not table.get("PartitionKeys"):
                    found.append(table["StorageDescriptor"]["Location"])
                    continue
                known = self("GetPartitions", DatabaseName=database["Name"], TableName=table["Name"])["Partitions"]
                found += [partition["StorageDescriptor"]["Location"] for partition in known]
        return found
