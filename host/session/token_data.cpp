#include "session/token_data.hpp"

#include "token/json.hpp"

#include <utility>

namespace token_service::session {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using token::Json;

void appendTime(std::string_view name, sys_seconds time, std::string& out) {
  out.append(",\"").append(name).append("\":");
  out.append(std::to_string(time.time_since_epoch().count()));
}

void appendRecord(std::string_view name, const TokenRecord& record, std::string& out) {
  out.append("\"").append(name).append("\":{\"jti\":");
  token::appendJsonString(record.jti, out);
  out.append(",\"kid\":");
  token::appendJsonString(record.kid, out);
  appendTime("iat", record.iat, out);
  appendTime("exp", record.exp, out);
  out.append("}");
}

bool readTime(const Json* member, sys_seconds& out) {
  const std::optional<std::int64_t> value = member == nullptr ? std::nullopt : member->integer();
  out = sys_seconds(seconds(value.value_or(0)));
  return value.has_value();
}

bool readText(Json* member, std::string& out) {
  if (member == nullptr || !member->isString()) {
    return false;
  }
  out = std::move(member->text);
  return true;
}

bool readRecord(Json* member, TokenRecord& out) {
  return member != nullptr && readText(member->find("jti"), out.jti) &&
         readText(member->find("kid"), out.kid) && readTime(member->find("iat"), out.iat) &&
         readTime(member->find("exp"), out.exp);
}

void appendText(std::string_view name, const std::string& text, std::string& out) {
  if (!text.empty()) {
    out.append(",\"").append(name).append("\":");
    token::appendJsonString(text, out);
  }
}

void appendRetired(const std::vector<RetiredToken>& retired, std::string& out) {
  if (retired.empty()) {
    return;
  }
  out.append(",\"retired\":");
  char separator = '[';
  for (const RetiredToken& token : retired) {
    out.push_back(separator);
    out.append("{\"jti\":");
    token::appendJsonString(token.jti, out);
    out.append(",\"at_ms\":").append(std::to_string(token.at.time_since_epoch().count()));
    out.push_back('}');
    separator = ',';
  }
  out.push_back(']');
}

bool readRetired(Json* member, std::vector<RetiredToken>& out) {
  if (member == nullptr) {
    return true;
  }
  for (Json& item : member->children) {
    RetiredToken token;
    const Json* at = item.find("at_ms");
    const std::optional<std::int64_t> milliseconds = at == nullptr ? std::nullopt : at->integer();
    if (!milliseconds || !readText(item.find("jti"), token.jti)) {
      return false;
    }
    token.at = decltype(token.at)(std::chrono::milliseconds(*milliseconds));
    out.push_back(std::move(token));
  }
  return member->type == Json::Type::Array;
}

bool readOptionalText(Json* member, std::string& out) {
  return member == nullptr || readText(member, out);
}

}  // namespace

std::string encodeTokenData(const TokenData& data) {
  std::string out = "{";
  out.reserve(512);
  appendRecord("refresh", data.refresh, out);
  out.push_back(',');
  appendRecord("access", data.access, out);
  appendTime("used_at", data.used_at, out);
  appendRetired(data.retired, out);
  appendText("client_id", data.client_id, out);
  appendText("client_ip", data.client_ip, out);
  appendText("user_agent", data.user_agent, out);
  out.push_back('}');
  return out;
}

std::optional<TokenData> parseTokenData(std::string_view json) {
  std::optional<Json> object = token::parseJsonObject(json);
  TokenData data;
  if (!object || !readRecord(object->find("refresh"), data.refresh) ||
      !readRecord(object->find("access"), data.access) ||
      !readTime(object->find("used_at"), data.used_at) ||
      !readRetired(object->find("retired"), data.retired) ||
      !readOptionalText(object->find("client_id"), data.client_id) ||
      !readOptionalText(object->find("client_ip"), data.client_ip) ||
      !readOptionalText(object->find("user_agent"), data.user_agent)) {
    return std::nullopt;
  }
  return data;
}

}  // namespace token_service::session
