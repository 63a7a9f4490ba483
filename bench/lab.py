"""What a case measures: servers that run until it is over, users, and series of load on them."""

import load
import measurement
import messages
import population
import servers

# Users who log in under load are others than those whose tokens are shown, so that
# sessions.max_per_user ends none of these.
FIRST_USER = 1
FIRST_NEW_USER = 1_000_001
SESSIONS_PER_USER = 10  # sessions.max_per_user
FILLER = "X-Filler"


class Lab:
    def __init__(self, folder, users, stack):
        self.folder = folder
        self.user_count = users
        self._stack = stack
        self._names = 0

    def path(self, kind):
        """A new one."""
        self._names += 1
        return self.folder / f"{self._names}-{kind}"

    def cluster(self, *databases):
        cluster = self._stack.enter_context(servers.Cluster(self.path("cluster")).running())
        for database in databases:
            cluster.sql("postgres", f"CREATE DATABASE {database}")
        return cluster

    def stoppedService(self, *configuration, **options):
        return servers.Service(self.path("service"), *configuration, **options)

    def service(self, *configuration, **options):
        service = self.stoppedService(*configuration, **options)
        service.pid = self._started(service).pid
        return service

    def fastify(self, cluster, database, service, algorithm, verify_cache=False):
        """The peer with the keys of the service, or None where it cannot run."""
        obstacle = servers.Fastify.obstacle()
        if obstacle:
            measurement.note(f"without the peer: {obstacle}")
            return None
        if algorithm == "RS256":
            key = service.folder / "rs256.pem"
        else:
            key = self.path("hs256.key")
            key.write_bytes(secretOf(service))
        peer = servers.Fastify(
            self.path("fastify"), cluster.url(database), algorithm, key, verify_cache
        )
        self._started(peer)
        return peer

    def nginx(self, service, request):
        """Answers as the service answers that request: the same body, and as many bytes. nginx
        writes a Server and a Connection header; another one, of our own, fills up to the size."""
        model = messages.ask(service, request, 200)
        bare = servers.Nginx(self.path("nginx"), {FILLER: "0"}, model.body.decode())
        with bare.running():
            missing = model.size - messages.ask(bare, request, 200).size
        server = servers.Nginx(
            self.path("nginx"), {FILLER: "0" * (1 + missing)}, model.body.decode()
        )
        self._started(server)
        size = messages.ask(server, request, 200).size
        if size != model.size:
            raise RuntimeError(f"nginx answers {size} bytes, the service {model.size}")
        return server

    def logIn(self, server, users=None):
        """The tokens of the users, who are logged in now."""
        return population.logInAll(
            server, users or range(FIRST_USER, FIRST_USER + self.user_count)
        )

    def requests(self, requests):
        """A file of them for wrk."""
        return load.writeRequests(self.path("requests"), requests)

    def newLogIns(self):
        users = range(FIRST_NEW_USER, FIRST_NEW_USER + self.user_count)
        return self.requests(map(messages.logIn, users))

    def loadSeries(self, name, server, requests, connections, label=""):
        run = load.Load(server, requests, connections).run
        return measurement.Series(name, run, connections, label)

    def _started(self, server):
        process, _ = self._stack.enter_context(server.running())
        return process


def secretOf(service):
    """The HS256 secret: the bytes of its file, less one newline."""
    return (service.folder / "hs256.key").read_bytes().removesuffix(b"\n")
