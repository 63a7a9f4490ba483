#include "population.hpp"

namespace token_service::history {
namespace {

constexpr int kUsesOfOneUser = 300;

}  // namespace

Population::Population(std::size_t size, Policy policy) : policy_(policy), places_(size) {}

std::shared_ptr<SharedUser> Population::at(std::size_t place) {
  Place& one = places_[place];
  const std::lock_guard lock(one.mutex);
  if (!one.user || ++one.uses > kUsesOfOneUser) {
    one.user = std::make_shared<SharedUser>(++last_id_, policy_);
    one.uses = 0;
  }
  return one.user;
}

}  // namespace token_service::history
