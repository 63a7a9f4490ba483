#include "plugin/guarded_store.hpp"

#include "plugin/create.hpp"
#include "plugin_test.hpp"

namespace token_service::plugin {
namespace {

using Code = PluginError::Code;
using std::chrono::seconds;

constexpr sdk::Time kNow{seconds(1'700'000'000)};
constexpr sdk::Deadline kDeadline = sdk::Deadline::max();

sdk::Session sessionOf(std::int64_t user_id, const std::string& id) {
  return {user_id, id, "ada", "{}", kNow, kNow + seconds(60), 1};
}

class GuardedStoreTest : public PluginTest {
 protected:
  std::unique_ptr<GuardedStore> storeWith(const std::string& fault) {
    if (!std::filesystem::exists(pathOf("faulty-store"))) {
      install("faulty-store");
    }
    TestSettings settings{{"fault", fault}};
    return createStore(loader().load("faulty-store", sdk::PluginKind::Store), settings.get(), host_,
                       sdk::Mode::Serve);
  }

  template <typename Call>
  void expectFailure(const std::string& fault, Call call, Code code, const std::string& message) {
    const auto store = storeWith(fault);
    try {
      call(*store);
      FAIL() << "no failure: " << fault;
    } catch (const PluginError& error) {
      EXPECT_EQ(error.code(), code) << fault;
      EXPECT_EQ(error.what(), "store(faulty-store): " + message);
    }
  }

  RecordingHost host_;
};

constexpr auto kFind = [](sdk::Store& store) { store.find(7, "s1", kNow, kDeadline); };
constexpr auto kFindMany = [](sdk::Store& store) {
  const sdk::SessionKey keys[] = {{7, "s1"}, {7, "s2"}};
  store.findMany(keys, kNow, kDeadline);
};
constexpr auto kReplace = [](sdk::Store& store) {
  store.replace(1, sessionOf(7, "s1"), kNow, kDeadline);
};
constexpr auto kList = [](sdk::Store& store) { store.list(7, kNow, kDeadline); };
constexpr auto kEndAll = [](sdk::Store& store) { store.endAll(7, kNow, kDeadline); };
constexpr auto kPurge = [](sdk::Store& store) { store.purgeExpired(kNow, 10, kDeadline); };

TEST_F(GuardedStoreTest, EveryOperationReachesThePlugin) {
  TestSettings settings{};
  const auto store = createStore(loadInstalled("good-store", sdk::PluginKind::Store),
                                 settings.get(), host_, sdk::Mode::Serve);
  store->create(sessionOf(7, "s1"), 2, kNow, kDeadline);
  EXPECT_EQ(store->find(7, "s1", kNow, kDeadline)->username, "ada");
  EXPECT_FALSE(store->find(7, "s2", kNow, kDeadline).has_value());
  EXPECT_EQ(store->replace(1, sessionOf(7, "s1"), kNow, kDeadline), sdk::ReplaceResult::Replaced);
  EXPECT_EQ(store->replace(1, sessionOf(7, "s1"), kNow, kDeadline), sdk::ReplaceResult::Changed);
  EXPECT_EQ(store->replace(1, sessionOf(7, "s2"), kNow, kDeadline), sdk::ReplaceResult::Gone);
  EXPECT_EQ(store->lookupsAtOnce(), 1U);
  const sdk::SessionKey keys[] = {{7, "s2"}, {7, "s1"}};
  const auto found = store->findMany(keys, kNow, kDeadline);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_FALSE(found[0].has_value());
  EXPECT_EQ(found[1]->username, "ada");
  store->create(sessionOf(7, "s2"), 2, kNow, kDeadline);
  store->create(sessionOf(7, "s3"), 2, kNow, kDeadline);
  ASSERT_EQ(store->list(7, kNow, kDeadline).size(), 2U);
  EXPECT_TRUE(store->end(7, "s3", kNow, kDeadline));
  EXPECT_FALSE(store->end(7, "s3", kNow, kDeadline));
  EXPECT_EQ(store->endAll(7, kNow, kDeadline), 1);
  store->create(sessionOf(8, "s1"), 2, kNow, kDeadline);
  EXPECT_EQ(store->purgeExpired(kNow + seconds(60), 10, kDeadline), 1);
  EXPECT_NO_THROW(store->check(kDeadline));
  EXPECT_TRUE(host_.events.empty());
}

TEST_F(GuardedStoreTest, WhateverIsThrownIsAPluginError) {
  const auto expectAll = [&](const std::string& operation, auto call) {
    expectFailure("throws sdk", call, Code::Timeout, "the database went away");
    expectFailure("throws std", call, Code::Internal,
                  operation + " threw an exception other than sdk::Error: row 7");
    expectFailure("throws int", call, Code::Internal,
                  operation + " threw something that is no exception class");
  };
  expectAll("create",
            [](sdk::Store& store) { store.create(sessionOf(7, "s1"), 1, kNow, kDeadline); });
  expectAll("find", kFind);
  expectAll("findMany", kFindMany);
  expectAll("replace", kReplace);
  expectAll("list", kList);
  expectAll("end", [](sdk::Store& store) { store.end(7, "s1", kNow, kDeadline); });
  expectAll("endAll", kEndAll);
  expectAll("purgeExpired", kPurge);
  expectAll("check", [](sdk::Store& store) { store.check(kDeadline); });
}

TEST_F(GuardedStoreTest, ResultsThatCannotBeRightAreRefused) {
  const std::string another = "find returned another session than the one asked for";
  expectFailure("other id", kFind, Code::Internal, another);
  expectFailure("other user", kFind, Code::Internal, another);
  expectFailure("version 0", kFind, Code::Internal,
                "find returned a session with a version below 1");
  const std::string other_number =
      "findMany returned another number of answers than there were keys";
  expectFailure("too few answers", kFindMany, Code::Internal, other_number);
  expectFailure("too many answers", kFindMany, Code::Internal, other_number);
  const std::string not_asked_for = "findMany returned another session than the one asked for";
  expectFailure("other order", kFindMany, Code::Internal, not_asked_for);
  expectFailure("other id", kFindMany, Code::Internal, not_asked_for);
  expectFailure("other user", kFindMany, Code::Internal, not_asked_for);
  expectFailure("version 0", kFindMany, Code::Internal,
                "findMany returned a session with a version below 1");
  expectFailure("other user", kList, Code::Internal, "list returned a session of another user");
  expectFailure("version 0", kList, Code::Internal,
                "list returned a session with a version below 1");
  expectFailure("unknown result", kReplace, Code::Internal,
                "replace returned something other than replaced, changed or gone");
  expectFailure("negative count", kEndAll, Code::Internal, "endAll returned a negative count");
  expectFailure("negative count", kPurge, Code::Internal, "purgeExpired returned a negative count");
}

TEST_F(GuardedStoreTest, AStoreThatTakesNoLookUpAtOnceTakesOne) {
  EXPECT_EQ(storeWith("no look-ups")->lookupsAtOnce(), 1U);
  EXPECT_EQ(storeWith("none")->lookupsAtOnce(), 4U);
}

}  // namespace
}  // namespace token_service::plugin
