#include "http/metadata_endpoint.hpp"

#include "http/cache_control.hpp"
#include "token/json.hpp"

#include <initializer_list>
#include <string_view>

namespace token_service::http {
namespace {

void appendName(std::string_view name, std::string& out) {
  out.append(out.empty() ? "{" : ",");
  token::appendJsonString(name, out);
  out.push_back(':');
}

void appendText(std::string_view name, const std::string& value, std::string& out) {
  appendName(name, out);
  token::appendJsonString(value, out);
}

void appendList(std::string_view name, std::initializer_list<std::string_view> values,
                std::string& out) {
  appendName(name, out);
  out.push_back('[');
  for (const std::string_view value : values) {
    out.append(out.back() == '[' ? "" : ",");
    token::appendJsonString(value, out);
  }
  out.push_back(']');
}

std::string metadataOf(const std::string& issuer) {
  std::string out;
  appendText("issuer", issuer, out);
  appendText("token_endpoint", issuer + "/oauth2/token", out);
  appendList("token_endpoint_auth_methods_supported", {"none"}, out);
  appendList("grant_types_supported", {"refresh_token"}, out);
  // Required, and empty: there is no authorization endpoint.
  appendList("response_types_supported", {}, out);
  appendText("introspection_endpoint", issuer + "/oauth2/introspect", out);
  appendList("introspection_endpoint_auth_methods_supported", {"client_secret_basic"}, out);
  appendText("revocation_endpoint", issuer + "/oauth2/revoke", out);
  appendList("revocation_endpoint_auth_methods_supported", {"none"}, out);
  appendText("jwks_uri", issuer + "/.well-known/jwks.json", out);
  return out + "}";
}

}  // namespace

MetadataEndpoint::MetadataEndpoint(const std::string& issuer, std::chrono::seconds max_age)
    : body_(metadataOf(issuer)), max_age_(max_age) {}

Response MetadataEndpoint::handle(const Request&, const std::vector<std::string>&) {
  Response response;
  response.body = body_;
  response.headers.push_back(publicFor(max_age_));
  return response;
}

}  // namespace token_service::http
