#pragma once

#include "captured_log.hpp"
#include "fixed_clock.hpp"
#include "memory_store.hpp"
#include "session/session_service.hpp"
#include "session/token_data.hpp"
#include "test_signer.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace token_service::session {

using namespace std::chrono_literals;
using host_test::FixedClock;
using host_test::MemoryStore;
using host_test::soon;
using host_test::TestSigner;
using sdk::ErrorCode;
using token::Claims;
using token::TokenType;

class CountingRandom final : public Random {
 public:
  std::string identifier() override {
    if (broken) {
      throw sdk::Error(ErrorCode::Unavailable, "no random numbers");
    }
    return "id-" + std::to_string(++count_);
  }
  int count() const { return count_; }
  bool broken = false;

 private:
  std::atomic<int> count_ = 0;
};

inline Policy policy() {
  Policy policy;
  policy.issuer = "our-issuer";
  policy.access_lifetime = 15min;
  policy.refresh_lifetime = 24h;
  policy.max_sessions_per_user = 10;
  policy.reuse_grace = 30s;
  policy.absolute_lifetime = 24h * 30;
  return policy;
}

class SessionServiceTest : public testing::Test {
 protected:
  SessionServiceTest() : SessionServiceTest(policy()) {}
  explicit SessionServiceTest(const Policy& wanted) { use(wanted); }

  void use(const Policy& wanted) {
    policy_ = wanted;
    service_.emplace(wanted, keys_, store_, clock_, random_, logger_);
  }

  TokenPair issue(std::int64_t user_id = 7) {
    return service_->issue(user_id, "ann", {"backend", "", ""}, soon());
  }
  RefreshOutcome refresh(const std::string& token, std::int64_t user_id = 7) {
    return service_->refresh(token, user_id, soon()).outcome;
  }
  ValidateOutcome validate(const std::string& token, std::optional<std::int64_t> user_id = 7) {
    return service_->validate(token, user_id, soon());
  }
  InvalidateOutcome invalidate(const std::string& token, std::int64_t user_id, bool trusted) {
    return service_->invalidate(token, user_id, trusted, soon());
  }
  Claims claimsOf(const std::string& token, TokenType type) {
    const bool access = type == TokenType::Access;
    token::Expectation expected;
    expected.type = type;
    expected.issuer = policy_.issuer;
    if (policy_.audience) {
      expected.audience = *policy_.audience;
    }
    if (access) {
      expected.header = policy_.access_header;
    }
    const std::shared_ptr<const token::KeyRings> keys = keys_.current();
    return token::verifyToken(token, expected, access ? keys->access : keys->refresh, clock_.now(),
                              soon())
        .value();
  }
  std::shared_ptr<const token::KeyRings> rings(TestSigner& access) {
    const token::KeyRing::Rules rules{24h, 0s};
    return std::make_shared<const token::KeyRings>(token::KeyRings{
        token::KeyRing({&access}, rules), token::KeyRing({&refresh_signer_, &access}, rules)});
  }
  TokenData stored() { return parseTokenData(store_.rows.front().token_data).value(); }
  template <typename Call>
  ErrorCode codeOf(Call call) {
    try {
      call();
    } catch (const sdk::Error& error) {
      return error.code();
    }
    ADD_FAILURE() << "nothing was thrown";
    return ErrorCode::Internal;
  }

  TestSigner access_signer_{"access-kid", std::string(32, 'a')};
  TestSigner refresh_signer_{"refresh-kid", std::string(32, 'r')};
  token::KeySource keys_{rings(access_signer_)};
  MemoryStore store_;
  FixedClock clock_;
  CountingRandom random_;
  log::Logger logger_{log::Logger::Level::Info, log::Format::Text};
  Policy policy_;
  std::optional<SessionService> service_;
};

}  // namespace token_service::session
