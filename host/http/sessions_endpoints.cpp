#include "http/sessions_endpoints.hpp"

#include "http/error_mapping.hpp"
#include "http/timestamp.hpp"
#include "http/user_id.hpp"
#include "token/json.hpp"

namespace token_service::http {
namespace {

constexpr std::size_t kMaxSessionIdSize = 64;

bool isSessionId(std::string_view text) {
  static constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  return text.size() <= kMaxSessionIdSize &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

// The user whose sessions a trusted caller asks for, or why there is none.
std::optional<Failure> readUser(const Request& request, const ServiceSecrets& secrets,
                                const std::string& digits, std::int64_t& user_id) {
  if (!secrets.nameOf(request.service_secret, Operation::Sessions)) {
    return Failure::UnauthorizedRequest;
  }
  const std::optional<std::int64_t> number = userIdOf(digits);
  user_id = number.value_or(0);
  return number ? std::nullopt : std::optional(Failure::InvalidRequest);
}

Response ended(std::int64_t count) {
  Response response;
  response.body = "{\"ended\":" + std::to_string(count) + "}";
  return response;
}

void appendText(std::string_view name, std::string_view value, std::string& out) {
  out.append(out.back() == '{' ? "\"" : ",\"").append(name).append("\":");
  token::appendJsonString(value, out);
}

// Null where nobody said it.
void appendOptional(std::string_view name, std::string_view value, std::string& out) {
  if (value.empty()) {
    out.append(",\"").append(name).append("\":null");
  } else {
    appendText(name, value, out);
  }
}

void appendSession(const session::LiveSession& live, std::string& out) {
  using std::chrono::floor;
  using std::chrono::seconds;
  out.push_back('{');
  appendText("id", live.session.id, out);
  appendText("username", live.session.username, out);
  appendText("created_at", timestamp(floor<seconds>(live.session.created_at)), out);
  appendText("last_used_at", timestamp(live.data.used_at), out);
  appendText("expires_at", timestamp(floor<seconds>(live.session.expires_at)), out);
  appendOptional("client_id", live.data.client_id, out);
  appendOptional("client_ip", live.data.client_ip, out);
  appendOptional("user_agent", live.data.user_agent, out);
  out.push_back('}');
}

}  // namespace

ListSessionsEndpoint::ListSessionsEndpoint(session::SessionService& sessions,
                                           const ServiceSecrets& secrets)
    : sessions_(sessions), secrets_(secrets) {}

Response ListSessionsEndpoint::handle(const Request& request,
                                      const std::vector<std::string>& parameters) {
  std::int64_t user_id = 0;
  if (const std::optional<Failure> bad = readUser(request, secrets_, parameters[0], user_id)) {
    return failure(*bad);
  }
  Response response;
  response.body = "{\"sessions\":[";
  for (const session::LiveSession& live : sessions_.list(user_id, request.deadline)) {
    response.body.append(response.body.back() == '[' ? "" : ",");
    appendSession(live, response.body);
  }
  response.body.append("]}");
  return response;
}

EndSessionsEndpoint::EndSessionsEndpoint(session::SessionService& sessions,
                                         const ServiceSecrets& secrets)
    : sessions_(sessions), secrets_(secrets) {}

Response EndSessionsEndpoint::handle(const Request& request,
                                     const std::vector<std::string>& parameters) {
  std::int64_t user_id = 0;
  if (const std::optional<Failure> bad = readUser(request, secrets_, parameters[0], user_id)) {
    return failure(*bad);
  }
  return ended(sessions_.endAll(user_id, request.deadline));
}

EndSessionEndpoint::EndSessionEndpoint(session::SessionService& sessions,
                                       const ServiceSecrets& secrets)
    : sessions_(sessions), secrets_(secrets) {}

Response EndSessionEndpoint::handle(const Request& request,
                                    const std::vector<std::string>& parameters) {
  std::int64_t user_id = 0;
  if (const std::optional<Failure> bad = readUser(request, secrets_, parameters[0], user_id)) {
    return failure(*bad);
  }
  const std::string& session_id = parameters[1];
  if (!isSessionId(session_id) || !sessions_.end(user_id, session_id, request.deadline)) {
    return failure(Failure::NotFound);
  }
  return ended(1);
}

}  // namespace token_service::http
