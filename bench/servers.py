"""The servers that are measured. Each is started by a context that ends what it started."""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

import messages

SOURCE_DIR = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = SOURCE_DIR / "build/release/bin/token-service"
FASTIFY_DIR = SOURCE_DIR / "build/bench/fastify"
OLDEST_NODE = 20  # for Fastify 5
START_PATIENCE_SECONDS = 60
STOP_PATIENCE_SECONDS = 20
BACKLOG = 8192

HS256 = "{plugin: signer-hs256, settings: {secret_file: hs256.key, create_missing: true}}"
RS256 = "{plugin: signer-rs256, settings: {private_key_file: rs256.pem, create_missing: true}}"
SQLITE = "{plugin: store-sqlite, settings: {path: token-service.db}}"


def freePort():
    with socket.socket() as listener:
        listener.bind((messages.LOOPBACK, 0))
        return listener.getsockname()[1]


def isReady(port, path):
    try:
        with messages.Connection(port) as connection:
            return connection.exchange(messages.get(path)).status == 200
    except OSError:
        return False


@contextlib.contextmanager
def running(command, port, ready_path, log, **options):
    """The process and the seconds from its start to a 200 from `ready_path`."""
    with log.open("wb") as output:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=output, **options)
    try:
        while not isReady(port, ready_path):
            if process.poll() is not None or time.monotonic() > began + START_PATIENCE_SECONDS:
                raise RuntimeError(f"{command[0]} did not start: {log.read_text()}")
            time.sleep(0.001)
        yield process, time.monotonic() - began
    finally:
        process.terminate()
        try:
            process.wait(STOP_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Service:
    """One configuration of the service, in a folder of its own with copies of `keys`. What is not
    named has its default but for the lifetime of access tokens: log-ins must outlast the last
    measurement."""

    def __init__(self, folder, store, signer, refresh_signer=None, keys=(), limits=""):
        folder.mkdir(mode=0o700)
        for key in keys:
            shutil.copy(key, folder)
        self.name = "token-service"
        self.folder = folder
        self.port = freePort()
        self._config = folder / "config.yaml"
        self._config.write_text(
            f"server: {{address: {messages.LOOPBACK}, port: {self.port}, {limits}}}\n"
            f"signer: {signer}\n"
            + (f"refresh_signer: {refresh_signer}\n" if refresh_signer else "")
            + f"store: {store}\n"
            f"service_secrets: [{{name: bench, secret: {messages.SERVICE_SECRET}}}]\n"
            "tokens: {access_lifetime: 12h}\n"
        )

    def running(self):
        command = [PROGRAM, "serve", "--config", self._config]
        return running(command, self.port, "/health/ready", self.folder / "log")


class Cluster:
    """A PostgreSQL with its default settings."""

    def __init__(self, folder):
        self._folder = folder
        self._bin = None
        self._settings = {}

    @contextlib.contextmanager
    def running(self):
        script = SOURCE_DIR / "tests/support/postgres_cluster.sh"
        try:
            started = subprocess.run(
                [script, "start", self._folder], check=True, stdout=subprocess.PIPE, text=True
            )
            words = started.stdout.split("=", 1)[1].split()
            self._settings = dict(word.split("=", 1) for word in words)
            self._bin = pathlib.Path((self._folder / "bin_folder").read_text().strip())
            yield self
        finally:
            if (self._folder / "data_folder").exists():
                subprocess.run([script, "stop", self._folder], check=True)

    def sql(self, database, text):
        """What it answers, unaligned and without headings."""
        return self._client("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", text).stdout

    def settle(self, database):
        """So that nothing that was prepared is still to be written while others are measured."""
        self.sql(database, "VACUUM ANALYZE")
        self.sql(database, "CHECKPOINT")

    def pgbench(self, database, *arguments):
        return self._client("pgbench", *arguments, database).stdout

    def store(self, database):
        """The service's `store`."""
        return (
            '{plugin: store-postgres, settings: {host: "%(host)s", port: %(port)s, '
            'user: "%(user)s", password: "%(password)s", sslmode: disable, ' % self._settings
            + f'database: "{database}"}}}}'
        )

    def url(self, database):
        return "postgres://%(user)s:%(password)s@%(host)s:%(port)s/" % self._settings + database

    def _client(self, program, *arguments):
        environment = {
            **os.environ,
            "PGHOST": self._settings["host"],
            "PGPORT": self._settings["port"],
            "PGUSER": self._settings["user"],
            "PGPASSWORD": self._settings["password"],
        }
        process = subprocess.run(
            [self._bin / program, *arguments],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
        )
        if process.returncode != 0:
            raise RuntimeError(f"{program} failed: {process.stderr}")
        return process


class Nginx:
    """One worker that answers every request with 200, `headers` and `body`."""

    def __init__(self, folder, headers, body):
        self.name = "nginx"
        self.port = freePort()
        self._folder = folder
        folder.mkdir()
        added = "\n".join(f'    add_header {name} "{value}";' for name, value in headers.items())
        paths = "\n".join(
            f"  {kind}_temp_path {folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(f"""
daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid {folder}/pid;
events {{
  use epoll;
  worker_connections 8192;
}}
http {{
  access_log off;
  server_tokens off;
  keepalive_requests 1000000000;
  client_header_buffer_size 4k;
{paths}
  server {{
    listen {messages.LOOPBACK}:{self.port} backlog={BACKLOG};
    default_type application/json;
{added}
    return 200 '{body}';
  }}
}}
""")

    def running(self):
        identity = {}
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "nobody:", self._folder], check=True)
            identity = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        command = ["/usr/sbin/nginx", "-e", "stderr", "-p", self._folder,
                   "-c", self._folder / "nginx.conf"]
        return running(command, self.port, "/", self._folder.with_suffix(".log"), **identity)


class Fastify:
    """bench/fastify, with a worker for each of two processors."""

    WORKERS = 2

    def __init__(self, folder, database_url, algorithm, key_file, verify_cache=False):
        self.name = "Fastify"
        self.port = freePort()
        self._log = folder.with_suffix(".log")
        self._environment = {
            **os.environ,
            "NODE_ENV": "production",
            "PORT": str(self.port),
            "WORKERS": str(self.WORKERS),
            "DATABASE_URL": database_url,
            "SERVICE_SECRET": messages.SERVICE_SECRET,
            "ALGORITHM": algorithm,
            "KEY_FILE": str(key_file),
            "VERIFY_CACHE": "on" if verify_cache else "off",
        }

    @staticmethod
    def obstacle():
        """Why it cannot run here, or None."""
        node = shutil.which("node")
        version = "none"
        if node:
            version = subprocess.check_output([node, "--version"], text=True).strip()
            if int(re.match(r"v(\d+)", version)[1]) >= OLDEST_NODE:
                return None
        return f"Fastify 5 needs Node.js {OLDEST_NODE} or later, and here is {version}"

    def running(self):
        sources = SOURCE_DIR / "bench/fastify"
        subprocess.run(
            [SOURCE_DIR / "scripts/npm_packages.sh", sources, FASTIFY_DIR],
            check=True, stdout=subprocess.DEVNULL,
        )
        for source in sources.glob("*.js"):
            shutil.copy(source, FASTIFY_DIR)
        command = ["node", FASTIFY_DIR / "server.js"]
        return running(command, self.port, "/health/ready", self._log, env=self._environment)
