#pragma once

#include "contract_test.hpp"
#include "raw_connection.hpp"
#include "requests.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace token_service::test {

// Raw sockets to one process of the service with the default configuration. What it does with bytes
// is the same for all plugins.
class Wire : public testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();

  static const ServiceProcess& service() { return shared_->process; }
  static std::uint16_t port() { return service().port(); }
  static RawConnection connection() { return RawConnection(port()); }

  // What comes back for bytes with a marker behind them, until the service closes the connection.
  static std::string answersTo(const std::string& bytes);
  // The same where the client says that it sends no more.
  static std::string answersToTheEnd(const std::string& bytes);

  // The answers to good requests. Each must have its own, and the marker too.
  static std::vector<Reply> served(const std::string& requests,
                                   const std::vector<std::string>& methods = {});
  static Reply servedOne(const std::string& request);

  // Such bytes must get one answer and the end of the connection, whatever follows them.
  static void expectRefused(const std::string& bytes, int status);

  // A body of validate-token that is answered 200, of that size.
  std::string goodBody(std::size_t size = 0);

 private:
  static std::unique_ptr<SharedService> shared_;

 protected:
  TokenApi api{shared_->process};
};

// For what says how much memory the service uses: not in builds whose allocator keeps it.
class WireMemory : public Wire {};

// The one answer to a request that the front refused.
void expectRefusal(const std::string& answers, int status);

// Whether the answer says so.
bool endsConnection(const Reply& reply);

void expectLive(const Reply& reply);

}  // namespace token_service::test
