"""What the scripts that kill, contend and compare share: a warehouse of their own, statements in processes of their own, and the verdict.

Options that say where tables are (PLACES):
    --services FOLDER [--port 21200]   in SeaweedFS, which FOLDER/seaweed.sh starts; without it on the local disk
    --catalog moto|ministack|rest      in a Glue database of that server, or in SeaweedFS' Iceberg catalog; without it in the warehouse's own
"""
import argparse, contextlib, copy, glob, json, os, shutil, subprocess, sys, tempfile, threading

PLACES = {"services": "", "port": 21200, "catalog": ""}


def arguments(doc, **options):
    """The command line: --lode and, for each option, its default."""
    p = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--lode", required=True)
    for name, default in options.items():
        if isinstance(default, bool):
            p.add_argument(f"--{name}", action="store_true")
        else:
            p.add_argument(f"--{name}", type=type(default), default=default)
    return p.parse_args()


def object_store(args):
    """The object store that --services asks for, started; nothing without it."""
    if not args.services:
        return contextlib.nullcontext()
    from seaweed import Seaweed
    return Seaweed(args.services, args.port)


@contextlib.contextmanager
def placed(args):
    """A warehouse where the options of PLACES say, and its servers, as long as it is used."""
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(object_store(args))
        if not args.catalog:
            yield Warehouse(args.lode, store)
            return
        import catalogs
        yield Warehouse(args.lode, store, stack.enter_context(catalogs.started(args, store)))


class Warehouse:
    """A warehouse of its own, in a folder that goes with the process or in an object store. Statements run in the folder. With
    another catalog they run in a schema of that one."""

    def __init__(self, lode, store=None, catalog=None):
        self._folder = tempfile.TemporaryDirectory()
        self.folder, self.lode, self.store = self._folder.name, os.path.abspath(lode), store
        self.environment = store.environment(self.folder) if store else dict(os.environ)
        self.location = store.place() if store else f"{self.folder}/lakehouse"
        # Where files are written that belong to no table.
        self.exports = f"{self.location}/exports" if store else self.folder
        self.command = [self.lode, "--warehouse", self.location, "--set", "timezone=UTC", "--quiet"]
        self.catalog, self.preamble = catalog, ""
        if catalog:
            self.preamble = catalog.attach
            self.rows(f"CREATE SCHEMA c.{catalog.schema}")
            self.preamble += f"USE c.{catalog.schema};\n"

    def data_files(self):
        """Names of all files in the warehouse but the catalog's, manifests and exports."""
        if self.store:
            return [k for k in self.store.keys(self.location) if "_lode/" not in k and not k.startswith("exports/")]
        return [f for where, _, files in os.walk(self.location) for f in files
                if not f.startswith("catalog.") and not where.endswith("/_lode")]

    def listed(self, place):
        """The paths of what lies in a folder."""
        names = self.store.keys(place) if self.store else os.listdir(place)
        return [f"{place}/{name}" for name in names]

    def content(self, path):
        """The text of a file."""
        if self.store:
            return self.store.content(path)
        with open(path) as file:
            return file.read()

    def uploads(self):
        return self.store.uploads() if self.store else []

    def maintain(self, *arguments):
        """`lode catalog …`: what it printed, and what it complained of."""
        done = subprocess.run(
            [self.lode, "catalog", *arguments, "--warehouse", self.location], capture_output=True, text=True, env=self.environment,
            cwd=self.folder)
        return done.stdout.strip(), "" if done.returncode == 0 else done.stderr.strip() or "failed"

    def lose_catalog(self):
        """Deletes the catalog's files."""
        path, _ = self.maintain("show")
        for file in glob.glob(glob.escape(os.path.join(self.folder, path.removesuffix("sqlite"))) + "*"):
            os.unlink(file)

    def rebuilt(self):
        """A warehouse like this one whose catalog was lost, and what rebuilding it complained of. It is only for reading."""
        other = copy.copy(self)
        if self.store:
            catalog = f"{self.folder}/rebuilt.sqlite"
            for file in glob.glob(catalog + "*"):
                os.unlink(file)
            other.command = self.command + ["--catalog", catalog]
            return other, self.maintain("rebuild", "--catalog", catalog)[1]
        other.location = f"{self.folder}/rebuilt"
        shutil.rmtree(other.location, ignore_errors=True)
        shutil.copytree(self.location, other.location)
        other.command = [other.location if word == self.location else word for word in self.command]
        other.lose_catalog()
        return other, other.maintain("rebuild")[1]

    def _run(self, sql, form):
        return subprocess.run(
            self.command + ["--format", form, "-c", self.preamble + sql], capture_output=True, text=True, cwd=self.folder, env=self.environment)

    def query(self, sql):
        """The rows of the last statement without its heading, or None, and what was said on stderr."""
        done = self._run(sql, "csv")
        if done.returncode:
            return None, done.stderr
        return [line.split(",") for line in done.stdout.split("\n")[1:] if line], done.stderr

    def records(self, sql):
        """The rows of a statement that must not fail, with the names of their columns."""
        done = self._run(sql, "jsonl")
        if done.returncode:
            sys.exit(f"{sql}\n{done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def rows(self, sql):
        """The rows of a statement that must not fail."""
        found, error = self.query(sql)
        assert found is not None, error
        return found

    def start(self, *arguments, **streams):
        """A process that is given its statements, to be killed."""
        return subprocess.Popen(self.command + list(arguments), cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL, **streams)

    def start_script(self, script):
        """A process that runs statements from its input, to be killed, and the thread that gives them."""
        process = self.start(stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        feeder = threading.Thread(target=feed, args=(process, self.preamble + script))
        feeder.start()
        return process, feeder

    def start_command(self, *command):
        """A command of lode on the warehouse, whose messages are caught."""
        return subprocess.Popen(
            [self.lode, *command, "--warehouse", self.location], cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True)


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
