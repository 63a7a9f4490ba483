#pragma once

#include "contract_test.hpp"

#include <functional>
#include <string>

namespace token_service::test {

// Presents tokens that are not good wherever tokens are presented. Whatever is wrong with them, the
// answer is one and the same (promise 13), and the session that they were made from goes on.
class BadTokensTest : public ContractTest {
 protected:
  // Makes something of a text: a bad token of a good one, a bad header of a good one.
  using Change = std::function<std::string(const std::string&)>;

  BadTokensTest();
  void TearDown() override;

  // Presents a bad token where an access token is wanted, and where a refresh token is.
  void expectAccessRefused(const std::string& token);
  void expectRefreshRefused(const std::string& token);

  // Makes a bad token of the access and of the refresh token.
  void expectRefused(const std::string& what, const Change& forged);
  // The same of their JOSE header or of their claims, signed with the service's own key.
  void expectHeaderRefused(const std::string& what, const Change& changed);
  void expectClaimsRefused(const std::string& what, const Change& changed);

  bool isRs256() const { return GetParam().signer == SignerKind::Rs256; }
  std::string algorithm() const { return isRs256() ? "RS256" : "HS256"; }
  // Who has a key of the same kind, but not the service's.
  TokenForge strangersForge() const;

  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);

 private:
  // Of the endpoints that take an access token, and of the one that takes a refresh token.
  const std::string access_answer_;
  const std::string refresh_answer_;
};

// The token with another header, payload or signature segment.
std::string withHeader(const std::string& token, const std::string& segment);
std::string withPayload(const std::string& token, const std::string& segment);
std::string withSignature(const std::string& token, const std::string& segment);

// What is signed: the token up to its last point.
std::string inputOf(const std::string& token);

// The object with one more member, `"name":value`.
std::string withExtra(const std::string& json, const std::string& member);

}  // namespace token_service::test
