#pragma once

#include "http/endpoint.hpp"
#include "session/clock.hpp"
#include "token/key_source.hpp"

#include <chrono>

namespace token_service::http {

// GET /.well-known/jwks.json: the public keys of access tokens (RFC 7517 section 5).
class KeySetEndpoint final : public Endpoint {
 public:
  // `max_age`: how long others may keep the set.
  KeySetEndpoint(const token::KeySource& keys, const session::Clock& clock,
                 std::chrono::seconds max_age);
  Response handle(const Request& request, const std::vector<std::string>& parameters) override;
  front::Placement placement() const override { return front::kAtOnce; }

 private:
  const token::KeySource& keys_;
  const session::Clock& clock_;
  std::chrono::seconds max_age_;
};

}  // namespace token_service::http
