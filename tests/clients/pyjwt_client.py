"""A program that verifies access tokens with PyJWT and the key set at TOKEN_SERVICE_URL."""

import base64
import json
import os
import time
import unittest
import urllib.request

import jwt

VERSION = "2.6.0"  # Debian 12's
URL = os.environ["TOKEN_SERVICE_URL"]
ISSUER = "https://tokens.example.org"
AUDIENCE = "https://api.example.org"
REQUIRED = ["exp", "iat", "iss", "sub", "jti"]


def logIn(user_id, username):
    """The body of gen-tokens: a refresh and an access token."""
    request = urllib.request.Request(
        f"{URL}/auth/token/gen-tokens/",
        json.dumps({"id": user_id, "username": username}).encode(),
        {"Content-Type": "application/json", "X-SERVICE-SECRET": os.environ["SERVICE_SECRET"]},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def withClaim(token, name, value):
    """The token with another claim under the same signature."""
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims[name] = value
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{header}.{changed}.{signature}"


class AccessTokens(unittest.TestCase):
    keys = jwt.PyJWKClient(f"{URL}/.well-known/jwks.json")

    def verify(self, token, issuer=ISSUER):
        key = self.keys.get_signing_key_from_jwt(token).key
        claims = jwt.decode(
            token, key, algorithms=["RS256"], issuer=issuer, options={"require": REQUIRED}
        )
        if claims["token_type"] != "access":
            raise jwt.InvalidTokenError("not an access token")
        return claims

    def test_runs_on_the_pinned_version(self):
        self.assertEqual(jwt.__version__, VERSION)

    def test_reads_the_claims(self):
        before = int(time.time())
        claims = self.verify(logIn(7, "ada")["access"])
        self.assertEqual((claims["user_id"], claims["sub"]), (7, "7"))
        self.assertEqual(claims["exp"], claims["iat"] + 4)
        self.assertLessEqual(before, claims["iat"])
        self.assertNotIn("aud", claims)

    def test_reads_the_largest_id_exactly(self):
        largest = 2**63 - 1
        claims = self.verify(logIn(largest, "ada")["access"])
        self.assertEqual((claims["user_id"], claims["sub"]), (largest, str(largest)))

    def test_names_the_key_and_the_type(self):
        header = jwt.get_unverified_header(logIn(7, "ada")["access"])
        self.assertEqual((header["alg"], header["typ"]), ("RS256", "JWT"))
        self.assertIn(header["kid"], [key.key_id for key in self.keys.get_signing_keys()])

    def test_refuses_a_changed_claim(self):
        with self.assertRaises(jwt.InvalidSignatureError):
            self.verify(withClaim(logIn(7, "ada")["access"], "user_id", 8))

    def test_refuses_a_changed_signature(self):
        token = logIn(7, "ada")["access"]
        middle = len(token) - 100
        changed = "A" if token[middle] != "A" else "B"
        with self.assertRaises(jwt.InvalidSignatureError):
            self.verify(token[:middle] + changed + token[middle + 1 :])

    def test_refuses_another_issuer(self):
        with self.assertRaises(jwt.InvalidIssuerError):
            self.verify(logIn(7, "ada")["access"], issuer="https://other.example.org")

    def test_refuses_an_expired_token(self):
        token = logIn(7, "ada")["access"]
        expires = self.verify(token)["exp"]
        while time.time() < expires:
            time.sleep(0.1)
        with self.assertRaises(jwt.ExpiredSignatureError):
            self.verify(token)

    def test_has_no_key_for_a_refresh_token(self):
        refresh = logIn(7, "ada")["refresh"]
        self.assertEqual(jwt.get_unverified_header(refresh)["alg"], "HS256")
        with self.assertRaisesRegex(jwt.PyJWKClientError, "Unable to find a signing key"):
            self.verify(refresh)


class AccessTokenProfile(unittest.TestCase):
    """RFC 9068."""

    keys = jwt.PyJWKClient(f"{URL}/.well-known/jwks.json")

    def verify(self, token, audience=AUDIENCE):
        return jwt.decode(
            token,
            self.keys.get_signing_key_from_jwt(token).key,
            algorithms=["RS256"],
            issuer=ISSUER,
            audience=audience,
            options={"require": REQUIRED + ["aud", "client_id"]},
        )

    def test_has_the_type_of_the_profile(self):
        access = logIn(7, "ada")["access"]
        self.assertEqual(jwt.get_unverified_header(access)["typ"], "at+jwt")

    def test_has_every_claim_of_the_profile(self):
        claims = self.verify(logIn(7, "ada")["access"])
        self.assertEqual((claims["sub"], claims["user_id"]), ("7", 7))
        self.assertEqual(claims["aud"], AUDIENCE)
        self.assertIsInstance(claims["client_id"], str)

    def test_is_not_for_another_audience(self):
        with self.assertRaises(jwt.InvalidAudienceError):
            self.verify(logIn(7, "ada")["access"], audience="https://other.example.org")

    def test_is_not_for_a_verifier_without_an_audience(self):
        with self.assertRaises(jwt.InvalidAudienceError):
            self.verify(logIn(7, "ada")["access"], audience=None)


unittest.main()
