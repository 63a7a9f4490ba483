#include "departures.hpp"
#include "session_service_test.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace token_service::session {
namespace {

// The session's, and one for each token.
constexpr int kIdentifiersOfALogIn = 3;

// Signs as another signer does, but not before the test lets it, whatever the deadline is.
class HangingSigner final : public sdk::Signer {
 public:
  explicit HangingSigner(sdk::Signer& signer) : signer_(signer) {}

  std::vector<sdk::Key> keys() override { return signer_.keys(); }

  std::string sign(std::string_view kid, std::string_view bytes, sdk::Deadline deadline) override {
    {
      std::unique_lock lock(mutex_);
      ++inside_;
      most_ = std::max(most_, inside_);
      changed_.notify_all();
      changed_.wait(lock, [&] { return !hangs_; });
      --inside_;
      departures_[std::this_thread::get_id()].push_back(departures());
    }
    return signer_.sign(kid, bytes, deadline);
  }

  void check(sdk::Deadline) override {}

  void hang(bool hangs) {
    const std::scoped_lock lock(mutex_);
    hangs_ = hangs;
    most_ = inside_;
    changed_.notify_all();
  }

  // False if there are not so many in time.
  bool waitForInside(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [&] { return inside_ >= count; });
  }

  // Of each thread that has signed, at each of its signatures.
  std::map<std::thread::id, std::vector<long>> departuresOfThreads() {
    const std::scoped_lock lock(mutex_);
    return departures_;
  }

  int most() {
    const std::scoped_lock lock(mutex_);
    return most_;
  }

 private:
  sdk::Signer& signer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;
  int most_ = 0;
  bool hangs_ = false;
  std::map<std::thread::id, std::vector<long>> departures_;
};

class Signing : public SessionServiceTest {
 protected:
  Signing() {
    es256_.add("es-kid", "ES256", host_test::keyPair("P-256"));
    hs256_.addHmac("hs-kid", std::string(32, 'h'));
  }

  ~Signing() override {
    asymmetric_.hang(false);
    symmetric_.hang(false);
    joinAll();
  }

  void joinAll() {
    for (std::thread& caller : callers_) {
      caller.join();
    }
    callers_.clear();
  }

  void useSigners(sdk::Signer& access, sdk::Signer& refresh) {
    const token::KeyRing::Rules rules{24h, 0s};
    keys_.replace(std::make_shared<const token::KeyRings>(
        token::KeyRings{token::KeyRing({&access}, rules), token::KeyRing({&refresh}, rules)}));
  }

  void logInAtOnce(int count) {
    for (int user_id = 1; user_id <= count; ++user_id) {
      callers_.emplace_back([this, user_id] {
        service_->issue(user_id, "ann", {"backend", "", ""}, soon());
      });
    }
  }

  static sdk::Deadline shortly() { return std::chrono::steady_clock::now() + 50ms; }

  const int cores_ = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  TestSigner es256_;
  TestSigner hs256_;
  HangingSigner asymmetric_{es256_};
  HangingSigner symmetric_{hs256_};
  std::vector<std::thread> callers_;
};

TEST_F(Signing, NoMoreAsymmetricSignaturesAtATimeThanThereAreCores) {
  useSigners(asymmetric_, symmetric_);
  asymmetric_.hang(true);
  logInAtOnce(cores_ + 3);
  ASSERT_TRUE(asymmetric_.waitForInside(cores_));
  EXPECT_EQ(codeOf([&] {
              service_->issue(99, "ann", {"backend", "", ""}, shortly());
            }),
            ErrorCode::Unavailable);
  EXPECT_EQ(asymmetric_.most(), cores_);
  EXPECT_TRUE(store_.rows.empty()) << "what was not signed is not stored";
  asymmetric_.hang(false);
  joinAll();
  EXPECT_LE(asymmetric_.most(), cores_);
  EXPECT_EQ(store_.rows.size(), static_cast<std::size_t>(cores_ + 3));
}

TEST_F(Signing, BothSignersShareTheCores) {
  TestSigner other;
  other.add("other-kid", "ES256", host_test::freshKeyPair("P-256"));
  HangingSigner refresh(other);
  useSigners(asymmetric_, refresh);
  refresh.hang(true);
  logInAtOnce(cores_);
  ASSERT_TRUE(refresh.waitForInside(cores_));
  EXPECT_EQ(codeOf([&] {
              service_->issue(99, "ann", {"backend", "", ""}, shortly());
            }),
            ErrorCode::Unavailable);
  EXPECT_EQ(asymmetric_.most(), 0);
  refresh.hang(false);
  joinAll();
}

TEST_F(Signing, ThoseThatWaitPauseForValidations) {
  useSigners(asymmetric_, symmetric_);
  const TokenPair pair = issue();
  asymmetric_.hang(true);
  const int before = random_.count();
  const int callers = 5 * cores_;
  logInAtOnce(callers);
  ASSERT_TRUE(asymmetric_.waitForInside(cores_));
  while (random_.count() < before + callers * kIdentifiersOfALogIn) {
    std::this_thread::yield();
  }
  for (int count = 0; count < 32; ++count) {
    EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
  }
  asymmetric_.hang(false);
  joinAll();
  long gaps = 0;
  long between = 0;
  for (const auto& [thread, seen] : asymmetric_.departuresOfThreads()) {
    gaps += static_cast<long>(seen.size()) - 1;
    between += seen.back() - seen.front();
  }
  EXPECT_GT(gaps, 0) << "no thread has signed twice";
  // The time of a pause may be over before its thread has left the core.
  EXPECT_GE(between, std::min(gaps, 16L) / 2);
}

TEST_F(Signing, HmacWaitsForNobody) {
  useSigners(symmetric_, symmetric_);
  symmetric_.hang(true);
  logInAtOnce(cores_ + 3);
  EXPECT_TRUE(symmetric_.waitForInside(cores_ + 3));
}

TEST_F(Signing, ASignerThatHangsStopsNoValidationAndNoLogOut) {
  useSigners(asymmetric_, symmetric_);
  const TokenPair pair = issue();
  const TokenPair other = issue(8);
  asymmetric_.hang(true);
  logInAtOnce(cores_ + 3);
  ASSERT_TRUE(asymmetric_.waitForInside(cores_));
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
  EXPECT_EQ(validate(other.access, 8), ValidateOutcome::Valid) << "never verified before";
  EXPECT_TRUE(service_->activeToken(pair.access, soon()).value);
  EXPECT_EQ(invalidate(pair.access, 7, false), InvalidateOutcome::LoggedOut);
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Mismatch);
}

}  // namespace
}  // namespace token_service::session
