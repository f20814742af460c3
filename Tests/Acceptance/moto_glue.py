"""Moto as the Glue of an acceptance script: started, looked into, stopped."""
import json, urllib.request

from service import Service


def ask(url, action, request):
    """What another client sees: a request as AWS documents it, unsigned but for a header that says so."""
    header = "AWS4-HMAC-SHA256 Credential=test/20240101/us-east-1/glue/aws4_request, SignedHeaders=host, Signature=0"
    made = urllib.request.Request(
        url, json.dumps(request).encode(),
        {"X-Amz-Target": f"AWSGlue.{action}", "Content-Type": "application/x-amz-json-1.1", "Authorization": header})
    with urllib.request.urlopen(made) as answer:
        return json.loads(answer.read() or b"{}")


class MotoGlue(Service):
    def __init__(self, services, port):
        super().__init__("moto", services, port)

    def __call__(self, action, **request):
        return ask(self.endpoint, action, request)

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
