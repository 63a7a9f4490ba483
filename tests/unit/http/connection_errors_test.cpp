#include "http/connection_errors.hpp"

#include "captured_log.hpp"

#include <Poco/ErrorHandler.h>
#include <Poco/Exception.h>
#include <gtest/gtest.h>

namespace token_service::http {
namespace {

TEST(ConnectionErrors, AreLoggedWithoutTheirTextsWhichMayHoldInput_H71) {
  log::Logger logger(log::Logger::Level::Debug, log::Format::Json);
  const std::string log = host_test::logOf([&] {
    const ConnectionErrors errors(logger);
    Poco::ErrorHandler::handle(Poco::TimeoutException("what a client sent"));
    Poco::ErrorHandler::handle();
  });
  EXPECT_NE(log.find("\"event\":\"connection ended\""), std::string::npos) << log;
  EXPECT_NE(log.find("\"reason\":\"Timeout\""), std::string::npos) << log;
  EXPECT_NE(log.find("an exception of an unknown type"), std::string::npos) << log;
  EXPECT_EQ(log.find("what a client sent"), std::string::npos) << log;
}

TEST(ConnectionErrors, LeaveTheProcessAsItWas) {
  log::Logger logger(log::Logger::Level::Debug, log::Format::Json);
  Poco::ErrorHandler* const before = Poco::ErrorHandler::get();
  {
    const ConnectionErrors errors(logger);
    EXPECT_NE(Poco::ErrorHandler::get(), before);
  }
  EXPECT_EQ(Poco::ErrorHandler::get(), before);
}

}  // namespace
}  // namespace token_service::http
