"""Programs that everybody knows, which do a part of the work and nothing else."""

import re
import subprocess

import population
import servers

CLIENTS = 32
PGBENCH_DIR = servers.SOURCE_DIR / "bench/pgbench"
DAY_SECONDS = 24 * 3600


def opensslSpeed(seconds):
    """RSA-2048 signatures and verifications of two processes."""
    output = subprocess.run(
        ["openssl", "speed", "-seconds", str(min(seconds, 5)), "-multi", "2", "rsa2048"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ).stdout
    rates = re.search(r"^rsa 2048 bits +\S+ +\S+ +(\S+) +(\S+)$", output, re.MULTILINE)
    return {"per_second": float(rates[1]), "verifications_per_second": float(rates[2])}


def pgbench(cluster, database, script, seconds, **variables):
    """The store's own statements, as prepared statements, in one pipeline for each transaction."""
    command = ["-M", "prepared", "-n", "-j1", f"-c{CLIENTS}", "-T", str(seconds),
               "-f", str(PGBENCH_DIR / script)]
    for name, value in variables.items():
        command += ["-D", f"{name}={value}"]
    output = cluster.pgbench(database, *command)

    def number(pattern):
        return float(re.search(pattern, output, re.MULTILINE)[1])

    return {
        "requests": int(number(r"^number of transactions actually processed: (\d+)")),
        "per_second": number(r"^tps = (\S+) \(without initial connection time\)"),
        "unexpected": int(number(r"^number of failed transactions: (\d+)")),
    }


def pgbenchCreate(cluster, database, users, seconds):
    """Log-ins of `users` users from 1 on."""
    return pgbench(
        cluster, database, "create.sql", seconds, users=users, username="user",
        token_data=cluster.sql(database, "SELECT token_data FROM user_tokens LIMIT 1").strip(),
        now=population.millisecondsFromNow(0), expires=population.millisecondsFromNow(DAY_SECONDS),
    )


def pgbenchEndAll(cluster, database, first, seconds):
    """Log-outs of users from `first` on, each once."""
    return pgbench(
        cluster, database, "end_all.sql", seconds, first=first, clients=CLIENTS, turn=-1,
        now=population.millisecondsFromNow(0),
    )
