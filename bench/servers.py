"""The servers that are measured. Each is a context that ends what it started."""

import contextlib
import os
import pathlib
import socket
import subprocess
import time
import urllib.request

SOURCE_DIR = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = SOURCE_DIR / "build/release/bin/token-service"
START_PATIENCE_SECONDS = 20
SERVICE_SECRET = "a-service-secret-of-the-benchmark-of-48-characters"

SQLITE_HS256 = """
signer: {plugin: signer-hs256, settings: {secret_file: hs256.key, create_missing: true}}
store: {plugin: store-sqlite, settings: {path: token-service.db}}
"""

POSTGRES_RS256 = """
signer: {plugin: signer-rs256, settings: {private_key_file: rs256.pem, create_missing: true}}
refresh_signer: {plugin: signer-hs256, settings: {secret_file: hs256.key, create_missing: true}}
store:
  plugin: store-postgres
  settings:
    {host: "%(host)s", port: %(port)s, database: "%(dbname)s", user: "%(user)s",
     password: "%(password)s", sslmode: disable}
"""

# Whatever proxy the environment names is not for loopback.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def freePort():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def post(url, body):
    """Status, headers and body of the answer."""
    request = urllib.request.Request(
        url, body.encode(), {"X-SERVICE-SECRET": SERVICE_SECRET}, method="POST"
    )
    with OPENER.open(request, timeout=10) as answer:
        return answer.status, answer.headers, answer.read().decode()


def isUp(url):
    try:
        with OPENER.open(url, timeout=2):
            return True
    except OSError:  # and HTTPError, which is one
        return False


@contextlib.contextmanager
def running(command, ready_url, log, **options):
    """The process and the seconds from its start to a 200 from `ready_url`."""
    with log.open("wb") as output:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=output, **options)
    try:
        while not isUp(ready_url):
            if process.poll() is not None or time.monotonic() > began + START_PATIENCE_SECONDS:
                raise RuntimeError(f"{command[0]} did not start: {log.read_text()}")
            time.sleep(0.001)
        yield process, time.monotonic() - began
    finally:
        process.terminate()
        try:
            process.wait(START_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Service:
    """One configuration of the service, in a folder of its own."""

    def __init__(self, folder, plugins):
        folder.mkdir(mode=0o700)
        self._config = folder / "config.yaml"
        self._log = folder / "log"
        self.url = f"http://127.0.0.1:{freePort()}"
        self._config.write_text(
            f"server: {{address: 127.0.0.1, port: {self.url.rpartition(':')[2]}}}\n{plugins}"
            f"service_secrets: [{{name: bench, secret: {SERVICE_SECRET}}}]\n"
            # All log-ins come before the first measurement, and must outlast the last.
            "tokens: {access_lifetime: 12h}\n"
        )

    def running(self):
        command = [PROGRAM, "serve", "--config", self._config]
        return running(command, f"{self.url}/health/ready", self._log)


@contextlib.contextmanager
def postgres(folder):
    """The connection settings of a cluster, as a dict."""
    script = SOURCE_DIR / "tests/support/postgres_cluster.sh"
    try:
        started = subprocess.run(
            [script, "start", folder], check=True, stdout=subprocess.PIPE, text=True
        )
        yield dict(word.split("=", 1) for word in started.stdout.split("=", 1)[1].split())
    finally:
        if (folder / "data_folder").exists():
            subprocess.run([script, "stop", folder], check=True)


@contextlib.contextmanager
def nginx(folder, headers, body):
    """The URL of one worker that answers every request with `headers` and `body`."""
    folder.mkdir()
    port = freePort()
    added = "\n".join(f'    add_header {name} "{value}";' for name, value in headers)
    paths = "\n".join(
        f"  {kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(f"""
daemon off;
worker_processes 1;
pid {folder}/pid;
events {{}}
http {{
  access_log off;
  server_tokens off;
  keepalive_requests 1000000000;
{paths}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    default_type application/json;
{added}
    return 200 '{body}';
  }}
}}
""")
    identity = {}
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "nobody:", folder], check=True)
        identity = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    command = ["/usr/sbin/nginx", "-e", "stderr", "-p", folder, "-c", folder / "nginx.conf"]
    url = f"http://127.0.0.1:{port}"
    with running(command, url, folder.parent / "nginx.log", **identity):
        yield url
