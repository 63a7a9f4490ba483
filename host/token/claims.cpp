#include "token/claims.hpp"

#include "token/json.hpp"

#include <utility>

namespace token_service::token {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::int64_t kEndOfYear9999 = 253402300799;

void appendMember(std::string_view name, std::string_view value, std::string& out) {
  out.append(",\"").append(name).append("\":");
  appendJsonString(value, out);
}

void appendMember(std::string_view name, std::int64_t value, std::string& out) {
  out.append(",\"").append(name).append("\":").append(std::to_string(value));
}

bool readText(Json* member, std::string& out) {
  if (member == nullptr || !member->isString() || member->text.empty()) {
    return false;
  }
  out = std::move(member->text);
  return true;
}

std::optional<sys_seconds> timeOf(const Json* member) {
  const std::optional<std::int64_t> value = member == nullptr ? std::nullopt : member->integer();
  if (!value || *value < 0 || *value > kEndOfYear9999) {
    return std::nullopt;
  }
  return sys_seconds(seconds(*value));
}

bool readAudience(Json* member, std::vector<std::string>& out) {
  if (member == nullptr) {
    return true;
  }
  if (member->isString()) {
    out.push_back(std::move(member->text));
    return true;
  }
  if (member->type != Json::Type::Array) {
    return false;
  }
  for (Json& item : member->children) {
    if (!item.isString()) {
      return false;
    }
    out.push_back(std::move(item.text));
  }
  return true;
}

}  // namespace

std::string_view nameOf(TokenType type) { return type == TokenType::Access ? "access" : "refresh"; }

std::string encodeClaims(const Claims& claims) {
  std::string out = "{\"token_type\":\"";
  out.reserve(320);
  out.append(nameOf(claims.type)).append("\"");
  appendMember("user_id", claims.user_id, out);
  appendMember("jti", claims.jti, out);
  appendMember("iat", claims.iat.time_since_epoch().count(), out);
  appendMember("exp", claims.exp.time_since_epoch().count(), out);
  appendMember("sid", claims.sid, out);
  appendMember("iss", claims.iss, out);
  appendMember("sub", std::to_string(claims.user_id), out);
  if (!claims.aud.empty()) {
    appendMember("aud", claims.aud.front(), out);
  }
  if (!claims.client_id.empty()) {
    appendMember("client_id", claims.client_id, out);
  }
  out.push_back('}');
  return out;
}

std::optional<Claims> parseClaims(std::string_view json) {
  std::optional<Json> object = parseJsonObject(json);
  if (!object) {
    return std::nullopt;
  }
  Claims claims;
  const Json* type = object->find("token_type");
  if (type == nullptr || !type->isString() || (type->text != "access" && type->text != "refresh")) {
    return std::nullopt;
  }
  claims.type = type->text == "access" ? TokenType::Access : TokenType::Refresh;

  const Json* user_id = object->find("user_id");
  claims.user_id = user_id == nullptr ? 0 : user_id->integer().value_or(0);
  const std::optional<sys_seconds> iat = timeOf(object->find("iat"));
  const std::optional<sys_seconds> exp = timeOf(object->find("exp"));
  if (claims.user_id < 1 || !iat || !exp) {
    return std::nullopt;
  }
  claims.iat = *iat;
  claims.exp = *exp;
  if (const Json* nbf = object->find("nbf")) {
    claims.nbf = timeOf(nbf);
    if (!claims.nbf) {
      return std::nullopt;
    }
  }
  if (!readText(object->find("jti"), claims.jti) || !readText(object->find("sid"), claims.sid) ||
      !readText(object->find("iss"), claims.iss) ||
      !readAudience(object->find("aud"), claims.aud)) {
    return std::nullopt;
  }
  if (Json* client_id = object->find("client_id");
      client_id != nullptr && !readText(client_id, claims.client_id)) {
    return std::nullopt;
  }
  if (const Json* sub = object->find("sub");
      sub != nullptr && (!sub->isString() || sub->text != std::to_string(claims.user_id))) {
    return std::nullopt;
  }
  return claims;
}

}  // namespace token_service::token
