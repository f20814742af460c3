"""What the scripts that kill and contend share: a warehouse of their own, statements in processes of their own, and the verdict."""
import argparse, os, subprocess, sys, tempfile


def arguments(doc, **options):
    """The command line: --lode and, for each option, its default."""
    p = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--lode", required=True)
    for name, default in options.items():
        p.add_argument(f"--{name}", type=type(default), default=default)
    return p.parse_args()


class Warehouse:
    """A folder that goes with the process, with a warehouse in it. Statements run in the folder."""

    def __init__(self, lode):
        self._folder = tempfile.TemporaryDirectory()
        self.folder = self._folder.name
        self.command = [os.path.abspath(lode), "--warehouse", f"{self.folder}/lakehouse", "--format", "csv", "--quiet"]

    def query(self, sql):
        """The rows of the last statement without its heading, or None, and what was said on stderr."""
        done = subprocess.run(self.command + ["-c", sql], capture_output=True, text=True, cwd=self.folder)
        if done.returncode:
            return None, done.stderr
        return [line.split(",") for line in done.stdout.split("\n")[1:] if line], done.stderr

    def rows(self, sql):
        """The rows of a statement that must not fail."""
        found, error = self.query(sql)
        assert found is not None, error
        return found

    def start(self, *arguments, **streams):
        """A process that is given its statements, to be killed."""
        return subprocess.Popen(self.command + list(arguments), cwd=self.folder, stdout=subprocess.DEVNULL, **streams)


def feed(process, text):
    """Writes a script to a process that may be killed meanwhile."""
    try:
        process.stdin.write(text)
        process.stdin.close()
    except (BrokenPipeError, OSError, ValueError):
        pass


def conclude(problems, praise):
    """Prints the verdict, and exits as it says."""
    for problem in problems[:20]:
        print(problem)
    print(f"{len(problems)} problems" if problems else praise)
    sys.exit(1 if problems else 0)
