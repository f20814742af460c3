"""SeaweedFS as the object store of an acceptance script: started, looked into, stopped."""
import os, uuid

import boto3
from botocore.config import Config

from service import Service

KEY, SECRET, BUCKET = "lodekey", "lodesecret12345", "lode"


class Seaweed(Service):
    def __init__(self, services, port):
        super().__init__("seaweed", services, port)
        self.client = boto3.client(
            "s3", endpoint_url=self.endpoint, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name="us-east-1",
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 5}, connect_timeout=3, read_timeout=30))

    def environment(self, home):
        """What a process is told that speaks to it: nothing of the user's own settings."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "XDG_"))}
        return clean | {
            "HOME": home, "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL_S3": self.endpoint, "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1"}

    @property
    def deltalake(self):
        """What delta-rs is told."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true"}

    @property
    def pyiceberg(self):
        """What pyiceberg is told."""
        return {"s3.endpoint": self.endpoint, "s3.access-key-id": KEY, "s3.secret-access-key": SECRET, "s3.region": "us-east-1"}

    @property
    def duckdb(self):
        """What DuckDB is told."""
        return (f"CREATE SECRET (TYPE s3, KEY_ID '{KEY}', SECRET '{SECRET}', REGION 'us-east-1', ENDPOINT '{self.endpoint.split('//')[1]}', "
                "URL_STYLE 'path', USE_SSL false)")

    def place(self):
        """A location that nobody has used."""
        return f"s3://{BUCKET}/{uuid.uuid4().hex[:8]}"

    def keys(self, place):
        """What lies at a location, by the names below it."""
        bucket, _, prefix = f"{place.removeprefix('s3://')}/".partition("/")
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return sorted(o["Key"].removeprefix(prefix) for page in pages for o in page.get("Contents", []))

    def content(self, path):
        bucket, _, key = path.removeprefix("s3://").partition("/")
        return self.client.get_object(Bucket=bucket, Key=key)["Body"].read().decode()

    def uploads(self):
        """The keys of uploads that were begun and not ended, in all of the bucket."""
        return [u["Key"] for u in self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])]
