#include "contract_test.hpp"

namespace token_service::test {
namespace {

// The callers of the service that this one replaces, with their requests as they send them.
class CallersTest : public OwnServiceTest {};

INSTANTIATE_TEST_SUITE_P(Pairs, CallersTest, kPairs, pairName);

TEST_P(CallersTest, workUnchanged) {
  setup.set("cors", "{allowed_origins: [https://game.example.org]}");
  const ServiceProcess service(setup);

  // A Python backend posts forms with the secret.
  TokenApi backend(service);
  const Reply created =
      backend.send(withSecret({"POST", kGenTokens, "id=42&username=Ada+Lovelace", kForm, {}}));
  EXPECT_EQ(created.status, 201);
  const std::string refresh = created.text("refresh");
  const std::string access = created.text("access");
  expectAnswer(created, 201,
               "{\"id\":\"42\",\"refresh\":\"" + refresh + "\",\"access\":\"" + access + "\"}");
  expectValid(backend.send(withSecret({"POST", kValidate, "id=42&access=" + access, kForm, {}})));

  // A browser posts JSON across origins.
  TokenApi browser(service);
  const Headers origin = {{"Origin", "https://game.example.org"}};
  Call renew = withBearer({"POST", kRefresh, R"({"id":42})", kJson, origin}, refresh);
  const Reply renewed = browser.send(renew);
  const std::string newer = expectRefreshed(renewed);
  EXPECT_EQ(renewed.header("Access-Control-Allow-Origin"), "https://game.example.org");
  expectValid(
      browser.send({"POST", kValidate, R"({"id":42,"is_frontend":true,"access":")" + newer + "\"}",
                    kJson, origin}));

  // A game server posts a form without the secret.
  TokenApi game(service);
  const std::string form = "id=42&access=" + newer + "&is_frontend=True";
  expectValid(game.send({"POST", kValidate, form, kForm, {}}));
  expectLoggedOut(game.send({"POST", kInvalidate, form, kForm, {}}));
  expectError(game.send({"POST", kValidate, form, kForm, {}}), kTokenMismatch);
  expectError(browser.send(renew), kUserNotFound);
}

}  // namespace
}  // namespace token_service::test
