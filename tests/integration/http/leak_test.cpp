#include "contract_test.hpp"
#include "leak_check.hpp"

#include <gtest/gtest-spi.h>

namespace token_service::test {
namespace {

// Every process of the whole suite is checked when it ends, too: see ServiceProcess.
class LeakTest : public ContractTest {};

INSTANTIATE_TEST_SUITE_P(Pairs, LeakTest, kPairs, pairName);

TEST_P(LeakTest, noTokenIsStored) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id, "somebody with a session");
  const std::string access = api.refreshed(id, tokens.refresh);
  std::string everything;
  for (const std::string& row : setup().storedRows()) {
    everything += row + "\n";
  }
  const std::string jti = memberOf(partsOf(tokens.refresh).claims, "jti");
  EXPECT_NE(everything.find("somebody with a session"), std::string::npos);
  EXPECT_NE(everything.find(jti), std::string::npos) << "the rows are not those of the sessions";
  for (const std::string& token : {tokens.refresh, tokens.access, access}) {
    EXPECT_EQ(everything.find(token.substr(0, token.find('.'))), std::string::npos);
    EXPECT_EQ(everything.find(partsOf(token).signature), std::string::npos);
  }
  expectNoSecretIn(everything, "the database");
}

TEST_P(LeakTest, nothingSecretIsLogged) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  api.refresh(id, tokens.access);
  api.refresh(id, tokens.refresh + "x");
  api.validate(id, tokens.refresh);
  api.send(withSecret(jsonCall(kValidate, "{\"access\":\"" + tokens.access)));
  api.send({"GET", "/unknown?access=" + tokens.access, "", "", {}});
  api.send(withBearer(jsonCall(kRefresh, "{}"), tokens.refresh));
  EXPECT_GT(rememberedSecrets(), 3U);
  const std::string log = service().log();
  EXPECT_NE(log.find("listening"), std::string::npos);
  expectNoSecretIn(log, "standard error");
}

TEST_P(LeakTest, theCheckFindsWhatItLooksFor) {
  const TokenPair tokens = api.logIn(newUser());
  const std::string log = "token=" + tokens.access + " ";
  EXPECT_NONFATAL_FAILURE(expectNoSecretIn(log, "this text"), "holds a token or a secret");
  EXPECT_NONFATAL_FAILURE(expectNoSecretIn(ServiceSetup::kSecret, "this text"),
                          "holds a token or a secret");
  expectNoSecretIn(tokens.access.substr(0, tokens.access.rfind('.')), "this text");
}

}  // namespace
}  // namespace token_service::test
