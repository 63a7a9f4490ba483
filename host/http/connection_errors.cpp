#include "http/connection_errors.hpp"

#include <Poco/ErrorHandler.h>
#include <Poco/Exception.h>

#include <string_view>

namespace token_service::http {

class ConnectionErrors::Handler : public Poco::ErrorHandler {
 public:
  explicit Handler(log::Logger& logger)
      : previous_(Poco::ErrorHandler::set(this)), logger_(logger) {}
  ~Handler() override { Poco::ErrorHandler::set(previous_); }

  void exception(const Poco::Exception& error) override { log(error.name()); }
  void exception(const std::exception& error) override { log(error.what()); }
  void exception() override { log("an exception of an unknown type"); }

 private:
  void log(std::string_view reason) {
    const log::Logger::Field fields[] = {{"reason", reason}};
    logger_.write(log::Logger::Level::Debug, "connection ended", fields);
  }

  Poco::ErrorHandler* previous_;
  log::Logger& logger_;
};

ConnectionErrors::ConnectionErrors(log::Logger& logger)
    : handler_(std::make_unique<Handler>(logger)) {}

ConnectionErrors::~ConnectionErrors() = default;

}  // namespace token_service::http
