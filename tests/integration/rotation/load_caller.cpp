#include "load_caller.hpp"

#include <Poco/Exception.h>

namespace token_service::test {
namespace {

constexpr std::size_t kMostAlive = 8;

// Whether it was done; if not, nobody knows, or the test fails.
bool isDone(const Reply& reply, int status) {
  if (reply.status != 503) {
    EXPECT_EQ(reply.status, status) << reply.body;
  }
  return reply.status == status;
}

Call withAccessToken(const char* path, std::int64_t id, const TokenPair& tokens) {
  return withSecret(
      jsonCall(path, "{\"id\":" + std::to_string(id) + ",\"access\":\"" + tokens.access + "\"}"));
}

}  // namespace

void LoadCaller::run(std::uint16_t port, const std::stop_token& over) {
  HttpClient connection(port);
  try {
    while (!over.stop_requested()) {
      step(connection);
    }
  } catch (const Poco::Exception&) {
    // The end of the service.
  }
}

void LoadCaller::expectAsAnswered(TokenApi& api) {
  for (LogIn& alive : alive_) {
    EXPECT_TRUE(api.isValid(alive.id, alive.tokens.access));
    const TokenPair pair = expectPair(api.refresh(alive.id, alive.tokens.refresh));
    EXPECT_TRUE(api.isValid(alive.id, pair.access));
    alive.tokens = pair;
  }
  for (const LogIn& ended : ended_) {
    expectError(api.validate(ended.id, ended.tokens.access), kTokenMismatch);
    expectError(api.refresh(ended.id, ended.tokens.refresh), kUserNotFound);
  }
}

void LoadCaller::step(HttpClient& connection) {
  const std::size_t choice = random_() % 8;
  if (alive_.empty() || (choice == 0 && alive_.size() < kMostAlive)) {
    logIn(connection);
    return;
  }
  LogIn& one = alive_[random_() % alive_.size()];
  if (choice == 1) {
    logOut(connection, one);
  } else if (choice < 4) {
    isDone(connection.send(withAccessToken(kValidate, one.id, one.tokens)), 200);
  } else {
    const Reply reply = connection.send(refreshCall(one.id, one.tokens.refresh));
    if (isDone(reply, 200)) {
      one.tokens = pairOf(reply);
    }
  }
}

void LoadCaller::logIn(HttpClient& connection) {
  const std::int64_t id = nextUser();
  const Reply reply = connection.send(withSecret(
      jsonCall(kGenTokens, "{\"id\":" + std::to_string(id) + ",\"username\":\"user\"}")));
  if (isDone(reply, 201)) {
    alive_.push_back({id, pairOf(reply)});
  }
}

void LoadCaller::logOut(HttpClient& connection, LogIn& one) {
  const LogIn leaving = one;
  one = alive_.back();
  alive_.pop_back();
  if (isDone(connection.send(withAccessToken(kInvalidate, leaving.id, leaving.tokens)), 200)) {
    ended_.push_back(leaving);
  }
}

}  // namespace token_service::test
