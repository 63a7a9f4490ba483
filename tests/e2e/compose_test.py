"""What compose.yaml and .env.example promise."""

import pathlib
import re
import unittest

import yaml

SOURCE_DIR = pathlib.Path(__file__).resolve().parents[2]
TEXT = (SOURCE_DIR / "compose.yaml").read_text()
SERVICES = yaml.safe_load(TEXT)["services"]
ENVIRONMENT_FILE = dict(
    line.split("=", 1)
    for line in (SOURCE_DIR / ".env.example").read_text().splitlines()
    if line and not line.startswith("#")
)


class Database(unittest.TestCase):
    database = SERVICES["database"]

    def test_is_postgresql_15_with_the_database_token_service(self):
        self.assertRegex(self.database["image"], r"^postgres:15\b")
        self.assertEqual(self.database["environment"]["POSTGRES_DB"], "token_service")

    def test_listens_on_5432_and_is_not_published(self):
        self.assertEqual(self.database["expose"], ["5432"])
        self.assertNotIn("ports", self.database)
        self.assertNotIn("command", self.database)

    def test_takes_user_and_password_from_the_environment_file(self):
        environment = self.database["environment"]
        self.assertIn("${TOKEN_SERVICE_DB_USER:?", environment["POSTGRES_USER"])
        self.assertIn("${TOKEN_SERVICE_DB_PASSWORD:?", environment["POSTGRES_PASSWORD"])

    def test_is_healthy_when_pg_isready_says_so(self):
        kind, command = self.database["healthcheck"]["test"]
        self.assertEqual(kind, "CMD-SHELL")
        self.assertRegex(command, r"^pg_isready .*-p 5432 .*-d token_service$")

    def test_keeps_its_data(self):
        self.assertIn("database:/var/lib/postgresql/data", self.database["volumes"])
        self.assertIn("database", yaml.safe_load(TEXT)["volumes"])


class TokenService(unittest.TestCase):
    service = SERVICES["token-service"]

    def test_is_published_on_8001(self):
        self.assertEqual(self.service["ports"], ["8001:8000"])

    def test_starts_when_the_database_is_healthy(self):
        self.assertEqual(
            self.service["depends_on"], {"database": {"condition": "service_healthy"}}
        )

    def test_has_every_variable_of_its_configuration(self):
        configuration = (SOURCE_DIR / "config/production.yaml").read_text()
        values = re.sub(r"(^|\s)#.*", "", configuration)
        named = set(re.findall(r"\$\{([A-Z_]+)\}", values))
        self.assertEqual(named, set(self.service["environment"]))

    def test_reaches_the_database_by_its_name(self):
        self.assertEqual(self.service["environment"]["TOKEN_SERVICE_DB_HOST"], "database")
        self.assertEqual(self.service["environment"]["TOKEN_SERVICE_DB_SSLMODE"], "disable")

    def test_cannot_change_its_configuration_and_keys(self):
        self.assertEqual(
            self.service["volumes"],
            [
                "./config/production.yaml:/etc/token-service/config.yaml:ro",
                "./secrets:/run/secrets/token-service:ro",
            ],
        )


class EnvironmentFile(unittest.TestCase):
    def test_names_every_variable_that_is_asked_for(self):
        self.assertEqual(set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT)), set(ENVIRONMENT_FILE))

    def test_holds_no_secret(self):
        self.assertEqual(ENVIRONMENT_FILE["TOKEN_SERVICE_DB_PASSWORD"], "")
        self.assertEqual(ENVIRONMENT_FILE["SERVICE_SECRET"], "")


unittest.main()
