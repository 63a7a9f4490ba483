#pragma once

#include "token_api.hpp"

#include <string>

namespace token_service::test {

constexpr const char* kTokenEndpoint = "/oauth2/token";
constexpr const char* kIntrospect = "/oauth2/introspect";
constexpr const char* kRevoke = "/oauth2/revoke";
inline const char* const kOAuthEndpoints[] = {kTokenEndpoint, kIntrospect, kRevoke};

constexpr const char* kInactive = R"({"active":false})";

// A form with the endpoint's parameters and a service secret where that is needed: good but for
// the token.
Call oauthCall(const std::string& path, const std::string& token);

Call refreshGrantCall(const std::string& token);
Call introspectCall(const std::string& token);
Call revokeCall(const std::string& token);

Call withAuthorization(Call call, const std::string& value);
// HTTP Basic of exactly these bytes.
Call withBasic(Call call, const std::string& bytes);

// An error as RFC 6749 section 5.2 has it, with the challenge that goes with it.
void expectOAuthError(const Reply& reply, int status, const std::string& error);
void expectInvalidRequest(const Reply& reply);
void expectInvalidClient(const Reply& reply);
void expectInvalidGrant(const Reply& reply);

// A successful refresh grant: its access token, and its refresh token or "". Both are remembered
// for the leak checks.
TokenPair expectGranted(const Reply& reply);

}  // namespace token_service::test
