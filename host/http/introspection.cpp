#include "http/introspection.hpp"

#include "token/json.hpp"

#include <string_view>

namespace token_service::http {
namespace {

void appendMember(std::string_view name, std::string_view text, std::string& out) {
  out.append(",\"").append(name).append("\":");
  token::appendJsonString(text, out);
}

void appendMember(std::string_view name, std::int64_t number, std::string& out) {
  out.append(",\"").append(name).append("\":").append(std::to_string(number));
}

void appendAudience(const std::vector<std::string>& audience, std::string& out) {
  if (audience.size() == 1) {
    appendMember("aud", audience.front(), out);
    return;
  }
  std::string list;
  for (const std::string& one : audience) {
    list.push_back(list.empty() ? '[' : ',');
    token::appendJsonString(one, list);
  }
  if (!list.empty()) {
    out.append(",\"aud\":").append(list).append("]");
  }
}

}  // namespace

std::string introspectionJson(const std::optional<session::ActiveToken>& token) {
  if (!token) {
    return "{\"active\":false}";
  }
  const token::Claims& claims = token->claims;
  std::string out = "{\"active\":true";
  if (claims.type == token::TokenType::Access) {
    appendMember("token_type", "Bearer", out);
  }
  appendMember("token_use", token::nameOf(claims.type), out);
  if (!token->data.client_id.empty()) {
    appendMember("client_id", token->data.client_id, out);
  }
  appendMember("username", token->session.username, out);
  appendMember("user_id", claims.user_id, out);
  appendMember("sub", std::to_string(claims.user_id), out);
  appendMember("sid", claims.sid, out);
  appendMember("iss", claims.iss, out);
  appendAudience(claims.aud, out);
  appendMember("iat", claims.iat.time_since_epoch().count(), out);
  appendMember("exp", claims.exp.time_since_epoch().count(), out);
  appendMember("jti", claims.jti, out);
  out.push_back('}');
  return out;
}

}  // namespace token_service::http
