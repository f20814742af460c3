"""A server of this machine for the time of an acceptance script."""
import os, subprocess, tempfile


class Service:
    """Started with the script NAME.sh of a folder, stopped at the end ($LODE_VENVS says where its program is)."""

    def __init__(self, name, services, port):
        self._script, self._port = os.path.abspath(f"{services}/{name}.sh"), str(port)
        self._folder = tempfile.TemporaryDirectory(prefix=f"lode-{name}-")
        self.endpoint = f"http://127.0.0.1:{port}"
        done = self._run("start")
        assert done.returncode == 0, done.stderr

    def _run(self, action):
        return subprocess.run([self._script, action, self._folder.name, self._port], capture_output=True, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._run("stop")
