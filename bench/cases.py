"""What `./dev bench` measures. A case makes servers and users in a lab and returns its series, in
the order of their runs. Those of the table are run by default."""

import dataclasses
import threading
from typing import Callable

import load
import machine
import measurement
import messages
import population
import references
import servers
from lab import FIRST_NEW_USER, FIRST_USER, SESSIONS_PER_USER, secretOf

FEW = 32
MANY = 1000
MOST = 5000
# More than any of the servers answers, on any machine that this is run on.
MOST_LOG_OUTS_PER_SECOND = 40_000
MEMORY_INTERVAL_SECONDS = 0.1


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    prepare: Callable
    in_table: bool
    what: str


ALL = {}


def case(name, in_table=True):
    def register(prepare):
        ALL[name] = Case(name, prepare, in_table, prepare.__doc__)
        return prepare

    return register


def besideNginx(lab, name, service, requests, model, targets):
    """A series of the service and one of nginx for each number of connections in `targets`."""
    nginx = lab.nginx(service, model)
    series = []
    for connections, target in targets.items():
        reference = lab.loadSeries("nginx", nginx, requests, connections)
        own = lab.loadSeries(name, service, requests, connections).atLeast(target, reference)
        series += [own, reference]
    return series


def validation(lab, service):
    """One such request, and a file of those of all users."""
    requests = [messages.validate(tokens) for tokens in lab.logIn(service)]
    messages.ask(service, requests[0], 200)
    return requests[0], lab.requests(requests)


def logIns(lab, service):
    """Requests of new users; what they are answered is checked."""
    messages.ask(service, messages.logIn(FIRST_NEW_USER), 201)
    return lab.newLogIns()


def peerSeries(lab, name, peer, requests):
    return lab.loadSeries(f"{name}, Fastify", peer, requests, FEW, "Fastify")


@case("health-live")
def healthLive(lab):
    """GET /health/live"""
    service = lab.service(servers.SQLITE, servers.HS256)
    request = messages.get("/health/live")
    return besideNginx(
        lab, "health/live", service, lab.requests([request]), request, {FEW: 0.65, MANY: 0.9}
    )


def validateSqlite(lab, name, signer, targets):
    service = lab.service(servers.SQLITE, signer)
    request, requests = validation(lab, service)
    return besideNginx(lab, name, service, requests, request, targets)


@case("validate-hs256-sqlite")
def validateHs256Sqlite(lab):
    """validate-token, HS256, SQLite"""
    return validateSqlite(
        lab, "validate HS256 SQLite", servers.HS256, {FEW: 0.55, MANY: 0.7}
    )


@case("validate-rs256-sqlite")
def validateRs256Sqlite(lab):
    """validate-token, RS256, SQLite"""
    return validateSqlite(
        lab, "validate RS256 SQLite", servers.RS256, {FEW: 0.5, MANY: 0.65}
    )


@case("validate-rs256-postgres")
def validateRs256Postgres(lab):
    """validate-token, RS256, PostgreSQL, strict"""
    name = "validate RS256 PostgreSQL"
    cluster = lab.cluster("service", "fastify")
    service = lab.service(cluster.store("service"), servers.RS256)
    request, requests = validation(lab, service)
    series = besideNginx(lab, name, service, requests, request, {FEW: 0.22, MANY: 0.3})
    # The service remembers signatures that it verified; the peer does so only if told.
    for label, verify_cache in (("Fastify", False), ("Fastify with cache", True)):
        peer = lab.fastify(cluster, "fastify", service, "RS256", verify_cache)
        if peer:
            _, peer_requests = validation(lab, peer)
            reference = lab.loadSeries(f"{name}, {label}", peer, peer_requests, FEW, label)
            series[0].atLeast(None if verify_cache else 3, reference)
            series.append(reference)
    return series


def genTokens(lab, name, cluster, signer, refresh_signer=None):
    """The service and its series."""
    service = lab.service(cluster.store("service"), signer, refresh_signer)
    requests = logIns(lab, service)
    fillUsers(lab, cluster, "service")
    return service, lab.loadSeries(name, service, requests, FEW)


def fillUsers(lab, cluster, database):
    """New users have as many sessions as they may have, so that each log-in ends one."""
    sessions = lab.user_count * SESSIONS_PER_USER
    population.storeInPostgres(cluster, database, FIRST_NEW_USER, lab.user_count, sessions)
    cluster.settle(database)


def fillFastifyUsers(lab, cluster, database):
    sessions = lab.user_count * SESSIONS_PER_USER
    population.storeInFastify(cluster, database, FIRST_NEW_USER, lab.user_count, sessions)
    cluster.settle(database)


def peerLogIns(lab, name, cluster, service, algorithm):
    """A list of no or one series."""
    peer = lab.fastify(cluster, "fastify", service, algorithm)
    if not peer:
        return []
    requests = logIns(lab, peer)
    fillFastifyUsers(lab, cluster, "fastify")
    return [peerSeries(lab, name, peer, requests)]


@case("gen-tokens-rs256")
def genTokensRs256(lab):
    """gen-tokens, RS256 for both tokens, PostgreSQL"""
    name = "gen-tokens RS256"
    cluster = lab.cluster("service", "fastify")
    service, few = genTokens(lab, name, cluster, servers.RS256)
    few.label = "that at 32"
    many = lab.loadSeries(name, service, lab.newLogIns(), MANY)
    openssl = measurement.Series("openssl speed rsa2048", references.opensslSpeed)
    peers = peerLogIns(lab, name, cluster, service, "RS256")
    few.atLeast(0.32, openssl).beside(*peers)
    many.atLeast(0.32, openssl).atLeast(1, few)
    return [few, many, openssl, *peers]


@case("gen-tokens-refresh-signer")
def genTokensRefreshSigner(lab):
    """gen-tokens, RS256 access and HS256 refresh tokens, PostgreSQL"""
    both_cluster = lab.cluster("service")
    _, both = genTokens(lab, "gen-tokens RS256", both_cluster, servers.RS256)
    cluster = lab.cluster("service")
    _, split = genTokens(
        lab, "gen-tokens RS256, HS256 refresh signer", cluster, servers.RS256, servers.HS256
    )
    return [split.atLeast(1.8, both), both]


@case("gen-tokens-hs256")
def genTokensHs256(lab):
    """gen-tokens, HS256, PostgreSQL"""
    name = "gen-tokens HS256"
    cluster = lab.cluster("service", "fastify", "pgbench")
    service, own = genTokens(lab, name, cluster, servers.HS256)
    preparePgbench(lab, cluster)
    population.storeInPostgres(
        cluster, "pgbench", FIRST_USER, lab.user_count, lab.user_count * SESSIONS_PER_USER
    )
    cluster.settle("pgbench")
    pgbench = measurement.Series(
        "pgbench create",
        lambda seconds: references.pgbenchCreate(cluster, "pgbench", lab.user_count, seconds),
        references.CLIENTS,
    )
    peers = peerLogIns(lab, name, cluster, service, "HS256")
    own.atLeast(1.2, pgbench)
    for peer in peers:
        own.atLeast(3, peer)
    return [own, pgbench, *peers]


def preparePgbench(lab, cluster):
    """The service's tables with one session that it made."""
    service = lab.stoppedService(cluster.store("pgbench"), servers.HS256)
    with service.running():
        lab.logIn(service, [FIRST_NEW_USER])


@case("gen-tokens-sqlite", in_table=False)
def genTokensSqlite(lab):
    """gen-tokens, HS256, SQLite"""
    service = lab.service(servers.SQLITE, servers.HS256)
    return [
        lab.loadSeries("gen-tokens HS256 SQLite", service, logIns(lab, service), connections)
        for connections in (FEW, MANY)
    ]


@case("refresh")
def refresh(lab):
    """refresh, RS256, PostgreSQL, rotation off"""
    name = "refresh RS256"
    cluster = lab.cluster("service", "fastify")
    service, log_ins = genTokens(lab, "gen-tokens RS256", cluster, servers.RS256)
    own = lab.loadSeries(name, service, refreshes(lab, service), FEW).atLeast(1.8, log_ins)
    series = [own, log_ins]
    peer = lab.fastify(cluster, "fastify", service, "RS256")
    if peer:
        series.append(peerSeries(lab, name, peer, refreshes(lab, peer)))
        own.beside(series[-1])
    return series


def refreshes(lab, server):
    requests = [messages.refresh(tokens) for tokens in lab.logIn(server)]
    messages.ask(server, requests[0], 200)
    return lab.requests(requests)


@case("invalidate")
def invalidate(lab):
    """invalidate-tokens, HS256, PostgreSQL, each session ended once"""
    name = "invalidate HS256"
    cluster = lab.cluster("service", "fastify", "pgbench")
    service = lab.service(cluster.store("service"), servers.HS256)
    preparePgbench(lab, cluster)

    def storedFor(database):
        return lambda count: population.storeInPostgres(
            cluster, database, FIRST_USER, count, count)

    pgbench = LogOuts(lab, cluster, "pgbench", storedFor("pgbench"))
    own = LogOuts(lab, cluster, "service", storedFor("service"))
    reference = measurement.Series(
        "pgbench end_all",
        lambda seconds: pgbench.measure(seconds, lambda count: references.pgbenchEndAll(
            cluster, "pgbench", FIRST_USER, seconds)),
        references.CLIENTS,
    )
    series = [own.series(name, service, population.storedSession, secretOf(service)), reference]
    series[0].atLeast(1.1, reference)
    peer = lab.fastify(cluster, "fastify", service, "HS256")
    if peer:
        log_outs = LogOuts(lab, cluster, "fastify", lambda count: population.storeInFastify(
            cluster, "fastify", FIRST_USER, count, count), table="sessions")
        series.append(log_outs.series(
            f"{name}, Fastify", peer, population.fastifySession, secretOf(service)))
        series[0].atLeast(2, series[-1])
    return series


class LogOuts:
    """Runs that end sessions which are stored anew for each of them."""

    def __init__(self, lab, cluster, database, store, table="user_tokens"):
        self._lab = lab
        self._cluster = cluster
        self._database = database
        self._store = store
        self._table = table
        self._owner = "user_id" if table == "sessions" else "id"

    def series(self, name, server, session_of, secret):
        """By wrk, with an access token of each session."""
        model, = self._lab.logIn(server, [FIRST_NEW_USER])

        def measure(seconds):
            def run(count):
                owners = ((FIRST_USER + n, session_of(n)) for n in range(count))
                tokens = population.copiedTokens(model, secret, owners)
                file = self._lab.requests(map(messages.invalidate, tokens))
                try:
                    return load.Load(server, file, FEW).run(seconds)
                finally:
                    file.unlink()

            return self.measure(seconds, run)

        return measurement.Series(name, measure, FEW, label=server.name)

    def measure(self, seconds, run):
        count = MOST_LOG_OUTS_PER_SECOND * seconds
        self._keepOne()
        self._store(count)
        self._cluster.settle(self._database)
        sample = run(count)
        ended = count - self._remaining()
        # What was under way at the end of the run is done, and not counted by who asked for it.
        if not 0 <= ended - sample["requests"] <= FEW:
            raise RuntimeError(
                f"{sample['requests']} log-outs ended {ended} sessions in {self._database}"
            )
        return sample

    def _keepOne(self):
        self._cluster.sql(
            self._database,
            f"DELETE FROM {self._table} WHERE {self._owner} <> {FIRST_NEW_USER}")

    def _remaining(self):
        return int(self._cluster.sql(
            self._database,
            f"SELECT count(*) FROM {self._table} WHERE {self._owner} <> {FIRST_NEW_USER}"))


@case("validate-under-signing")
def validateUnderSigning(lab):
    """validate-token while gen-tokens saturates the signers, RS256"""
    series = []
    for store_name, store in (("SQLite", servers.SQLITE),
                              ("PostgreSQL", lab.cluster("service").store("service"))):
        service = lab.service(store, servers.RS256)
        _, requests = validation(lab, service)
        validate = load.Load(service, requests, FEW)
        log_in = load.Load(service, logIns(lab, service), FEW)
        name = f"validate RS256 {store_name}"
        quiet = measurement.Series(f"{name}, quiet", validate.run, FEW, label="quiet")
        beside = measurement.Series(
            f"{name} beside gen-tokens",
            lambda seconds, validate=validate, log_in=log_in: load.runBeside(
                validate, log_in, seconds),
            FEW,
        )
        series += [quiet, beside.atMost(5, quiet)]
    return series


@case("memory")
def memory(lab):
    """resident memory, idle and with 1,000 connections under load"""
    cluster = lab.cluster("service")
    series = []
    for name, store, signer in (
        ("HS256 SQLite", servers.SQLITE, servers.HS256),
        ("RS256 PostgreSQL", cluster.store("service"), servers.RS256),
    ):
        resting = lab.stoppedService(store, signer)
        series.append(measurement.Series(
            f"idle, {name}", lambda _, resting=resting: idleMemory(resting)
        ).atMost(20, figure="mib"))
        service = lab.service(store, signer)
        _, requests = validation(lab, service)
        for what, file in (("validate", requests), ("gen-tokens", logIns(lab, service))):
            run = load.Load(service, file, MANY).run
            series.append(measurement.Series(
                f"{what}, {name}",
                lambda seconds, run=run, pid=service.pid: mostMemory(pid, run, seconds), MANY,
            ).atMost(60, figure="mib"))
    return series


def idleMemory(service):
    with service.running() as (process, _):
        return {"mib": machine.residentMib(process.pid)}


def mostMemory(pid, run, seconds):
    """The most that was seen in a run, and the run's sample."""
    seen = []
    over = threading.Event()

    def watch():
        while not over.wait(MEMORY_INTERVAL_SECONDS):
            seen.append(machine.residentMib(pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        sample = run(seconds)
    finally:
        over.set()
        watcher.join()
    return {**sample, "mib": max(seen)}


@case("ready")
def ready(lab):
    """from exec to ready, SQLite, 1 M sessions stored"""
    series = []
    for count in (1_000_000, 0):
        service = lab.stoppedService(servers.SQLITE, servers.HS256)
        with service.running():
            lab.logIn(service, [FIRST_NEW_USER])
        if count:
            population.storeInSqlite(service.folder / "token-service.db", FIRST_USER, count, count)
        series.append(measurement.Series(
            f"start, SQLite, {count:,} sessions stored",
            lambda _, service=service: timeToReady(service)))
    series[0].atMost(300, figure="ready_ms")
    return series


def timeToReady(service):
    with service.running() as (_, seconds):
        return {"ready_ms": seconds * 1000}


@case("sessions", in_table=False)
def sessions(lab):
    """validate-token, RS256, PostgreSQL, with 10 M sessions and with 10,000"""
    series = []
    for count in (10_000, 10_000_000):
        cluster = lab.cluster("service")
        service = lab.service(cluster.store("service"), servers.RS256)
        # The users are all over the table.
        step = max(1, count // SESSIONS_PER_USER // lab.user_count)
        users = range(FIRST_USER, FIRST_USER + lab.user_count * step, step)
        tokens = lab.logIn(service, users)
        population.storeInPostgres(
            cluster, "service", FIRST_USER, count // SESSIONS_PER_USER, count)
        cluster.settle("service")
        requests = lab.requests(map(messages.validate, tokens))
        series.append(lab.loadSeries(
            f"validate RS256 PostgreSQL, {count:,} sessions", service, requests, FEW,
            f"{count:,}"))
    few, many = series
    many.atMost(2, few).beside(few)
    return series


@case("connections", in_table=False)
def connections(lab):
    """validate-token over 1 to 5,000 connections"""
    series = []
    for name, store, signer in (
        ("HS256 SQLite", servers.SQLITE, servers.HS256),
        ("RS256 PostgreSQL", lab.cluster("service").store("service"), servers.RS256),
    ):
        # Every connection of wrk has a request under way.
        service = lab.service(store, signer, limits="max_requests: 8192")
        _, requests = validation(lab, service)
        own = [lab.loadSeries(f"validate {name}", service, requests, count, f"that at {count}")
               for count in (1, FEW, 128, MANY, MOST)]
        for one in own:
            if one.connections != FEW:
                one.beside(own[1])
        series += own
    return series


@case("replicas", in_table=False)
def replicas(lab):
    """one replica and two on one PostgreSQL, each with half of the load"""
    cluster = lab.cluster("service")
    store = cluster.store("service")
    first = lab.service(store, servers.RS256, servers.HS256)
    keys = [first.folder / name for name in ("rs256.pem", "hs256.key")]
    second = lab.service(store, servers.RS256, servers.HS256, keys=keys)
    _, validations = validation(lab, first)
    series = []
    for name, requests in (("validate RS256 PostgreSQL", validations),
                           ("gen-tokens RS256, HS256 refresh signer", logIns(lab, first))):
        pairs = [(1, (first, first)), (2, (first, second))]
        for count, pair in pairs:
            loads = [load.Load(replica, requests, FEW // 2) for replica in pair]
            series.append(measurement.Series(
                f"{name}, {count} of 2",
                lambda seconds, loads=loads: load.runTogether(loads, seconds), FEW,
                label=f"{count} of 2"))
        series[-1].beside(series[-2])
    return series
