"""A Django service whose simplejwt reads the tokens of TOKEN_SERVICE_URL."""

import datetime
import json
import os
import time
import unittest
import urllib.request
from importlib import metadata

import django
from django.conf import settings

VERSION = "5.2.2"  # Debian 12's
URL = os.environ["TOKEN_SERVICE_URL"]
ALGORITHM = os.environ["ALGORITHM"]
SETTINGS = {
    "HS256": {"ALGORITHM": "HS256", "SIGNING_KEY": os.environ["SIGNING_KEY"]},
    "RS256": {"ALGORITHM": "RS256", "JWK_URL": f"{URL}/.well-known/jwks.json"},
}

settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework"],
    USE_TZ=True,
    SECRET_KEY="not a key of any token",
    SIMPLE_JWT={"ISSUER": "https://tokens.example.org", **SETTINGS[ALGORITHM]},
)
django.setup()

from rest_framework.exceptions import AuthenticationFailed
from rest_framework.test import APIRequestFactory
from rest_framework_simplejwt.authentication import JWTStatelessUserAuthentication
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken


def logIn(user_id, username):
    """The body of gen-tokens: a refresh and an access token."""
    request = urllib.request.Request(
        f"{URL}/auth/token/gen-tokens/",
        json.dumps({"id": user_id, "username": username}).encode(),
        {"Content-Type": "application/json", "X-SERVICE-SECRET": os.environ["SERVICE_SECRET"]},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def tampered(token):
    middle = len(token) - 20
    return token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]


def authenticate(token):
    request = APIRequestFactory().get("/", HTTP_AUTHORIZATION=f"Bearer {token}")
    return JWTStatelessUserAuthentication().authenticate(request)


class TokenClasses(unittest.TestCase):
    def setUp(self):
        self.tokens = logIn(7, "ada")

    def test_run_on_the_pinned_version(self):
        self.assertEqual(metadata.version("djangorestframework_simplejwt"), VERSION)

    def test_read_an_access_token(self):
        token = AccessToken(self.tokens["access"])
        self.assertEqual((token["token_type"], token["user_id"]), ("access", 7))
        self.assertRegex(token["jti"], r"^[\w-]{22}$")
        left = datetime.datetime.fromtimestamp(
            token["exp"], datetime.timezone.utc
        ) - token.current_time.replace(tzinfo=datetime.timezone.utc)
        self.assertLessEqual(left.total_seconds(), 4)
        self.assertGreater(left.total_seconds(), 0)

    def test_read_a_refresh_token(self):
        token = RefreshToken(self.tokens["refresh"])
        self.assertEqual((token["token_type"], token["user_id"]), ("refresh", 7))
        self.assertEqual(token["exp"], token["iat"] + 24 * 60 * 60)
        self.assertNotEqual(token["jti"], AccessToken(self.tokens["access"])["jti"])

    def test_refuse_the_wrong_type(self):
        with self.assertRaisesRegex(TokenError, "wrong type"):
            AccessToken(self.tokens["refresh"])
        with self.assertRaisesRegex(TokenError, "wrong type"):
            RefreshToken(self.tokens["access"])

    def test_refuse_a_changed_token(self):
        for kind, token in ((AccessToken, "access"), (RefreshToken, "refresh")):
            with self.subTest(token), self.assertRaisesRegex(TokenError, "invalid or expired"):
                kind(tampered(self.tokens[token]))

    def test_refuse_an_expired_token(self):
        expires = AccessToken(self.tokens["access"])["exp"]
        while time.time() < expires:
            time.sleep(0.1)
        with self.assertRaisesRegex(TokenError, "invalid or expired"):
            AccessToken(self.tokens["access"])

    def test_authenticate_a_request(self):
        user, _ = authenticate(self.tokens["access"])
        self.assertEqual((user.id, user.is_authenticated), (7, True))

    def test_refuse_a_request_with_a_refresh_token(self):
        with self.assertRaises(AuthenticationFailed):
            authenticate(self.tokens["refresh"])


unittest.main()
