#include "token_api.hpp"

#include "leak_check.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

namespace token_service::test {
namespace {

bool isRequestId(const std::string& text) {
  return !text.empty() && text.size() <= 128 &&
         std::all_of(text.begin(), text.end(), [](unsigned char character) {
           return std::isalnum(character) != 0 || character == '.' || character == '_' ||
                  character == '-';
         });
}

// Section 5: key set and metadata.
bool mayBeKept(const Call& call, const Reply& reply) {
  return call.path.starts_with("/.well-known/") && reply.status == 200;
}

void rememberTokens(const Reply& reply) {
  if (reply.status != 200 && reply.status != 201) {
    return;
  }
  for (const char* member : {"access", "refresh"}) {
    if (const std::string token = reply.body.empty() ? "" : reply.text(member); !token.empty()) {
      rememberToken(token);
    }
  }
}

std::string bodyOf(std::int64_t id, const std::string& token, Caller caller) {
  return "{\"id\":" + std::to_string(id) + ",\"access\":" + quotedJson(token) +
         (caller == Caller::Frontend ? ",\"is_frontend\":true}" : "}");
}

Call callBy(Caller caller, Call call) {
  return caller == Caller::Service ? withSecret(std::move(call)) : call;
}

}  // namespace

Reply TokenApi::send(const Call& call) {
  Reply reply = client_.send(call);
  SCOPED_TRACE(call.method + " " + call.path + ": " + std::to_string(reply.status) + " " +
               reply.body);
  expectCommonRules(reply, call);
  rememberTokens(reply);
  return reply;
}

Reply TokenApi::genTokens(std::int64_t id, const std::string& username) {
  return send(withSecret(jsonCall(kGenTokens, "{\"id\":" + std::to_string(id) +
                                                  ",\"username\":" + quotedJson(username) + "}")));
}

Reply TokenApi::refresh(std::int64_t id, const std::string& token) {
  return send(withBearer(jsonCall(kRefresh, "{\"id\":" + std::to_string(id) + "}"), token));
}

Reply TokenApi::validate(std::int64_t id, const std::string& token, Caller caller) {
  return send(callBy(caller, jsonCall(kValidate, bodyOf(id, token, caller))));
}

Reply TokenApi::invalidate(std::int64_t id, const std::string& token, Caller caller) {
  return send(callBy(caller, jsonCall(kInvalidate, bodyOf(id, token, caller))));
}

TokenPair TokenApi::logIn(std::int64_t id, const std::string& username) {
  const Reply reply = genTokens(id, username);
  EXPECT_EQ(reply.status, 201) << reply.body;
  return {reply.text("refresh"), reply.text("access")};
}

std::string TokenApi::refreshed(std::int64_t id, const std::string& token) {
  return expectRefreshed(refresh(id, token));
}

bool TokenApi::isValid(std::int64_t id, const std::string& access) {
  return validate(id, access).status == 200;
}

bool TokenApi::canRefresh(std::int64_t id, const std::string& token) {
  return refresh(id, token).status == 200;
}

Call jsonCall(const std::string& path, const std::string& body) {
  return {"POST", path, body, kJson, {}};
}

Call fieldsCall(const std::string& path, const Fields& fields, Encoding encoding) {
  switch (encoding) {
    case Encoding::Form:
      return {"POST", path, urlEncoded(fields), kForm, {}};
    case Encoding::Multipart:
      return {"POST", path, multipart(fields), kMultipart, {}};
    case Encoding::Json:
      break;
  }
  std::string body = "{";
  for (const auto& [name, value] : fields) {
    body.append(body == "{" ? "" : ",").append(quotedJson(name)).append(":");
    body.append(quotedJson(value));
  }
  return jsonCall(path, body + "}");
}

Call withSecret(Call call, const std::string& secret) {
  call.headers.emplace_back("X-SERVICE-SECRET", secret);
  return call;
}

Call withBearer(Call call, const std::string& token) {
  call.headers.emplace_back("Authorization", "Bearer " + token);
  return call;
}

void expectCommonRules(const Reply& reply, const Call& call) {
  EXPECT_EQ(reply.header("Cache-Control") == "no-store", !mayBeKept(call, reply))
      << reply.header("Cache-Control");
  EXPECT_EQ(reply.header("X-Content-Type-Options"), "nosniff");
  EXPECT_TRUE(isRequestId(reply.header("X-Request-ID"))) << reply.header("X-Request-ID");
  EXPECT_FALSE(reply.has("Server"));
  EXPECT_FALSE(reply.has("Set-Cookie"));
  EXPECT_FALSE(reply.has("Location"));
  EXPECT_FALSE(reply.has("Access-Control-Allow-Credentials"));
  EXPECT_FALSE(reply.has("Transfer-Encoding"));
  EXPECT_EQ(reply.has("Retry-After"), reply.status == 503);
  if (reply.status == 204) {
    EXPECT_FALSE(reply.has("Content-Type"));
    EXPECT_FALSE(reply.has("Content-Length")) << "RFC 9110 section 8.6";
    EXPECT_EQ(reply.body, "");
    return;
  }
  EXPECT_EQ(reply.header("Content-Type"), "application/json");
  EXPECT_TRUE(reply.has("Content-Length"));
  if (call.method == "HEAD") {
    EXPECT_EQ(reply.body, "");
    return;
  }
  EXPECT_EQ(reply.header("Content-Length"), std::to_string(reply.body.size()));
  EXPECT_EQ(reply.json()->has("error"), reply.status >= 400) << reply.body;
}

void expectError(const Reply& reply, const ExpectedError& expected) {
  EXPECT_EQ(reply.status, expected.status) << reply.body;
  EXPECT_EQ(reply.json()->size(), 2U) << reply.body;
  EXPECT_EQ(reply.text("error"), expected.error);
  EXPECT_EQ(reply.text("code"), expected.code);
}

void expectAnswer(const Reply& reply, int status, const std::string& body) {
  EXPECT_EQ(reply.status, status);
  EXPECT_EQ(reply.body, body);
}

void expectValid(const Reply& reply) {
  expectAnswer(reply, 200, R"({"access_token":"Valid token"})");
}

void expectLoggedOut(const Reply& reply) {
  expectAnswer(reply, 200, R"({"detail":"User logged out"})");
}

std::string expectRefreshed(const Reply& reply) {
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()->size(), 1U) << reply.body;
  EXPECT_NE(reply.text("access"), "");
  return reply.text("access");
}

}  // namespace token_service::test
