#include "http/failure_log.hpp"

#include "captured_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace token_service::http {
namespace {

using host_test::logOf;

long linesOf(int status, int count) {
  log::Logger logger{log::Logger::Level::Info, log::Format::Text};
  FailureLog failures(logger);
  Request request;
  request.id = "request-1";
  Response response;
  response.status = status;
  const std::string lines = logOf([&] {
    for (int index = 0; index < count; ++index) {
      failures.write(request, response, "away");
    }
  });
  return std::count(lines.begin(), lines.end(), '\n');
}

TEST(FailureLog, AFaultOfOursIsLoggedEachTime_P58) { EXPECT_EQ(linesOf(500, 1000), 1000); }

TEST(FailureLog, AnOutageTakesOneLineASecond) {
  // A second may end while the thousand are written.
  EXPECT_GE(linesOf(503, 1000), 1);
  EXPECT_LE(linesOf(503, 1000), 2);
}

}  // namespace
}  // namespace token_service::http
