#include "contract_test.hpp"

namespace token_service::test {
namespace {

class ValidateTokenTest : public ContractTest {
 protected:
  Reply post(const std::string& body) { return api.send(withSecret(jsonCall(kValidate, body))); }

  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
};

INSTANTIATE_TEST_SUITE_P(Pairs, ValidateTokenTest, kPairs, pairName);

TEST_P(ValidateTokenTest, valid) {
  expectValid(api.validate(id, tokens.access, Caller::Service));
  expectValid(api.validate(id, tokens.access, Caller::Frontend));
}

TEST_P(ValidateTokenTest, idInAnyEncodingAndType) {
  expectValid(post("{\"id\":\"" + std::to_string(id) + "\",\"access\":\"" + tokens.access + "\"}"));
  for (const Encoding encoding : {Encoding::Json, Encoding::Form, Encoding::Multipart}) {
    expectValid(api.send(withSecret(
        fieldsCall(kValidate, {{"id", std::to_string(id)}, {"access", tokens.access}}, encoding))));
  }
}

TEST_P(ValidateTokenTest, unauthorizedRequestIfSecretIsNeeded) {
  const std::string body =
      "{\"id\":" + std::to_string(id) + ",\"access\":\"" + tokens.access + "\"}";
  expectError(api.send(jsonCall(kValidate, body)), kUnauthorizedRequest);
  expectError(api.send(withSecret(jsonCall(kValidate, body), "wrong")), kUnauthorizedRequest);
  expectError(api.send(withSecret(jsonCall(kValidate, body), "")), kUnauthorizedRequest);
  expectError(api.send(jsonCall(kValidate, "{}")), kUnauthorizedRequest);
}

TEST_P(ValidateTokenTest, isFrontendWaivesAWrongSecret) {
  const std::string body = "{\"id\":" + std::to_string(id) + ",\"access\":\"" + tokens.access +
                           "\",\"is_frontend\":true}";
  expectValid(api.send(withSecret(jsonCall(kValidate, body), "wrong")));
}

TEST_P(ValidateTokenTest, isFrontendInJsonIsTrueOnly) {
  const std::string body =
      "{\"id\":" + std::to_string(id) + ",\"access\":\"" + tokens.access + "\",\"is_frontend\":";
  expectValid(api.send(jsonCall(kValidate, body + "true}")));
  for (const char* other : {"false", "null", "\"true\"", "\"True\"", "\"1\"", "1", "1.0", "[]",
                            "[true]", "{}", "\"\"", "0"}) {
    SCOPED_TRACE(other);
    expectError(api.send(jsonCall(kValidate, body + other + "}")), kUnauthorizedRequest);
    expectValid(post(body + other + "}"));
  }
}

TEST_P(ValidateTokenTest, isFrontendInAFormIsOneOfThreeWords) {
  for (const Encoding encoding : {Encoding::Form, Encoding::Multipart}) {
    const auto with = [&](const std::string& value) {
      return fieldsCall(
          kValidate,
          {{"id", std::to_string(id)}, {"access", tokens.access}, {"is_frontend", value}},
          encoding);
    };
    for (const char* value : {"true", "True", "1"}) {
      SCOPED_TRACE(value);
      expectValid(api.send(with(value)));
    }
    for (const char* value : {"TRUE", "tRUE", "yes", "on", "t", "01", " true", "true ", "", "0",
                              "false", "False", "null"}) {
      SCOPED_TRACE(value);
      expectError(api.send(with(value)), kUnauthorizedRequest);
    }
  }
}

TEST_P(ValidateTokenTest, invalidTokenIfAccessIsMissing) {
  const std::string start = "{\"id\":" + std::to_string(id);
  expectError(post(start + "}"), kInvalidToken);
  expectError(post(start + ",\"access\":\"\"}"), kInvalidToken);
  expectError(post("{}"), kInvalidToken);
}

TEST_P(ValidateTokenTest, aMissingTokenIsReportedBeforeAnInvalidId) {
  expectError(post(R"({"id":0})"), kInvalidToken);
}

TEST_P(ValidateTokenTest, invalidTokenIfItIsARefreshToken) {
  expectError(api.validate(id, tokens.refresh), kInvalidToken);
}

TEST_P(ValidateTokenTest, accessOfAnotherTypeIsInvalidRequest) {
  for (const char* access : {"null", "1", "true", "[]", "{}"}) {
    SCOPED_TRACE(access);
    expectError(post("{\"id\":" + std::to_string(id) + ",\"access\":" + access + "}"),
                kInvalidRequest);
  }
}

TEST_P(ValidateTokenTest, tokenMismatchIfItIsAnothersOrIdIsMissing) {
  const std::int64_t other = newUser();
  api.logIn(other);
  expectError(api.validate(other, tokens.access), kTokenMismatch);
  expectError(api.validate(newUser(), tokens.access), kTokenMismatch);
  expectError(post("{\"access\":\"" + tokens.access + "\"}"), kTokenMismatch);
  expectError(post("{\"id\":\"\",\"access\":\"" + tokens.access + "\"}"), kTokenMismatch);
}

TEST_P(ValidateTokenTest, invalidTokenComesBeforeTokenMismatch) {
  expectError(api.validate(newUser(), "a.b.c"), kInvalidToken);
  expectError(post(R"({"access":"a.b.c"})"), kInvalidToken);
}

TEST_P(ValidateTokenTest, tokenMismatchIfItsSessionHasEnded) {
  expectLoggedOut(api.invalidate(id, tokens.access));
  expectError(api.validate(id, tokens.access), kTokenMismatch);
  api.logIn(id);
  expectError(api.validate(id, tokens.access), kTokenMismatch);
}

TEST_P(ValidateTokenTest, invalidIdIsInvalidRequest) {
  for (const char* bad : {"0", "-1", "1.0", "1e3", "\"+1\"", "\" 1\"", "null", "true", "[]"}) {
    SCOPED_TRACE(bad);
    expectError(post(std::string("{\"id\":") + bad + ",\"access\":\"" + tokens.access + "\"}"),
                kInvalidRequest);
  }
}

}  // namespace
}  // namespace token_service::test
