#include "app/key_changes.hpp"

#include "captured_log.hpp"
#include "test_signer.hpp"

#include <gtest/gtest.h>

namespace token_service::app {
namespace {

using namespace std::chrono_literals;
using host_test::logOf;
using host_test::TestSigner;

constexpr auto kMaxAge = std::chrono::seconds(5min);
constexpr sdk::Time kNow = std::chrono::sys_days(std::chrono::year{2026} / 11 / 23);

token::KeyRings ringsOf(TestSigner& signer) {
  const std::vector<sdk::Signer*> signers = {&signer};
  return {token::KeyRing(signers, {15min, kMaxAge}), token::KeyRing(signers, {24h, kMaxAge})};
}

std::string warnings(TestSigner& before, TestSigner& after) {
  return logOf([&] {
    log::Logger logger(sdk::LogLevel::Info, log::Format::Text);
    warnOfKeyChanges(ringsOf(before), ringsOf(after), kNow, kMaxAge, logger);
  });
}

TestSigner& addKey(TestSigner& signer, const std::string& kid, sdk::Time active_from,
                   bool emergency = false) {
  sdk::Key key;
  key.kid = kid;
  key.algorithm = "HS256";
  key.published_from = emergency ? active_from : active_from - 1h;
  key.active_from = active_from;
  key.emergency = emergency;
  return signer.addRaw(key);
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) {
    ++found;
  }
  return found;
}

TEST(KeyChanges, OfAPlannedRotationAreNoReasonToWarn) {
  TestSigner before;
  before.addHmac("a", "secret of a");
  TestSigner announced;
  announced.addHmac("a", "secret of a");
  addKey(announced, "b", kNow + kMaxAge);
  EXPECT_EQ(warnings(before, announced), "");
  EXPECT_EQ(warnings(announced, announced), "");
}

TEST(KeyChanges, AKeyThatIsGoneBeforeItsTokensExpired) {
  TestSigner before;
  before.addHmac("a", "secret of a");
  addKey(before, "b", kNow - 23h);
  addKey(before, "c", kNow + 1h);
  TestSigner without_first;
  addKey(without_first, "b", kNow - 23h);
  addKey(without_first, "c", kNow + 1h);
  const std::string log = warnings(before, without_first);
  EXPECT_EQ(count(log, "\n"), 1) << log;
  EXPECT_NE(log.find("warning a key is gone: tokens that it signed are refused from now on kid=a"),
            std::string::npos)
      << log;

  TestSigner without_signing;
  without_signing.addHmac("a", "secret of a");
  addKey(without_signing, "c", kNow + 1h);
  EXPECT_NE(warnings(before, without_signing).find("kid=b"), std::string::npos);
}

TEST(KeyChanges, AKeyThatIsOverOrNeverSignedMayGo) {
  TestSigner before;
  before.addHmac("a", "secret of a");
  addKey(before, "b", kNow - 25h);
  addKey(before, "c", kNow + 1h);
  TestSigner after;
  addKey(after, "b", kNow - 25h);
  EXPECT_EQ(warnings(before, after), "");
}

TEST(KeyChanges, ANewKeyThatComesLate) {
  TestSigner before;
  before.addHmac("a", "secret of a");
  for (const sdk::Time active_from : {kNow + kMaxAge - 1ms, kNow, kNow - 10min}) {
    TestSigner after;
    after.addHmac("a", "secret of a");
    addKey(after, "b", active_from);
    const std::string log = warnings(before, after);
    EXPECT_EQ(count(log, "\n"), 1) << log;
    EXPECT_NE(log.find("warning a new key signs before everybody can know it: it came late kid=b"),
              std::string::npos)
        << log;
  }
}

TEST(KeyChanges, AKeyThatANewOneIsSaidToHaveFollowedLongAgo) {
  TestSigner before;
  before.addHmac("a", "secret of a");
  TestSigner after;
  after.addHmac("a", "secret of a");
  addKey(after, "b", kNow - 48h, true);
  const std::string log = warnings(before, after);
  EXPECT_EQ(count(log, "\n"), 1) << log;
  EXPECT_NE(log.find("warning a key verifies no longer"), std::string::npos) << log;
  EXPECT_NE(log.find("kid=a"), std::string::npos) << log;
}

TEST(KeyChanges, ANewKeyThatIsAnEmergencyOrDoesNotSignMayComeLate) {
  TestSigner before;
  before.addHmac("a", "secret of a");
  TestSigner emergency;
  emergency.addHmac("a", "secret of a");
  addKey(emergency, "b", kNow, true);
  EXPECT_EQ(warnings(before, emergency), "");

  TestSigner signing;
  addKey(signing, "a", kNow - 1h);
  TestSigner retired;
  addKey(retired, "older", kNow - 3h);
  addKey(retired, "a", kNow - 1h);
  EXPECT_EQ(warnings(signing, retired), "");
}

}  // namespace
}  // namespace token_service::app
