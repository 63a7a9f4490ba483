#include "wire_test.hpp"

#include "http_replies.hpp"

#include <Poco/String.h>

namespace token_service::test {
namespace {

std::string codeOf(int status) {
  switch (status) {
    case 413:
      return "payload_too_large";
    case 503:
      return "unavailable";
    default:
      return "invalid_request";
  }
}

}  // namespace

std::unique_ptr<SharedService> Wire::shared_;

void Wire::SetUpTestSuite() {
  shared_ = std::make_unique<SharedService>(Pair{SignerKind::Hs256, StoreKind::Sqlite});
}

void Wire::TearDownTestSuite() { shared_.reset(); }

std::string Wire::answersTo(const std::string& bytes) {
  RawConnection socket = connection();
  socket.sendWhatIsTaken(bytes + kMarker);
  return socket.receiveAll();
}

std::string Wire::answersToTheEnd(const std::string& bytes) {
  RawConnection socket = connection();
  socket.send(bytes);
  socket.endSending();
  return socket.receiveAll();
}

std::vector<Reply> Wire::served(const std::string& requests,
                                const std::vector<std::string>& methods) {
  std::vector<Reply> replies = repliesIn(answersTo(requests), methods);
  for (std::size_t index = 0; index < replies.size(); ++index) {
    Call call;
    call.method = index < methods.size() ? methods[index] : "GET";
    expectCommonRules(replies[index], call);
  }
  if (replies.empty() || replies.back().header("X-Request-ID") != "marker") {
    ADD_FAILURE() << "the marker was not answered";
    return replies;
  }
  expectLive(replies.back());
  replies.pop_back();
  return replies;
}

Reply Wire::servedOne(const std::string& request) {
  const std::vector<Reply> replies = served(request);
  EXPECT_EQ(replies.size(), 1U) << "answers to one request";
  return replies.empty() ? Reply() : replies.front();
}

void Wire::expectRefused(const std::string& bytes, int status) {
  SCOPED_TRACE(bytes.substr(0, 200));
  expectRefusal(answersTo(bytes), status);
}

std::string Wire::goodBody(std::size_t size) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  const std::string start = "{\"id\":" + std::to_string(id) + ",\"access\":\"" + tokens.access +
                            "\",\"is_frontend\":true,\"padding\":\"";
  const std::string end = "\"}";
  const std::size_t least = start.size() + end.size();
  return start + std::string(size > least ? size - least : 0, 'x') + end;
}

void expectRefusal(const std::string& answers, int status) {
  SCOPED_TRACE(answers);
  const std::vector<Reply> replies = repliesIn(answers);
  ASSERT_EQ(replies.size(), 1U);
  const Reply& reply = replies.front();
  expectCommonRules(reply);
  EXPECT_EQ(reply.status, status);
  EXPECT_TRUE(endsConnection(reply));
  EXPECT_NE(reply.header("X-Request-ID"), "marker");
  EXPECT_EQ(reply.json()->size(), 2U);
  EXPECT_NE(reply.text("error"), "");
  EXPECT_EQ(reply.text("code"), codeOf(status));
}

bool endsConnection(const Reply& reply) {
  return Poco::icompare(reply.header("Connection"), "close") == 0;
}

void expectLive(const Reply& reply) { expectAnswer(reply, 200, R"({"status":"live"})"); }

}  // namespace token_service::test
