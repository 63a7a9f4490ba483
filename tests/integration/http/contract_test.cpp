#include "contract_test.hpp"

#include <atomic>
#include <map>
#include <memory>

namespace token_service::test {
namespace {

// Stops the services while failures still count.
class SharedServices : public testing::Environment {
 public:
  void TearDown() override { services_.clear(); }

  SharedService& of(const Pair& pair) {
    std::unique_ptr<SharedService>& service = services_[nameOf(pair)];
    if (!service) {
      service = std::make_unique<SharedService>(pair);
    }
    return *service;
  }

 private:
  std::map<std::string, std::unique_ptr<SharedService>> services_;
};

SharedServices& sharedServices() {
  static auto* services =
      static_cast<SharedServices*>(testing::AddGlobalTestEnvironment(new SharedServices));
  return *services;
}

// Before main, so that GoogleTest knows of the environment when it starts.
[[maybe_unused]] const SharedServices& registered = sharedServices();

}  // namespace

std::int64_t newUser() {
  static std::atomic<std::int64_t> last = 1000;
  return ++last;
}

ContractTest::ContractTest() : shared_(sharedServices().of(GetParam())), api(shared_.process) {}

}  // namespace token_service::test
