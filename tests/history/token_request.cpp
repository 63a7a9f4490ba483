#include "token_request.hpp"

#include "service_setup.hpp"
#include "token_forge.hpp"

#include <string_view>

namespace token_service::history {
namespace {

constexpr const char* kJson = "application/json";
constexpr const char* kForm = "application/x-www-form-urlencoded";

std::string post(const char* path, const char* content_type, const std::string& body,
                 const std::string& headers = "") {
  return std::string("POST ") + path +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + content_type + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string secret() {
  return std::string("X-SERVICE-SECRET: ") + test::ServiceSetup::kSecret + "\r\n";
}

std::string bearer(const TokenRequest& request) {
  return "Authorization: Bearer " + request.token + "\r\n";
}

std::string withoutBody(const std::string& line, const std::string& headers) {
  return line + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

std::string accessBody(const TokenRequest& request) {
  return "{\"id\":" + std::to_string(request.user) + ",\"access\":\"" + request.token + "\"" +
         (request.by_frontend ? ",\"is_frontend\":true}" : "}");
}

// A text member of a JSON object without escapes, which tokens and codes need none of; else empty.
std::string memberOf(const std::string& json, const std::string& name) {
  const std::string start = "\"" + name + "\":\"";
  const std::size_t found = json.find(start);
  if (found == std::string::npos) {
    return {};
  }
  const std::size_t begin = found + start.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

Answer ok() {
  Answer answer;
  answer.result = Result::Ok;
  return answer;
}

Answer no(bool session_at_all = true) {
  Answer answer;
  answer.result = Result::No;
  answer.no_session_at_all = !session_at_all;
  return answer;
}

Answer wrong(const HttpAnswer& answer) {
  Answer result;
  result.fault = "status " + std::to_string(answer.status) + ": " + answer.body.substr(0, 100);
  return result;
}

Answer withTokens(const TokenRequest& request, const HttpAnswer& answer, bool with_refresh_token) {
  const std::string suffix = request.standard ? "_token" : "";
  Answer result = ok();
  result.refresh_token = memberOf(answer.body, "refresh" + suffix);
  result.access_token = memberOf(answer.body, "access" + suffix);
  if (result.access_token.empty() || result.refresh_token.empty() == with_refresh_token) {
    return wrong({answer.status, "not the tokens that belong there"});
  }
  return result;
}

// By the standard interfaces, which do not say what is wrong with a token.
Answer standardRefusal(const TokenRequest& request, const HttpAnswer& answer) {
  const bool refused =
      request.kind == Kind::Validate
          ? answer.status == 401
          : answer.status == 400 && memberOf(answer.body, "error") == "invalid_grant";
  return refused ? no() : wrong(answer);
}

Answer refusal(const TokenRequest& request, const HttpAnswer& answer) {
  const std::string code = memberOf(answer.body, "code");
  switch (request.kind) {
    case Kind::Validate:
      if (answer.status == 401 && code == "token_mismatch") {
        return no();
      }
      break;
    case Kind::Refresh:
      if (answer.status == 401 && code == "invalid_token") {
        return no();
      }
      if (answer.status == 404 && code == "user_not_found") {
        return no(false);
      }
      break;
    case Kind::Invalidate:
      if (answer.status == 401 && code == "not_logged_in") {
        return no(false);
      }
      if (answer.status == 401 && code == "token_mismatch" && request.by_frontend) {
        return no();
      }
      break;
    case Kind::EndSession:
      if (answer.status == 404 && code == "not_found") {
        return no();
      }
      break;
    case Kind::GenTokens:
    case Kind::Introspect:
    case Kind::Revoke:
      break;
  }
  return wrong(answer);
}

}  // namespace

std::string written(const TokenRequest& request) {
  switch (request.kind) {
    case Kind::GenTokens:
      return post("/auth/token/gen-tokens", kJson,
                  "{\"id\":" + std::to_string(request.user) + ",\"username\":\"somebody\"}",
                  secret());
    case Kind::Validate:
      return request.standard ? withoutBody("GET /auth/verify", bearer(request))
                              : post("/auth/token/validate-token", kJson, accessBody(request),
                                     request.by_frontend ? "" : secret());
    case Kind::Invalidate:
      return post("/auth/token/invalidate-tokens", kJson, accessBody(request),
                  request.by_frontend ? "" : secret());
    case Kind::Refresh:
      return request.standard
                 ? post("/oauth2/token", kForm,
                        "grant_type=refresh_token&refresh_token=" + request.token)
                 : post("/auth/token/refresh", kJson,
                        "{\"id\":" + std::to_string(request.user) + "}", bearer(request));
    case Kind::Introspect:
      return post("/oauth2/introspect", kForm, "token=" + request.token, secret());
    case Kind::Revoke:
      return post("/oauth2/revoke", kForm, "token=" + request.token);
    case Kind::EndSession:
      return withoutBody(
          "DELETE /v1/users/" + std::to_string(request.user) + "/sessions/" + request.session_id,
          secret());
  }
  return {};
}

Answer meaningOf(const TokenRequest& request, const std::optional<HttpAnswer>& answer,
                 bool rotation) {
  if (!answer || (answer->status > 500 && answer->status < 600)) {
    return {};
  }
  switch (answer->status) {
    case 200:
      if (request.kind == Kind::Refresh) {
        return withTokens(request, *answer, rotation);
      }
      if (request.kind == Kind::Introspect) {
        return answer->body.find("\"active\":true") == std::string::npos ? no() : ok();
      }
      return request.kind == Kind::GenTokens ? wrong(*answer) : ok();
    case 201:
      return request.kind == Kind::GenTokens ? withTokens(request, *answer, true) : wrong(*answer);
    default:
      return request.standard ? standardRefusal(request, *answer) : refusal(request, *answer);
  }
}

std::string sessionIdOf(const std::string& token) {
  return test::memberOf(test::partsOf(token).claims, "sid");
}

}  // namespace token_service::history
